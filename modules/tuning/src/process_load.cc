#include "lake/tuning/process_load.h"

#include <algorithm>
#include <thread>

namespace lake::tuning {
namespace {

constexpr std::chrono::milliseconds kLeast{500};  // CPU time is counted in steps of some milliseconds.

}  // namespace

ProcessLoad::ProcessLoad() : asked_(std::chrono::steady_clock::now()), used_(std::clock()) {}

double ProcessLoad::Take() {
  const auto now = std::chrono::steady_clock::now();
  if (now - asked_ < kLeast) return said_;
  const std::clock_t used = std::clock();
  const double cpu_secs = static_cast<double>(used - used_) / CLOCKS_PER_SEC;
  const double wall_secs = std::chrono::duration<double>(now - asked_).count();
  said_ = std::clamp(cpu_secs / wall_secs / std::max(1u, std::thread::hardware_concurrency()), 0.0, 1.0);
  asked_ = now;
  used_ = used;
  return said_;
}

}  // namespace lake::tuning
