#include "batch_search.h"

#include <array>
#include <utility>

#include "thread_team.h"

namespace lake::ann {
namespace {

/// Queries in groups, on several threads.
class Batch {
 public:
  Batch(const IndexView& index, const Matrix& queries, const SearchOptions& options,
        const CancelToken& cancel, size_t threads)
      : index_(index),
        queries_(queries),
        options_(options),
        cancel_(cancel),
        memories_(threads),
        answers_(queries.rows),
        errors_(queries.rows) {}

  void Run(size_t member, size_t begin, size_t end) {
    if (options_.precision == Precision::kExact && end - begin > 1)
      return RunTogether(&memories_[member], begin, end - begin);
    for (size_t q = begin; q < end; ++q) {
      Result<Answer> answer =
          SearchIndex(index_, queries_.row_span(q), options_, cancel_, &memories_[member].one);
      if (answer.ok())
        answers_[q] = *std::move(answer);
      else
        errors_[q] = std::move(answer).error();
    }
  }

  /// The answers, or the error of the first query that has one.
  Result<std::vector<Answer>> Take() {
    for (Status& error : errors_) LAKE_RETURN_IF_ERROR(std::move(error));
    return std::move(answers_);
  }

 private:
  struct Memory {
    SearchMemory::State one;
    std::array<Origin, kPanelCodes> queries;
    std::array<ExactScan, kPanelCodes> scans;
    std::array<std::vector<Candidate>, kPanelCodes> found;
  };

  void RunTogether(Memory* memory, size_t begin, size_t count) {
    for (size_t q = 0; q < count; ++q) {
      errors_[begin + q] = index_.coded.space->EncodeQuery(queries_.row_span(begin + q), &memory->queries[q]);
      if (!errors_[begin + q].ok()) return;
    }
    errors_[begin] = ExactScan::FindTogether(index_.coded, std::span(memory->queries).first(count),
                                             ScanBy(index_, options_, Proof::kCertain), cancel_,
                                             std::span(memory->scans).first(count), memory->found);
    if (!errors_[begin].ok()) return;
    for (size_t q = 0; q < count; ++q) {
      Answer& answer = answers_[begin + q];
      answer.exact = true;
      answer.distances = memory->scans[q].scanned();
      answer.reranked = memory->scans[q].compared();
      for (const Candidate& row : memory->found[q])
        answer.hits.push_back({index_.ids[row.row], row.distance});
    }
  }

  const IndexView& index_;
  const Matrix& queries_;
  const SearchOptions& options_;
  const CancelToken& cancel_;
  std::vector<Memory> memories_;  ///< One for each thread.
  std::vector<Answer> answers_;
  std::vector<Status> errors_;
};

}  // namespace

Result<std::vector<Answer>> SearchIndexBatch(const IndexView& index, const Matrix& queries,
                                             const SearchOptions& options, size_t threads,
                                             const CancelToken& cancel) {
  LAKE_RETURN_IF_ERROR(CheckSearchOptions(index, options));
  if (threads < 1 || threads > 256)
    return InvalidArgument("search_option_out_of_range", "threads is {}; 1 to 256 are possible", threads);
  ThreadTeam team(threads);
  Batch batch(index, queries, options, cancel, team.size());
  const size_t together = options.precision == Precision::kExact ? kPanelCodes : 1;
  team.ForEachPiece(queries.rows, together,
                    [&](size_t member, size_t begin, size_t end) { batch.Run(member, begin, end); });
  return batch.Take();
}

}  // namespace lake::ann
