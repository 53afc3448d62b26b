// Where the time of one search goes.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "lake/search/search_service.h"

namespace lake::search {

/// One thread.
class StageClock {
 public:
  /// What ran since the last call, or since this was made, was `stage`; runs of one stage are added up.
  void Done(std::string_view stage);
  const std::vector<StageTime>& stages() const { return stages_; }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  std::vector<StageTime> stages_;
};

}  // namespace lake::search
