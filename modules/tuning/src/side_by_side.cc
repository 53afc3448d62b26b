#include "side_by_side.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace lake::tuning {
namespace {

/// The first warms up; of the others each goes first twice.
constexpr size_t kRounds = 5;

Status Round(const WalkOfGraph& walk, const AskedQueries& queries, const CancelToken& cancel,
             ann::SearchMemory* memory, QueryFigures* figures) {
  for (size_t i = 0; i < queries.count(); ++i) {
    if (cancel.cancelled()) return cancel.error();
    const auto started = std::chrono::steady_clock::now();
    LAKE_ASSIGN_OR_RETURN(const ann::Answer answer,
                          walk.index.Search(queries.vector(i), walk.options, cancel, memory));
    const double us =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - started).count();
    figures->latencies_us[i] = std::min(figures->latencies_us[i], us);
    figures->hits[i] = static_cast<uint32_t>(ann::CountFound(answer.hits, queries.truths[i]));
  }
  return {};
}

}  // namespace

Result<SideBySide> MeasureSideBySide(const WalkOfGraph& one, const WalkOfGraph& other,
                                     const AskedQueries& queries, const CancelToken& cancel) {
  ann::SearchMemory memory;
  const auto fresh = [&] {
    return QueryFigures{
        .latencies_us = std::vector<double>(queries.count(), std::numeric_limits<double>::infinity()),
        .hits = std::vector<uint32_t>(queries.count())};
  };
  SideBySide measured;
  for (size_t round = 0; round < kRounds; ++round) {
    if (round <= 1) measured = {.one = fresh(), .other = fresh()};
    const bool one_first = round % 2 == 0;
    if (one_first) LAKE_RETURN_IF_ERROR(Round(one, queries, cancel, &memory, &measured.one));
    LAKE_RETURN_IF_ERROR(Round(other, queries, cancel, &memory, &measured.other));
    if (!one_first) LAKE_RETURN_IF_ERROR(Round(one, queries, cancel, &memory, &measured.one));
  }
  return measured;
}

std::vector<double> SharesFound(const std::vector<uint32_t>& hits, const AskedQueries& queries) {
  std::vector<double> shares;
  for (size_t i = 0; i < hits.size(); ++i) {
    const size_t count = queries.truths[i].count;
    shares.push_back(count == 0 ? 1 : static_cast<double>(hits[i]) / static_cast<double>(count));
  }
  return shares;
}

}  // namespace lake::tuning
