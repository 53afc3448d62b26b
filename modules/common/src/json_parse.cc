// Text to JsonValue: simdjson checks and parses; this file copies its document, refuses what simdjson allows
// (duplicate names) and finds the place of what it refuses (json_locate.h).
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "json_locate.h"
#include "lake/common/json.h"
#include "lake/common/json_pointer.h"

namespace lake {
namespace {

namespace dom = simdjson::dom;

std::optional<std::string_view> FindDuplicate(const JsonValue::Object& object) {
  constexpr size_t kFewMembers = 12;  // Up to here, comparing each pair beats hashing.
  if (object.size() <= kFewMembers) {
    for (auto member = object.begin(); member != object.end(); ++member)
      if (std::ranges::find(object.begin(), member, member->first, &JsonValue::Member::first) != member)
        return member->first;
    return std::nullopt;
  }
  std::unordered_set<std::string_view> seen;
  seen.reserve(object.size());
  for (const auto& [name, value] : object)
    if (!seen.insert(name).second) return name;
  return std::nullopt;
}

/// Copies simdjson's document. The parser bounds its depth and so the recursion, but counts no empty
/// containers.
class Copier {
 public:
  explicit Copier(int max_depth) : depth_left_(max_depth) {}

  /// False when it is too deep, or a name appears twice in one object.
  bool Copy(const dom::element& element, JsonValue* out) {
    switch (element.type()) {
      case dom::element_type::ARRAY:
        return CopyArray(element.get_array().value_unsafe(), out);
      case dom::element_type::OBJECT:
        return CopyObject(element.get_object().value_unsafe(), out);
      case dom::element_type::INT64:
        *out = element.get_int64().value_unsafe();
        return true;
      case dom::element_type::UINT64:
        *out = element.get_uint64().value_unsafe();
        return true;
      case dom::element_type::DOUBLE:
        *out = element.get_double().value_unsafe();
        return true;
      case dom::element_type::STRING:
        *out = element.get_string().value_unsafe();
        return true;
      case dom::element_type::BOOL:
        *out = element.get_bool().value_unsafe();
        return true;
      case dom::element_type::NULL_VALUE:
        break;
    }
    *out = nullptr;
    return true;
  }

  bool too_deep() const { return depth_left_ < 0; }
  /// The object with the duplicate, and its name.
  const std::string& pointer() const { return pointer_; }
  const std::string& name() const { return name_; }

 private:
  bool CopyArray(const dom::array& array, JsonValue* out) {
    if (--depth_left_ < 0) return false;
    *out = JsonValue::Array{};
    JsonValue::Array& items = out->as_array();
    items.reserve(array.size());
    for (const dom::element item : array) {
      if (Copy(item, &items.emplace_back())) continue;
      pointer_ = PrependPointer(fmt::to_string(items.size() - 1), pointer_);
      return false;
    }
    ++depth_left_;
    return true;
  }

  bool CopyObject(const dom::object& object, JsonValue* out) {
    if (--depth_left_ < 0) return false;
    *out = JsonValue::Object{};
    JsonValue::Object& members = out->as_object();
    members.reserve(object.size());
    for (const dom::key_value_pair member : object) {
      if (Copy(member.value, &members.emplace_back(std::string(member.key), JsonValue()).second)) continue;
      pointer_ = PrependPointer(member.key, pointer_);
      return false;
    }
    ++depth_left_;
    const auto duplicate = FindDuplicate(members);
    if (duplicate) name_ = *duplicate;
    return !duplicate;
  }

  int depth_left_;
  std::string pointer_;
  std::string name_;
};

Error TooDeep(const JsonLimits& limits) {
  return InvalidArgument("json_too_deep", "the JSON document is nested more than {} deep", limits.max_depth);
}

Error RefusedBySimdjson(simdjson::error_code code, std::string_view text, const JsonLimits& limits) {
  switch (code) {
    case simdjson::DEPTH_ERROR:
      return TooDeep(limits);
    case simdjson::MEMALLOC:
      return ResourceExhausted("out_of_memory", "not enough memory for a JSON document of {} bytes",
                               text.size());
    default:
      const auto fault =
          internal::LocateJsonFault(text).value_or(internal::JsonFault{0, "unreadable document"});
      return InvalidArgument("bad_json", "not valid JSON: {} at byte {}", fault.what, fault.offset)
          .WithCause(simdjson::error_message(code));
  }
}

}  // namespace

Result<JsonValue> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes)
    return InvalidArgument("json_too_large", "the JSON document has {} bytes; at most {} are allowed",
                           text.size(), limits.max_bytes);
  dom::parser parser;
  // simdjson counts the document itself as a level.
  simdjson::error_code code = parser.allocate(text.size(), static_cast<size_t>(limits.max_depth) + 1);
  dom::element root;
  if (code == simdjson::SUCCESS) code = parser.parse(text.data(), text.size()).get(root);
  if (code != simdjson::SUCCESS) return RefusedBySimdjson(code, text, limits);
  JsonValue document;
  Copier copier(limits.max_depth);
  if (copier.Copy(root, &document)) return document;
  if (copier.too_deep()) return TooDeep(limits);
  return InvalidArgument("json_duplicate_key", "the JSON document has the member \"{}\" twice in one object",
                         copier.name())
      .WithDetail(copier.pointer(), fmt::format("the member \"{}\" appears twice", copier.name()));
}

Result<JsonValue> ParseJson(std::string_view text) { return ParseJson(text, JsonLimits{}); }

}  // namespace lake
