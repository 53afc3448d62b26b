// Cancellation: a source says stop once, tokens carry it down to whoever does the work.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lake/common/result.h"

namespace lake {

namespace internal {
struct CancelState;
}

/// Keeps a callback registered; destroying it unregisters and waits for a callback that is running.
class CancelRegistration {
 public:
  CancelRegistration() = default;
  CancelRegistration(CancelRegistration&& other) noexcept;
  CancelRegistration& operator=(CancelRegistration&& other) noexcept;
  ~CancelRegistration();

 private:
  friend class CancelToken;
  std::shared_ptr<internal::CancelState> state_;
  uint64_t id_ = 0;
};

/// Cheap to copy; the default token is never cancelled. Any thread.
class CancelToken {
 public:
  bool cancelled() const;
  /// Why, as the answer will say it: cancelled/<reason>. Only when cancelled().
  Error error() const;
  /// Runs `callback` once when cancelled, on the cancelling thread; at once when that has happened already.
  /// The callback must not block and must not destroy its own registration.
  [[nodiscard]] CancelRegistration OnCancel(std::function<void()> callback) const;

 private:
  friend class CancelSource;
  std::shared_ptr<internal::CancelState> state_;
};

class CancelSource {
 public:
  CancelSource();
  CancelToken token() const;
  /// Only the first call counts. `reason` is the slug of the resulting error ("client_gone", "shutdown",
  /// "by_request").
  void Cancel(std::string reason);

 private:
  std::shared_ptr<internal::CancelState> state_;
};

}  // namespace lake
