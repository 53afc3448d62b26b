#include "lake/common/describe_read.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "lake/common/json_pointer.h"
#include "lake/common/suggest.h"
#include "whole_number.h"

namespace lake::internal {
namespace {

std::string DescribeBounds(std::string_view verb, const Bounds& bounds, std::string_view unit) {
  if (std::isinf(bounds.high)) return fmt::format("{} at least {}{}", verb, bounds.low, unit);
  if (std::isinf(bounds.low)) return fmt::format("{} at most {}{}", verb, bounds.high, unit);
  if (bounds.low == bounds.high) return fmt::format("{} exactly {}{}", verb, bounds.low, unit);
  return fmt::format("{} between {} and {}{}", verb, bounds.low, bounds.high, unit);
}

bool Within(double number, const Bounds& bounds) { return number >= bounds.low && number <= bounds.high; }

bool IsIntegral(const JsonValue& value) {
  if (!value.is_double()) return value.is_number();
  return IsWholeNumber(value.as_double());
}

std::string ListNames(std::span<const std::string_view> names) {
  std::string list;
  for (const std::string_view name : names) {
    if (!list.empty()) list += ", ";
    AppendJsonString(name, &list);
  }
  return list;
}

std::string Unknown(std::string_view what, std::string_view name, std::span<const std::string_view> known) {
  const std::string_view near = Suggest(name, known);
  if (near.empty()) return std::string(what);
  return fmt::format("{}; did you mean \"{}\"?", what, near);
}

/// "one of a, b or an object with exactly one of the members c": what a variant may look like.
std::string NameShapes(const VariantCases& cases) {
  std::vector<std::string_view> bare;
  std::vector<std::string_view> with_content;
  for (size_t i = 0; i < cases.tags.size(); ++i)
    (cases.bare[i] ? bare : with_content).push_back(cases.tags[i]);
  std::string shapes;
  if (!bare.empty()) shapes = "one of " + ListNames(bare);
  if (!bare.empty() && !with_content.empty()) shapes += " or ";
  if (!with_content.empty()) shapes += "an object with exactly one of the members " + ListNames(with_content);
  return shapes;
}

}  // namespace

std::string DescribedReader::Pointer() const {
  std::string pointer;
  for (const Place& place : place_)
    AppendPointer(place.name.data() != nullptr ? std::string(place.name) : fmt::to_string(place.index),
                  &pointer);
  return pointer;
}

void DescribedReader::Fail(std::string message) {
  if (!full()) details_.push_back({Pointer(), std::move(message)});
}

void DescribedReader::ReadBool(const JsonValue& value, bool* out) {
  if (!value.is_bool()) return Fail("expected true or false");
  *out = value.as_bool();
}

int64_t DescribedReader::ReadSigned(const JsonValue& value, const Bounds& bounds, int64_t low, int64_t high) {
  if (!IsIntegral(value)) {
    Fail("expected an integer");
    return 0;
  }
  if (!Within(value.as_double(), bounds)) {
    Fail(DescribeBounds("must be", bounds, ""));
    return 0;
  }
  const int64_t number = value.is_int()      ? value.as_int()
                         : value.is_double() ? static_cast<int64_t>(value.as_double())
                                             : std::numeric_limits<int64_t>::max();
  if (value.is_uint() || number < low || number > high) {
    Fail(fmt::format("must be between {} and {}", low, high));
    return 0;
  }
  return number;
}

uint64_t DescribedReader::ReadUnsigned(const JsonValue& value, const Bounds& bounds, uint64_t high) {
  if (!IsIntegral(value)) {
    Fail("expected an integer");
    return 0;
  }
  if (!Within(value.as_double(), bounds)) {
    Fail(DescribeBounds("must be", bounds, ""));
    return 0;
  }
  const bool negative = value.as_double() < 0;
  uint64_t number = 0;
  if (!negative)
    number = value.is_double() ? static_cast<uint64_t>(value.as_double())
             : value.is_int()  ? static_cast<uint64_t>(value.as_int())
                               : value.as_uint();
  if (negative || number > high) {
    Fail(fmt::format("must be between 0 and {}", high));
    return 0;
  }
  return number;
}

double DescribedReader::ReadDouble(const JsonValue& value, const Bounds& bounds) {
  if (!value.is_number() || !std::isfinite(value.as_double())) {
    Fail("expected a number");
    return 0;
  }
  if (!Within(value.as_double(), bounds)) Fail(DescribeBounds("must be", bounds, ""));
  return value.as_double();
}

void DescribedReader::ReadString(const JsonValue& value, const Bounds& bounds, std::string* out) {
  if (!value.is_string()) return Fail("expected a string");
  const std::string& text = value.as_string();
  if (text.empty() && bounds.low > 0) return Fail("must not be empty");
  if (!Within(static_cast<double>(text.size()), bounds))
    return Fail(DescribeBounds("must have", bounds, " bytes"));
  *out = text;
}

void DescribedReader::ReadTimestamp(const JsonValue& value, Timestamp* out) {
  if (!value.is_string()) return Fail("expected a time as text");
  Result<Timestamp> time = ParseTimestamp(value.as_string());
  if (!time.ok()) return Fail(time.error().message());
  *out = *time;
}

std::optional<size_t> DescribedReader::ReadName(const JsonValue& value,
                                                std::span<const std::string_view> names) {
  const auto found = value.is_string() ? std::ranges::find(names, value.as_string()) : names.end();
  if (found != names.end()) return static_cast<size_t>(found - names.begin());
  Fail(fmt::format("expected one of {}", ListNames(names)));
  return std::nullopt;
}

const JsonValue::Array* DescribedReader::ReadArray(const JsonValue& value, const Bounds& bounds) {
  if (!value.is_array()) {
    Fail("expected an array");
    return nullptr;
  }
  if (Within(static_cast<double>(value.as_array().size()), bounds)) return &value.as_array();
  Fail(DescribeBounds("must have", bounds, " items"));
  return nullptr;
}

const JsonValue::Object* DescribedReader::ReadObject(const JsonValue& value, const Bounds& bounds) {
  if (!value.is_object()) {
    Fail("expected an object");
    return nullptr;
  }
  if (Within(static_cast<double>(value.as_object().size()), bounds)) return &value.as_object();
  Fail(DescribeBounds("must have", bounds, " members"));
  return nullptr;
}

std::optional<size_t> DescribedReader::ReadTag(const JsonValue& value, const VariantCases& cases) {
  const bool one_member = value.is_object() && value.as_object().size() == 1;
  if (!one_member && !value.is_string()) {
    Fail("expected " + NameShapes(cases));
    return std::nullopt;
  }
  const std::string_view tag = value.is_string() ? value.as_string() : value.as_object().front().first;
  const auto found = std::ranges::find(cases.tags, tag);
  const auto at = static_cast<size_t>(found - cases.tags.begin());
  if (found != cases.tags.end() && cases.bare[at] == value.is_string()) return at;
  if (value.is_string() || found != cases.tags.end()) {
    Fail("expected " + NameShapes(cases));
    return std::nullopt;
  }
  const Step step(*this, tag);
  Fail(fmt::format("expected one of {}", ListNames(cases.tags)));
  return std::nullopt;
}

const JsonValue* DescribedReader::FindMember(const JsonValue& object, std::string_view name,
                                             Presence presence) {
  const JsonValue* member = object.Find(name);
  if (member == nullptr && presence == Presence::kRequired) {
    const Step step(*this, name);
    Fail("is required");
  }
  return member;
}

void DescribedReader::TakeUnknown(const JsonValue::Object& object, std::span<const std::string_view> known,
                                  JsonValue::Object* unknown) {
  for (const JsonValue::Member& member : object) {
    if (std::ranges::find(known, member.first) != known.end()) continue;
    if (reading_ == Reading::kStrict) {
      const Step step(*this, member.first);
      Fail(Unknown("unknown field", member.first, known));
    } else if (unknown != nullptr) {
      unknown->push_back(member);
    }
  }
}

Status DescribedReader::Finish() && {
  if (details_.empty()) return {};
  const ErrorDetail& first = details_.front();
  std::string message =
      first.pointer.empty() ? first.message : fmt::format("{}: {}", first.pointer, first.message);
  if (details_.size() > 1) fmt::format_to(std::back_inserter(message), " (and {} more)", details_.size() - 1);
  Error error(ErrorCode::kInvalidArgument, "invalid_request", std::move(message));
  for (ErrorDetail& detail : details_) error.AddDetail(std::move(detail.pointer), std::move(detail.message));
  return error;
}

}  // namespace lake::internal
