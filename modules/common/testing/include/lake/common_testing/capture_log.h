// A log that keeps its events for a test to look at.
#pragma once

#include <string>
#include <vector>

#include "lake/common/log.h"
#include "lake/common/mutex.h"

namespace lake {

class CaptureLog final : public Log {
 public:
  struct Event {
    LogLevel level;
    std::string name;
    JsonValue fields;  ///< An object.
  };

  void Write(LogLevel level, std::string_view event, std::span<const Field> fields) override {
    JsonValue object = JsonValue::MakeObject();
    for (const auto& [name, value] : fields) object.Set(name, value);
    MutexLock lock(mutex_);
    events_.push_back({level, std::string(event), std::move(object)});
  }

  std::vector<Event> events() const {
    MutexLock lock(mutex_);
    return events_;
  }
  /// How many events of that name there were.
  size_t Count(std::string_view name) const {
    MutexLock lock(mutex_);
    size_t count = 0;
    for (const Event& event : events_) count += event.name == name ? 1 : 0;
    return count;
  }

 private:
  mutable Mutex mutex_;
  std::vector<Event> events_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake
