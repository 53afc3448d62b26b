#include "lake/common/cancel.h"

#include <atomic>
#include <map>
#include <thread>

#include "lake/common/mutex.h"

namespace lake {
namespace internal {

struct CancelState {
  std::atomic<bool> cancelled = false;  ///< Set once, under `mutex`; read without it.

  Mutex mutex;
  CondVar callback_done;
  std::string reason LAKE_GUARDED_BY(mutex);
  uint64_t last_id LAKE_GUARDED_BY(mutex) = 0;
  std::map<uint64_t, std::function<void()>> callbacks LAKE_GUARDED_BY(mutex);
  uint64_t running_id LAKE_GUARDED_BY(mutex) = 0;  ///< 0 = none.
  std::thread::id runner LAKE_GUARDED_BY(mutex);

  void Cancel(std::string why);
  void Unregister(uint64_t id);

 private:
  /// The next callback to run, marked as running; empty when there is none left.
  std::function<void()> TakeNext();
  void MarkDone();
};

void CancelState::Cancel(std::string why) {
  {
    MutexLock lock(mutex);
    if (cancelled) return;
    reason = std::move(why);
    cancelled = true;
  }
  while (std::function<void()> callback = TakeNext()) {
    callback();
    callback = nullptr;  // What it captured dies before a waiting Unregister returns.
    MarkDone();
  }
}

std::function<void()> CancelState::TakeNext() {
  MutexLock lock(mutex);
  if (callbacks.empty()) return nullptr;
  auto node = callbacks.extract(callbacks.begin());
  running_id = node.key();
  runner = std::this_thread::get_id();
  return std::move(node.mapped());
}

void CancelState::MarkDone() {
  MutexLock lock(mutex);
  running_id = 0;
  callback_done.NotifyAll();
}

void CancelState::Unregister(uint64_t id) {
  std::function<void()> dropped;  // Destroyed after the lock: it may own anything.
  MutexLock lock(mutex);
  if (auto found = callbacks.find(id); found != callbacks.end()) {
    dropped = std::move(found->second);
    callbacks.erase(found);
    return;
  }
  LAKE_CHECK(running_id != id || runner != std::this_thread::get_id());  // It would wait for itself.
  while (running_id == id) callback_done.Wait(mutex);
}

}  // namespace internal

CancelRegistration::CancelRegistration(CancelRegistration&& other) noexcept
    : state_(std::move(other.state_)), id_(std::exchange(other.id_, 0)) {}

CancelRegistration& CancelRegistration::operator=(CancelRegistration&& other) noexcept {
  CancelRegistration old(std::move(*this));
  state_ = std::move(other.state_);
  id_ = std::exchange(other.id_, 0);
  return *this;
}

CancelRegistration::~CancelRegistration() {
  if (state_) state_->Unregister(id_);
}

bool CancelToken::cancelled() const { return state_ && state_->cancelled; }

Error CancelToken::error() const {
  LAKE_CHECK(cancelled());
  MutexLock lock(state_->mutex);
  return Cancelled(state_->reason, "the work was cancelled ({})", state_->reason);
}

CancelRegistration CancelToken::OnCancel(std::function<void()> callback) const {
  CancelRegistration registration;
  if (!state_) return registration;
  {
    MutexLock lock(state_->mutex);
    if (!state_->cancelled) {
      registration.state_ = state_;
      registration.id_ = ++state_->last_id;
      state_->callbacks.emplace(registration.id_, std::move(callback));
      return registration;
    }
  }
  callback();
  return registration;
}

CancelSource::CancelSource() : state_(std::make_shared<internal::CancelState>()) {}

CancelToken CancelSource::token() const {
  CancelToken token;
  token.state_ = state_;
  return token;
}

void CancelSource::Cancel(std::string reason) { state_->Cancel(std::move(reason)); }

}  // namespace lake
