#include "lake/common/json.h"

#include <algorithm>
#include <limits>

namespace lake {
namespace {

bool SameMembers(const JsonValue::Object& left, const JsonValue::Object& right) {
  if (left == right) return true;  // Mostly they are in the same order.
  if (left.size() != right.size()) return false;
  const auto by_key = [](const JsonValue::Member* a, const JsonValue::Member* b) {
    return a->first < b->first;
  };
  const auto sorted = [&](const JsonValue::Object& object) {
    std::vector<const JsonValue::Member*> members;
    members.reserve(object.size());
    for (const JsonValue::Member& member : object) members.push_back(&member);
    std::sort(members.begin(), members.end(), by_key);
    return members;
  };
  const auto same = [](const JsonValue::Member* a, const JsonValue::Member* b) { return *a == *b; };
  const auto lefts = sorted(left);
  const auto rights = sorted(right);
  return std::equal(lefts.begin(), lefts.end(), rights.begin(), same);
}

}  // namespace

JsonValue JsonValue::FromUnsigned(uint64_t value) {
  if (value <= uint64_t{std::numeric_limits<int64_t>::max()}) return JsonValue(static_cast<int64_t>(value));
  JsonValue result;
  result.value_ = value;
  return result;
}

double JsonValue::as_double() const {
  if (is_int()) return static_cast<double>(as_int());
  if (is_uint()) return static_cast<double>(as_uint());
  return std::get<double>(value_);
}

const JsonValue* JsonValue::Find(std::string_view key) const {
  const auto* object = std::get_if<Object>(&value_);
  if (object == nullptr) return nullptr;
  const auto found = std::ranges::find(*object, key, &Member::first);
  return found == object->end() ? nullptr : &found->second;
}

JsonValue* JsonValue::Find(std::string_view key) {
  return const_cast<JsonValue*>(std::as_const(*this).Find(key));  // NOLINT: *this is not const
}

std::string_view JsonValue::FindString(std::string_view key) const {
  const JsonValue* found = Find(key);
  return found != nullptr && found->is_string() ? std::string_view(found->as_string()) : std::string_view();
}

JsonValue& JsonValue::Set(std::string_view key, JsonValue value) {
  if (is_null()) value_ = Object{};
  if (JsonValue* present = Find(key)) return *present = std::move(value);
  return as_object().emplace_back(std::string(key), std::move(value)).second;
}

bool JsonValue::Erase(std::string_view key) {
  return is_object() &&
         std::erase_if(as_object(), [&](const Member& member) { return member.first == key; }) > 0;
}

JsonValue& JsonValue::Append(JsonValue value) {
  if (is_null()) value_ = Array{};
  return as_array().emplace_back(std::move(value));
}

bool JsonValue::operator==(const JsonValue& other) const {
  if (is_object() && other.is_object()) return SameMembers(as_object(), other.as_object());
  return value_ == other.value_;
}

}  // namespace lake
