// Gate: who may ask one model of a provider now: so many at once, and nobody while it rests after failures.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"

namespace lake::models {

/// Any thread; must outlive its passes.
class Gate {
 public:
  struct Options {
    size_t max_in_flight;
    size_t max_waiting;
    uint32_t failures_until_rest;
    std::chrono::milliseconds rest;
  };

  /// The right to ask once. It ends as a neutral one (whoever asked gave up) unless told how it went.
  class Pass {
   public:
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)), probes_(other.probes_) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass();
    void Succeeded() && { std::move(*this).End(Outcome::kSuccess); }
    void Failed() && { std::move(*this).End(Outcome::kFailure); }

   private:
    friend class Gate;
    enum class Outcome { kSuccess, kFailure, kNeutral };
    Pass(Gate& gate, bool probes) : gate_(&gate), probes_(probes) {}
    void End(Outcome outcome) &&;
    Gate* gate_;
    bool probes_;
  };

  explicit Gate(Options options) : options_(options) {}

  /// Waits for its turn. Errors: unavailable/provider_resting, resource_exhausted/models_busy, those of the
  /// context.
  Result<Pass> Enter(const Context& context);

  bool idle() const;  ///< Nobody asks or waits, and nothing is remembered.

 private:
  using Steady = std::chrono::steady_clock;

  Status CheckRest() LAKE_REQUIRES(mutex_);

  const Options options_;
  mutable Mutex mutex_;
  CondVar left_;
  size_t in_flight_ LAKE_GUARDED_BY(mutex_) = 0;
  size_t waiting_ LAKE_GUARDED_BY(mutex_) = 0;
  uint32_t failures_ LAKE_GUARDED_BY(mutex_) = 0;  ///< Since the last success.
  Steady::time_point rests_until_ LAKE_GUARDED_BY(mutex_);
  bool probing_ LAKE_GUARDED_BY(mutex_) = false;  ///< One tries whether it works again.
};

/// Returns when `wait` is over; earlier with the context's error when it ends.
Status WaitFor(const Context& context, std::chrono::milliseconds wait);

}  // namespace lake::models
