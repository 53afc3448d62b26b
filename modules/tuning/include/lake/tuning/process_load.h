// How busy this process is.
#pragma once

#include <chrono>
#include <ctime>

namespace lake::tuning {

/// One thread.
class ProcessLoad {
 public:
  ProcessLoad();

  /// Share of the machine's cores, 0 to 1, that the process used since it was asked before; asked again
  /// within half a second, what it said then.
  double Take();

 private:
  std::chrono::steady_clock::time_point asked_;
  std::clock_t used_ = 0;  ///< CPU time by then.
  double said_ = 0;
};

}  // namespace lake::tuning
