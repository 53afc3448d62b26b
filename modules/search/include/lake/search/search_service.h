// Search: what is nearest to a question among the chunks of an index that the caller may read.
//
// Which rows may be found is decided below: the ids that the governed relation of the index's dataset has for
// this caller, now, under the caller's own filter. Vectors see only those.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/access/audit.h"
#include "lake/access/request.h"
#include "lake/catalog/schema.h"
#include "lake/common/clock.h"
#include "lake/common/random.h"
#include "lake/models/provider.h"
#include "lake/query/query_service.h"
#include "lake/vector/open_indexes.h"

namespace lake::search {

inline constexpr size_t kMaxHits = 1000;
inline constexpr size_t kMaxQuestionBytes = 64u << 10;
inline constexpr size_t kMaxDocuments = 10'000;  ///< In a list of ids.

enum class SearchMode {
  kVector,  ///< By meaning.
  kText,    ///< By words: BM25.
  kHybrid,  ///< By both, fused.
};

/// How a hybrid search makes one order of two.
enum class Fusion {
  kScores,  ///< By where the scores stand among those of all candidates, whatever their scales.
  kRanks,   ///< By the ranks in the two lists.
};

/// A model reads the best candidates together with the question and orders them anew.
struct Rerank {
  std::string model;  ///< Name; empty: the default one.
  /// How many candidates it reads, at least k of them: 1 to models::kMaxRankedTexts.
  uint32_t depth = 50;
};

/// Which relations a search may be about, whatever else its caller may read.
struct SearchScope {
  std::string profile;                ///< Who says so, for people.
  std::vector<std::string> datasets;  ///< Ids.
};

struct SearchRequest {
  std::string index_name;
  std::string query;          ///< A question or some words; empty when there is a vector.
  std::vector<float> vector;  ///< Of the index's model.
  SearchMode mode = SearchMode::kVector;
  Fusion fusion = Fusion::kScores;
  size_t k = 10;  ///< 1 to kMaxHits.
  /// Most hits of one document, the best ones; others make room for the next document's. None: no bound.
  std::optional<size_t> per_document = {};
  std::string filter;  ///< SQL condition on the columns of the dataset as the caller sees them.
  std::optional<std::vector<std::string>> doc_ids;  ///< Only these.
  std::optional<size_t> ef_search;                  ///< None: as vector::Nearest says.
  ann::Precision precision = ann::Precision::kApproximate;
  std::optional<Rerank> rerank = {};
  std::optional<SearchScope> scope = {};  ///< None: what the caller may read.
};

struct Hit {
  std::string doc_id;
  std::string source;  ///< Dataset name.
  uint32_t chunk = 0;  ///< Number of the chunk in its document.
  std::string text;
  uint32_t start = 0;                  ///< In the document's text, in code points.
  uint32_t end = 0;                    ///< One past the last.
  double score = 0;                    ///< What hits are ordered by: that of the mode or of the reranker.
  std::optional<double> vector_score;  ///< Cosine of the angle between question and chunk.
  std::optional<double> text_score;    ///< BM25.
  std::optional<double> rerank_score = {};  ///< On a scale of the reranker's own.
};

/// A part of a search.
struct StageTime {
  std::string_view stage;  ///< In this order: rights, embed, vector, words, texts, rerank, audit.
  std::chrono::nanoseconds took{};
};

struct SearchAnswer {
  std::string index_name;
  std::vector<Hit> hits;  ///< The best first, ties by document and chunk; reranked, as before it.
  bool exact = false;     ///< What is near is proven to be the nearest; else what the graph found.
  /// Of an approximate answer: what the index's recall is at least; none when less effort was asked for than
  /// it was measured with.
  std::optional<double> recall_low;
  bool short_of_k = false;                   ///< Fewer than k chunks may be found.
  bool query_truncated = false;              ///< The question is longer than the model reads.
  bool stale = false;                        ///< The dataset has changed since the index was built.
  catalog::Version version;                  ///< Snapshot whose rights and deletions apply.
  vector::IndexModel model;                  ///< What embedded the chunks.
  std::vector<access::AuditedTable> tables;  ///< As they are on record: for those who say more with the hits.
  std::vector<StageTime> stages;             ///< Those that there were.
};

/// What the service works with; all of it outlives the service.
struct SearchParts {
  query::QueryService& queries;
  vector::OpenIndexes& indexes;
  models::Provider& models;
  access::AuditLog& audit;
  Clock& clock;
  RandomSource& random;
};

/// Any thread.
class SearchService {
 public:
  static std::unique_ptr<SearchService> Make(const SearchParts& parts);
  virtual ~SearchService() = default;

  /// Errors: not_found/index_not_found, failed_precondition/{index_not_ready, source_dropped, source_changed,
  /// model_changed}, permission_denied/{dataset_forbidden, out_of_scope, column_not_clear},
  /// invalid_argument/{no_question, two_questions, query_needed, question_too_long, dimensions_differ,
  /// bad_filter, too_many_documents, empty_text}, unavailable/audit_not_written, those of the models (of
  /// reranking with "/rerank" or
  /// "/rerank/model") and of the index.
  virtual Result<SearchAnswer> Search(const access::Request& request, const SearchRequest& wanted) = 0;

  /// The column that the doc_ids of an index's hits are values of, for who may search it. Errors: those of
  /// Search that are about the index, its dataset and the caller.
  virtual Result<catalog::Column> IdColumn(const access::Request& request, const std::string& index_name) = 0;
};

}  // namespace lake::search
