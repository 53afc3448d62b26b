// Looks after every commit, and now and then besides, on a thread of its own: for those who do something by
// themselves when the catalog changes.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "lake/catalog/catalog.h"
#include "lake/common/cancel.h"
#include "lake/common/context.h"

namespace lake::catalog {

class CommitFollower {
 public:
  /// Looks at the catalog as it is, and says at which version it was. Its context ends with the follower.
  using Look = std::function<Version(const Context& context)>;

  /// The first look is at once; after it whenever there is a newer version, and each `tick`. The catalog and
  /// what `look` uses must outlive it.
  CommitFollower(Catalog& catalog, std::chrono::milliseconds tick, Look look);
  /// Waits for the thread.
  ~CommitFollower();
  CommitFollower(const CommitFollower&) = delete;
  CommitFollower& operator=(const CommitFollower&) = delete;

 private:
  void Run();

  Catalog& catalog_;
  const std::chrono::milliseconds tick_;
  const Look look_;
  CancelSource stop_;
  std::thread thread_;  ///< Uses the rest.
};

}  // namespace lake::catalog
