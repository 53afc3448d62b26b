// PublishedState: what readers see, who waits for more, and whether commits may go on.
#pragma once

#include <memory>
#include <optional>

#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "state.h"

namespace lake::catalog {

class PublishedState {
 public:
  explicit PublishedState(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  std::shared_ptr<const State> get() const;
  /// Versions only grow. One thread at a time (the leader).
  void Publish(std::shared_ptr<const State> state);
  /// Returns when the version is greater than `seen`. Errors: those of Context::CheckAlive.
  Status WaitFor(const Context& context, Version seen);

  /// No commit may follow one whose outcome is unknown. The first error stays.
  void Poison(Error why);
  Status health() const;

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::shared_ptr<const State> state_ LAKE_GUARDED_BY(mutex_);
  std::optional<Error> poison_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::catalog
