#include "thread_team.h"

#include <algorithm>
#include <atomic>
#include <latch>

#include "lake/common/check.h"

namespace lake::ann {

ThreadTeam::ThreadTeam(size_t threads) : threads_(threads) {
  LAKE_CHECK(threads >= 1);
  if (threads > 1)
    helpers_ = std::make_unique<WorkerPool>(
        WorkerPool::Options{.name = "ann-build", .threads = threads - 1, .queue_limit = threads});
}

void ThreadTeam::ForEachPiece(size_t count, size_t grain, const Piece& piece) {
  const size_t pieces = (count + grain - 1) / grain;
  std::atomic<size_t> next = 0;
  const auto work = [&](size_t member) {
    for (size_t p = next.fetch_add(1); p < pieces; p = next.fetch_add(1))
      piece(member, p * grain, std::min(count, (p + 1) * grain));
  };
  const size_t helpers = pieces > 1 ? threads_ - 1 : 0;
  std::latch done(static_cast<std::ptrdiff_t>(helpers));
  for (size_t member = 1; member <= helpers; ++member) {
    const Status submitted = helpers_->Submit([&work, &done, member] {
      work(member);
      done.count_down();
    });
    LAKE_CHECK(submitted.ok());
  }
  work(0);
  done.wait();
}

}  // namespace lake::ann
