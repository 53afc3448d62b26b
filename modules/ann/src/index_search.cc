#include "index_search.h"

#include <algorithm>

namespace lake::ann {
namespace {

/// Below this many rows a scan of all is quicker than a walk.
constexpr size_t kRowsWorthAWalk = 1000;
constexpr size_t kFewestReranked = 20;

Status CheckOptions(const IndexView& index, const SearchOptions& options) {
  if (options.k < 1 || options.k > kMaxK)
    return InvalidArgument("search_option_out_of_range", "k is {}; 1 to {} are possible", options.k, kMaxK);
  if (options.ef_search < kMinEfSearch || options.ef_search > kMaxEfSearch)
    return InvalidArgument("search_option_out_of_range", "ef_search is {}; {} to {} are possible",
                           options.ef_search, kMinEfSearch, kMaxEfSearch);
  if (options.filter != nullptr && options.filter->rows() != index.coded.count)
    return InvalidArgument("search_option_out_of_range", "the filter is over {} rows, the index has {}",
                           options.filter->rows(), index.coded.count);
  return {};
}

class Search {
 public:
  Search(const IndexView& index, std::span<const float> query, const SearchOptions& options,
         SearchMemory::State* memory)
      : index_(index), query_(query), options_(options), memory_(*memory) {}

  Result<Answer> Run(const CancelToken& cancel) {
    LAKE_RETURN_IF_ERROR(CheckOptions(index_, options_));
    LAKE_RETURN_IF_ERROR(index_.coded.space->EncodeQuery(query_, &memory_.query));
    if (MayWalk()) {
      LAKE_RETURN_IF_ERROR(Walk());
      // A walk that found too few, of rows that are there, is no answer.
      if (memory_.found.size() >= std::min(options_.k, index_.coded.count)) return MakeAnswer();
    }
    LAKE_RETURN_IF_ERROR(memory_.scan.Find(index_.coded, index_.vectors, query_.data(), memory_.query,
                                           options_.k, options_.filter, cancel, &memory_.found));
    answer_.exact = true;
    answer_.distances += memory_.scan.scanned();
    answer_.reranked += memory_.scan.compared();
    return MakeAnswer();
  }

 private:
  bool MayWalk() const {
    return options_.precision == Precision::kApproximate && options_.filter == nullptr &&
           index_.coded.count > kRowsWorthAWalk && options_.k < index_.coded.count;
  }

  /// Fills memory_.found with the nearest rows the walk met, by their f32 vectors.
  Status Walk() {
    const QueryCode& query = memory_.query;
    const size_t width = std::max(options_.ef_search, options_.k);
    const Starts starts = index_.entries.Nearest(query.code.data(), query.terms);
    memory_.beam.Walk(index_.graph, index_.coded.count, width, starts.rows(),
                      CodeDistances(index_.coded, query.code.data(), query.terms));
    if (memory_.beam.damaged())
      return DataLoss("segment_damaged", "the index is damaged: a neighbour in its graph is no row");
    answer_.distances = memory_.beam.statistics().distances + index_.entries.rows.size();
    answer_.hops = memory_.beam.statistics().hops;
    const size_t wanted = options_.rerank != 0 ? options_.rerank : std::max(2 * options_.k, kFewestReranked);
    const std::span<const Candidate> met = memory_.beam.found();
    return Rerank(met.first(std::min(met.size(), std::max(wanted, options_.k))));
  }

  Status Rerank(std::span<const Candidate> candidates) {
    constexpr size_t kVectorsAhead = 2;
    const size_t bytes = index_.vectors.dimensions * sizeof(float);
    memory_.found.clear();
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (i + kVectorsAhead < candidates.size())
        PrefetchBytes(index_.vectors.row(candidates[i + kVectorsAhead].row), bytes);
      const uint32_t row = candidates[i].row;
      const float distance = index_.coded.space->Distance(query_.data(), memory_.query.terms,
                                                          index_.vectors.row(row), index_.coded.terms[row]);
      memory_.found.push_back({distance, row});
      for (const Duplicate& duplicate : DuplicatesOf(index_.duplicates, row)) {
        if (duplicate.row >= index_.coded.count)
          return DataLoss("segment_damaged", "the index is damaged: a duplicate is no row");
        memory_.found.push_back({distance, duplicate.row});
      }
    }
    answer_.reranked = candidates.size();
    std::ranges::sort(memory_.found, std::less<>());
    memory_.found.resize(std::min(memory_.found.size(), options_.k));
    return {};
  }

  Answer MakeAnswer() {
    answer_.hits.reserve(memory_.found.size());
    for (const Candidate& row : memory_.found) answer_.hits.push_back({index_.ids[row.row], row.distance});
    return std::move(answer_);
  }

  const IndexView& index_;
  std::span<const float> query_;
  const SearchOptions& options_;
  SearchMemory::State& memory_;
  Answer answer_;
};

}  // namespace

Result<Answer> SearchIndex(const IndexView& index, std::span<const float> query, const SearchOptions& options,
                           const CancelToken& cancel, SearchMemory::State* memory) {
  return Search(index, query, options, memory).Run(cancel);
}

}  // namespace lake::ann
