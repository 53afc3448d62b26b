#include "lake/search/search_service.h"
#include "lake/common/error_at.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "lake/access/decision.h"
#include "lake/vector/freshness.h"
#include "lake/vector/index_service.h"
#include "permitted_rows.h"
#include "ranking.h"
#include "reranking.h"
#include "search_audit.h"
#include "stage_clock.h"

namespace lake::search {
namespace {

// How much deeper a search looks that has found too few documents.
constexpr size_t kDeeper = 4;

using access::Request;
using catalog::Column;
using vector::IndexRecord;

Status CheckShape(const SearchRequest& wanted) {
  if (wanted.query.empty() && wanted.vector.empty())
    return At(InvalidArgument("no_question", "give a query or a vector"), "/query");
  if (!wanted.query.empty() && !wanted.vector.empty())
    return At(InvalidArgument("two_questions", "give a query or a vector, not both"), "/vector");
  if (wanted.mode != SearchMode::kVector && wanted.query.empty())
    return At(InvalidArgument("query_needed", "words are searched for by a query; a vector has none"),
              "/query");
  if (wanted.rerank && wanted.query.empty())
    return At(InvalidArgument("query_needed", "a reranker reads a query; a vector has none"), "/rerank");
  if (wanted.query.size() > kMaxQuestionBytes)
    return At(InvalidArgument("question_too_long", "the query has more than {} bytes", kMaxQuestionBytes),
              "/query");
  if (wanted.doc_ids && wanted.doc_ids->size() > kMaxDocuments)
    return At(InvalidArgument("too_many_documents", "at most {} documents can be named", kMaxDocuments),
              "/doc_ids");
  return {};
}

/// What one search reads.
struct Target {
  IndexRecord record;
  std::shared_ptr<const catalog::Dataset> dataset;
  Column id_column;
  bool stale = false;
};

/// The vectors know the texts as they are, so who may not read those may not search.
Status CheckClear(const access::Decision& decision, const Column& column) {
  for (const access::ColumnDecision& shown : decision.columns())
    if (shown.column.field_id == column.field_id && shown.clear()) return {};
  return PermissionDenied("column_not_clear", "the index needs a column that the role does not see as it is");
}

Result<Target> FindTarget(const Request& request, const std::string& name) {
  Result<IndexRecord> record = vector::FindIndexRecord(*request.snapshot, name);
  if (!record.ok()) return At(std::move(record).error(), "/index_name");
  Target target = {.record = std::move(*record), .dataset = nullptr, .id_column = {}};
  target.dataset = request.snapshot->FindDataset(catalog::DatasetId(target.record.source));
  if (target.dataset != nullptr) LAKE_RETURN_IF_ERROR(access::MayReach(request, target.dataset->name));
  if (target.dataset == nullptr || target.dataset->dropped)
    return FailedPrecondition("source_dropped", "the dataset of index '{}' was dropped", target.record.name);
  return target;
}

/// The names of those datasets of a scope that the caller may know.
std::vector<std::string> NamesIn(const Request& request, const SearchScope& scope) {
  std::vector<std::string> names;
  for (const std::string& id : scope.datasets) {
    const auto dataset = request.snapshot->FindDataset(catalog::DatasetId(id));
    const bool known =
        dataset != nullptr && !dataset->dropped && access::MayReach(request, dataset->name).ok();
    if (known) names.push_back(dataset->name);
  }
  std::ranges::sort(names);
  return names;
}

/// `relation`: what the index is of.
Status CheckScope(const Request& request, const SearchRequest& wanted, const catalog::Dataset& relation) {
  if (!wanted.scope) return {};
  const std::vector<std::string>& datasets = wanted.scope->datasets;
  if (std::ranges::find(datasets, relation.id.value()) != datasets.end()) return {};
  const std::vector<std::string> allowed = NamesIn(request, *wanted.scope);
  return At(PermissionDenied("out_of_scope", "profile '{}' does not search dataset '{}'; it searches {}",
                             wanted.scope->profile, relation.name,
                             allowed.empty() ? "nothing" : fmt::format("{}", fmt::join(allowed, ", "))),
            "/index_name");
}

size_t CandidatesOf(const SearchRequest& wanted) {
  return wanted.rerank ? std::max<size_t>(wanted.k, wanted.rerank->depth) : wanted.k;
}

class Service final : public SearchService {
 public:
  explicit Service(const SearchParts& parts) : parts_(parts), permitted_(parts.queries) {}

  Result<SearchAnswer> Search(const Request& request, const SearchRequest& wanted) override {
    StageClock stages;
    SearchAudit audit(parts_, request, wanted);
    Result<SearchAnswer> answer = audit.Conclude(Answer(request, wanted, audit, stages));
    stages.Done("audit");
    if (answer.ok()) answer->stages = stages.stages();
    return answer;
  }

  Result<Column> IdColumn(const Request& request, const std::string& index_name) override {
    LAKE_ASSIGN_OR_RETURN(Target target, FindTarget(request, index_name));
    LAKE_ASSIGN_OR_RETURN(const access::Decision decision, Decide(request, &target));
    return target.id_column;
  }

 private:
  Result<SearchAnswer> Answer(const Request& request, const SearchRequest& wanted, SearchAudit& audit,
                              StageClock& stages) {
    LAKE_RETURN_IF_ERROR(CheckShape(wanted));
    std::shared_ptr<models::Reranker> reranker;
    if (wanted.rerank) {
      LAKE_ASSIGN_OR_RETURN(reranker, FindReranker(parts_.models, *wanted.rerank));
    }
    LAKE_ASSIGN_OR_RETURN(Target target, FindTarget(request, wanted.index_name));
    LAKE_RETURN_IF_ERROR(CheckScope(request, wanted, *target.dataset));
    LAKE_ASSIGN_OR_RETURN(const access::Decision decision, Decide(request, &target));
    audit.Reads(request, *target.dataset, decision);
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<vector::OpenIndex> index,
                          parts_.indexes.Find(request.context, target.record));
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<const ann::RowSet> permitted,
                          Permitted(request, wanted, target, decision, *index));
    stages.Done("rights");
    SearchAnswer answer = {.index_name = target.record.name,
                           .exact = true,
                           .stale = target.stale,
                           .version = request.snapshot->version(),
                           .model = target.record.model,
                           .tables = {},
                           .stages = {}};
    std::vector<float> vector;
    if (wanted.mode != SearchMode::kText) {
      LAKE_ASSIGN_OR_RETURN(vector, VectorOf(request, wanted, target.record.model, &answer));
      stages.Done("embed");
    }
    const Question question = {.context = request.context,
                               .index = *index,
                               .permitted = permitted.get(),
                               .mode = wanted.mode,
                               .fusion = wanted.fusion,
                               .words = wanted.query,
                               .vector = vector,
                               .ef_search = wanted.ef_search,
                               .usual = vector::UsualWalk(target.record),
                               .precision = wanted.precision};
    LAKE_RETURN_IF_ERROR(Find(question, wanted, target.dataset->name, &answer, stages));
    if (reranker != nullptr) {
      LAKE_RETURN_IF_ERROR(OrderAnew(request.context, *reranker, wanted.query, &answer));
      stages.Done("rerank");
    }
    if (answer.hits.size() > wanted.k) answer.hits.resize(wanted.k);
    answer.short_of_k = answer.hits.size() < wanted.k;
    return answer;
  }

  Result<std::shared_ptr<const ann::RowSet>> Permitted(const Request& request, const SearchRequest& wanted,
                                                       const Target& target, const access::Decision& decision,
                                                       vector::OpenIndex& index) {
    LAKE_ASSIGN_OR_RETURN(std::shared_ptr<const ann::RowSet> permitted,
                          permitted_.Find({.request = request,
                                           .dataset = *target.dataset,
                                           .decision = decision,
                                           .id_column = target.id_column,
                                           .index = index,
                                           .filter = wanted.filter}));
    if (!wanted.doc_ids) return permitted;
    return Among(request, index, permitted.get(), *wanted.doc_ids);
  }

  /// The candidates as hits. Goes deeper until there are as many as wanted or no more rows are left.
  static Status Find(const Question& question, const SearchRequest& wanted, const std::string& source,
                     SearchAnswer* answer, StageClock& stages) {
    const size_t candidates = CandidatesOf(wanted);
    for (size_t depth = candidates;; depth *= kDeeper) {
      LAKE_ASSIGN_OR_RETURN(const Ranked ranked, Rank(question, depth, stages));
      answer->exact = ranked.exact;
      if (!ranked.exact) answer->recall_low = RecallLow(question);
      LAKE_ASSIGN_OR_RETURN(answer->hits,
                            HitsOf(question.index, ranked.rows, wanted.per_document, candidates));
      stages.Done("texts");
      if (answer->hits.size() == candidates || ranked.rows.size() < depth) break;
      LAKE_RETURN_IF_ERROR(question.context.CheckAlive());
    }
    for (Hit& hit : answer->hits) hit.source = source;
    return {};
  }

  /// None of a walk that keeps fewer candidates than those it was measured with, or goes by other codes.
  static std::optional<double> RecallLow(const Question& question) {
    const vector::Generation& generation = question.index.generation();
    const vector::WalkSettings measured = vector::WalkOf(generation.config);
    const size_t ef_search = question.ef_search.value_or(question.usual.ef_search);
    const bool same = question.usual.rerank == measured.rerank && question.usual.code == measured.code;
    if (!generation.recall || !same || ef_search < measured.ef_search) return std::nullopt;
    return generation.recall->low;
  }

  static Result<access::Decision> Decide(const Request& request, Target* target) {
    const catalog::Dataset& dataset = *target->dataset;
    LAKE_ASSIGN_OR_RETURN(access::Decision decision, access::Decide(request, dataset, dataset.schema()));
    const Column* text = vector::FindColumn(dataset, target->record.text_field_id);
    const Column* id = vector::FindColumn(dataset, target->record.id_field_id);
    if (text == nullptr || id == nullptr)
      return FailedPrecondition("source_changed", "a column of index '{}' is not in its dataset any more",
                                target->record.name);
    LAKE_RETURN_IF_ERROR(CheckClear(decision, *text));
    LAKE_RETURN_IF_ERROR(CheckClear(decision, *id));
    target->id_column = *id;
    target->stale =
        target->record.live && vector::IsStale(dataset, *target->record.live, request.snapshot->version());
    return decision;
  }

  static Result<std::shared_ptr<const ann::RowSet>> Among(const Request& request, vector::OpenIndex& index,
                                                          const ann::RowSet* permitted,
                                                          const std::vector<std::string>& doc_ids) {
    LAKE_ASSIGN_OR_RETURN(ann::RowSet named, index.RowsOf(request.context, doc_ids));
    if (permitted == nullptr) return std::make_shared<const ann::RowSet>(std::move(named));
    auto both = std::make_shared<ann::RowSet>(named.rows());
    named.ForEach([&](uint32_t row) {
      if (permitted->Contains(row)) both->Add(row);
    });
    return std::shared_ptr<const ann::RowSet>(std::move(both));
  }

  Result<std::vector<float>> VectorOf(const Request& request, const SearchRequest& wanted,
                                      const vector::IndexModel& model, SearchAnswer* answer) {
    if (!wanted.vector.empty()) {
      if (wanted.vector.size() == model.dimensions) return wanted.vector;
      return At(InvalidArgument("dimensions_differ", "the vector has {} numbers; those of the index have {}",
                                wanted.vector.size(), model.dimensions),
                "/vector");
    }
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<models::Embedder> embedder,
                          parts_.models.FindEmbedder(model.name));
    Result<models::Embeddings> made =
        embedder->Embed(request.context, std::vector<std::string>{wanted.query});
    if (!made.ok() && made.error().Is("empty_text"))
      return At(InvalidArgument("empty_text", "the query has no letter, digit or sign"), "/query");
    if (!made.ok()) return std::move(made).error();
    LAKE_RETURN_IF_ERROR(vector::CheckModel(model, made->model));
    answer->query_truncated = !made->truncated.empty();
    return std::move(made->values);
  }

  /// The first `most` of the rows, without those that their documents have too many of.
  static Result<std::vector<Hit>> HitsOf(vector::OpenIndex& index, const std::vector<FusedRow>& rows,
                                         std::optional<size_t> per_document, size_t most) {
    std::vector<Hit> hits;
    std::unordered_map<std::string, size_t> found;
    for (const FusedRow& row : rows) {
      if (hits.size() == most) break;
      LAKE_ASSIGN_OR_RETURN(vector::StoredChunk chunk, index.ChunkAt(row.row));
      if (per_document && ++found[chunk.doc_id] > *per_document) continue;
      hits.push_back({.doc_id = std::move(chunk.doc_id),
                      .source = {},
                      .chunk = chunk.number,
                      .text = std::move(chunk.text),
                      .start = chunk.start,
                      .end = chunk.end,
                      .score = row.score,
                      .vector_score = row.vector_score,
                      .text_score = row.text_score});
    }
    return hits;
  }

  const SearchParts parts_;
  PermittedRows permitted_;
};

}  // namespace

std::unique_ptr<SearchService> SearchService::Make(const SearchParts& parts) {
  return std::make_unique<Service>(parts);
}

}  // namespace lake::search
