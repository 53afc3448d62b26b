// Threads that share one loop. The pieces are fixed by the count, not by the threads, so what is computed
// does not depend on how many there are.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "lake/common/worker_pool.h"

namespace lake::ann {

class ThreadTeam {
 public:
  /// `threads` >= 1, the caller's included.
  explicit ThreadTeam(size_t threads);

  /// One piece [begin, end) of a loop, run by member `member` of the team.
  using Piece = std::function<void(size_t member, size_t begin, size_t end)>;
  /// Calls `piece` for [0, grain), [grain, 2 * grain), … up to `count`, on all members; returns when all are
  /// done.
  void ForEachPiece(size_t count, size_t grain, const Piece& piece);

  size_t size() const { return threads_; }

 private:
  size_t threads_;
  std::unique_ptr<WorkerPool> helpers_;  ///< Null when the caller is alone.
};

}  // namespace lake::ann
