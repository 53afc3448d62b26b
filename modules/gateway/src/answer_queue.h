// Response bytes on their way from one worker to an I/O thread: at most kCapacity of them wait here, and as
// many are being written.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lake/common/mutex.h"
#include "lake/gateway/exchange.h"

namespace lake::gateway {

class AnswerQueue final : public ResponseWriter {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Enough that a socket is never idle while the worker makes the next piece.
  static constexpr size_t kCapacity = 256u << 10;
  /// A head without a byte of body waits this long for an early error to replace it (Withdraw).
  static constexpr std::chrono::milliseconds kHeadPatience{1000};

  enum class Body { kWanted, kHeadOnly };

  /// `wake` is called on the worker when the I/O thread has something to do; it must not block.
  AnswerQueue(Body body, std::function<void()> wake) : body_(body), wake_(std::move(wake)) {}

  // Worker
  Status Start(ResponseHead head) override;
  /// For a HEAD request cancelled/head_only: there is no use in making a body.
  Status Write(std::string_view bytes) override;
  Status Finish(BodyEnd end) override;
  bool Withdraw() override;
  bool started() const override;
  /// The worker is through; a stream that was started but not finished is cut, because of `failure`.
  void Close(std::string failure);
  void CloseWith(Answer answer);

  // I/O thread
  struct Portion {
    std::optional<Answer> whole;
    std::optional<ResponseHead> head;
    std::string bytes;
    bool finished = false;
    std::vector<Header> trailers;         ///< With finished.
    bool closed = false;                  ///< Nothing will follow.
    std::string failure;                  ///< With whole, finished or closed: the slug of the error, if any.
    std::optional<TimePoint> look_again;  ///< There is a head, but it waits until then.
    bool empty() const { return !whole && !head && bytes.empty() && !finished && !closed; }
  };
  Portion Take(TimePoint now);
  /// From now on the worker's calls return `error`.
  void Break(Error error);

 private:
  enum class Stage { kNew, kHeadWaiting, kStreaming, kFinished, kClosed };

  bool TakeIdle() LAKE_REQUIRES(mutex_);

  const Body body_;
  const std::function<void()> wake_;
  mutable Mutex mutex_;
  CondVar room_;
  Stage stage_ LAKE_GUARDED_BY(mutex_) = Stage::kNew;
  bool io_idle_ LAKE_GUARDED_BY(mutex_) = true;
  TimePoint head_since_ LAKE_GUARDED_BY(mutex_);
  Portion next_ LAKE_GUARDED_BY(mutex_);
  std::optional<Error> broken_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::gateway
