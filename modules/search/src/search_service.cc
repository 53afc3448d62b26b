#include "lake/search/search_service.h"

#include <algorithm>
#include <utility>

#include "fusion.h"
#include "lake/access/decision.h"
#include "lake/vector/freshness.h"
#include "lake/vector/index_service.h"
#include "permitted_rows.h"
#include "reranking.h"
#include "search_audit.h"

namespace lake::search {
namespace {

// Of hybrid searches, how deep the two lists go that are fused.
constexpr size_t kFusedDepth = 4;
constexpr size_t kFusedAtLeast = 50;
constexpr size_t kFusedAtMost = 1000;

using access::Request;
using catalog::Column;
using vector::IndexRecord;

Error At(Error error, std::string pointer) {
  std::string message = error.message();
  error.AddDetail(std::move(pointer), std::move(message));
  return error;
}

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

size_t CandidatesOf(const SearchRequest& wanted) {
  return wanted.rerank ? std::max<size_t>(wanted.k, wanted.rerank->depth) : wanted.k;
}

/// What is asked of an open index.
struct Question {
  const Request& request;
  const SearchRequest& wanted;
  size_t candidates;  ///< Rows to find: k, or more for a reranker.
  const vector::IndexModel& model;
  vector::OpenIndex& index;
  const ann::RowSet* permitted;  ///< Null: every row.
};

class Service final : public SearchService {
 public:
  explicit Service(const SearchParts& parts) : parts_(parts), permitted_(parts.queries) {}

  Result<SearchAnswer> Search(const Request& request, const SearchRequest& wanted) override {
    SearchAudit audit(parts_, request, wanted);
    return audit.Conclude(Answer(request, wanted, audit));
  }

  Result<Column> IdColumn(const Request& request, const std::string& index_name) override {
    LAKE_ASSIGN_OR_RETURN(Target target, FindTarget(request, index_name));
    LAKE_ASSIGN_OR_RETURN(const access::Decision decision, Decide(request, &target));
    return target.id_column;
  }

 private:
  Result<SearchAnswer> Answer(const Request& request, const SearchRequest& wanted, SearchAudit& audit) {
    LAKE_RETURN_IF_ERROR(CheckShape(wanted));
    std::shared_ptr<models::Reranker> reranker;
    if (wanted.rerank) {
      LAKE_ASSIGN_OR_RETURN(reranker, FindReranker(parts_.models, *wanted.rerank));
    }
    LAKE_ASSIGN_OR_RETURN(Target target, FindTarget(request, wanted.index_name));
    LAKE_ASSIGN_OR_RETURN(const access::Decision decision, Decide(request, &target));
    audit.Reads(request, *target.dataset, decision);
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<vector::OpenIndex> index,
                          parts_.indexes.Find(request.context, target.record));
    LAKE_ASSIGN_OR_RETURN(std::shared_ptr<const ann::RowSet> permitted,
                          permitted_.Find({.request = request,
                                           .dataset = *target.dataset,
                                           .decision = decision,
                                           .id_column = target.id_column,
                                           .index = *index,
                                           .filter = wanted.filter}));
    if (wanted.doc_ids) {
      LAKE_ASSIGN_OR_RETURN(permitted, Among(request, *index, permitted.get(), *wanted.doc_ids));
    }
    SearchAnswer answer = {.index_name = target.record.name,
                           .exact = true,
                           .stale = target.stale,
                           .version = request.snapshot->version(),
                           .model = target.record.model,
                           .tables = {}};
    const Question question = {.request = request,
                               .wanted = wanted,
                               .candidates = CandidatesOf(wanted),
                               .model = target.record.model,
                               .index = *index,
                               .permitted = permitted.get()};
    LAKE_ASSIGN_OR_RETURN(const std::vector<FusedRow> rows, Rank(question, &answer));
    LAKE_RETURN_IF_ERROR(Fill(*target.dataset, *index, rows, &answer));
    if (reranker != nullptr)
      LAKE_RETURN_IF_ERROR(OrderAnew(request.context, *reranker, wanted.query, &answer.hits));
    if (answer.hits.size() > wanted.k) answer.hits.resize(wanted.k);
    answer.short_of_k = answer.hits.size() < wanted.k;
    return answer;
  }

  /// The candidates, by the mode.
  Result<std::vector<FusedRow>> Rank(const Question& question, SearchAnswer* answer) {
    const size_t k = question.candidates;
    // A list gives more than k: what is second best in both may be the best of all.
    const size_t deep = question.wanted.mode == SearchMode::kHybrid
                            ? std::clamp(k * kFusedDepth, kFusedAtLeast, std::max(k, kFusedAtMost))
                            : k;
    std::vector<RankedRow> by_vector;
    std::vector<RankedRow> by_text;
    if (question.wanted.mode != SearchMode::kText) {
      LAKE_ASSIGN_OR_RETURN(by_vector, RankByVector(question, deep, answer));
    }
    if (question.wanted.mode != SearchMode::kVector) {
      LAKE_ASSIGN_OR_RETURN(const std::vector<vector::WordHit> hits,
                            question.index.FindWords(question.request.context, question.wanted.query, deep,
                                                     question.permitted));
      for (const vector::WordHit& hit : hits) by_text.push_back({.row = hit.row, .score = hit.score});
    }
    std::vector<FusedRow> rows = Fuse(by_vector, by_text, k);
    // One list keeps its own scores.
    if (question.wanted.mode != SearchMode::kHybrid)
      for (FusedRow& row : rows) row.score = row.vector_score ? *row.vector_score : *row.text_score;
    return rows;
  }

  Result<std::vector<RankedRow>> RankByVector(const Question& question, size_t k, SearchAnswer* answer) {
    const SearchRequest& wanted = question.wanted;
    LAKE_ASSIGN_OR_RETURN(const std::vector<float> query,
                          VectorOf(question.request, wanted, question.model, answer));
    LAKE_ASSIGN_OR_RETURN(const ann::Answer found,
                          question.index.FindNearest(query,
                                                     {.k = k,
                                                      .ef_search = wanted.ef_search,
                                                      .precision = wanted.precision,
                                                      .permitted = question.permitted},
                                                     question.request.context.cancel));
    answer->exact = found.exact;
    const std::optional<vector::MeasuredRecall>& recall = question.index.generation().recall;
    if (!found.exact && recall) answer->recall_low = recall->low;
    std::vector<RankedRow> rows;
    for (const ann::Hit& hit : found.hits)
      rows.push_back({.row = hit.id, .score = 1 - static_cast<double>(hit.distance)});
    return rows;
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

  static Status Fill(const catalog::Dataset& dataset, vector::OpenIndex& index,
                     const std::vector<FusedRow>& rows, SearchAnswer* answer) {
    for (const FusedRow& row : rows) {
      LAKE_ASSIGN_OR_RETURN(vector::StoredChunk chunk, index.ChunkAt(row.row));
      answer->hits.push_back({.doc_id = std::move(chunk.doc_id),
                              .source = dataset.name,
                              .chunk = chunk.number,
                              .text = std::move(chunk.text),
                              .start = chunk.start,
                              .end = chunk.end,
                              .score = row.score,
                              .vector_score = row.vector_score,
                              .text_score = row.text_score});
    }
    return {};
  }

  const SearchParts parts_;
  PermittedRows permitted_;
};

}  // namespace

std::unique_ptr<SearchService> SearchService::Make(const SearchParts& parts) {
  return std::make_unique<Service>(parts);
}

}  // namespace lake::search
