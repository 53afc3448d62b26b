// Request bytes on their way from an I/O thread to one worker: at most kCapacity of them.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "lake/common/mutex.h"
#include "lake/gateway/exchange.h"
#include "request_parser.h"

namespace lake::gateway {

class BodyQueue final : public BodyReader, public BodySink {
 public:
  /// Two of them keep a disk busy while the network delivers; more would only be memory.
  static constexpr size_t kCapacity = 256u << 10;

  /// `wake` is called on the worker when the I/O thread has something to do; it must not block.
  BodyQueue(std::optional<uint64_t> declared, std::function<void()> wake)
      : declared_(declared), wake_(std::move(wake)) {}

  // I/O thread
  size_t Take(std::string_view bytes) override;
  /// There is room and somebody reads. When not, `wake` is called once it is so.
  bool WantsMore();
  void End();
  void Fail(Error error);

  // Worker
  Result<size_t> Read(std::span<char> buffer) override;
  std::optional<uint64_t> declared_length() const override { return declared_; }

 private:
  /// Says whether the I/O thread must be told that somebody reads now.
  bool BeginRead();

  const std::optional<uint64_t> declared_;
  const std::function<void()> wake_;
  Mutex mutex_;
  CondVar changed_;
  std::string bytes_ LAKE_GUARDED_BY(mutex_);
  size_t taken_ LAKE_GUARDED_BY(mutex_) = 0;  ///< Of bytes_, already read.
  bool reading_ LAKE_GUARDED_BY(mutex_) = false;
  bool io_waits_ LAKE_GUARDED_BY(mutex_) = false;
  bool ended_ LAKE_GUARDED_BY(mutex_) = false;
  std::optional<Error> failure_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::gateway
