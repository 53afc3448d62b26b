// Id<Tag>: a string that names one kind of thing, so that two kinds cannot be swapped. Explicit in and out.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace lake {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}

  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  std::string value_;
};

}  // namespace lake

template <class Tag>
struct std::hash<lake::Id<Tag>> {
  size_t operator()(const lake::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.value()); }
};
