// Server-sent events as a server of ours sends them: a name and one line of data each.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lake/common/result.h"

namespace lake::app {

/// Takes bytes as they come and gives events as they are complete. Its error is that of what takes the
/// events.
class EventStream {
 public:
  using Take = std::function<Status(std::string_view name, std::string_view data)>;
  explicit EventStream(Take take) : take_(std::move(take)) {}

  Status Add(std::string_view bytes);

 private:
  Status TakeLine(std::string_view line);

  Take take_;
  std::string rest_;  ///< Of a line.
  std::string name_;
  std::string data_;
};

}  // namespace lake::app
