#include "stage_clock.h"

#include <algorithm>

namespace lake::search {

void StageClock::Done(std::string_view stage) {
  const auto now = std::chrono::steady_clock::now();
  auto found = std::ranges::find(stages_, stage, &StageTime::stage);
  if (found == stages_.end()) found = stages_.insert(found, {.stage = stage, .took = {}});
  found->took += now - last_;
  last_ = now;
}

}  // namespace lake::search
