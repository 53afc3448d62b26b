// JsonValue to described structs. Every wrong place is reported, not only the first.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/describe_fields.h"
#include "lake/common/result.h"

namespace lake {
namespace internal {

/// Reads scalars and collects what is wrong, with its place. The templates below only walk the types.
class DescribedReader {
 public:
  explicit DescribedReader(Reading reading) : reading_(reading) {}

  /// The step into a member or an item, for as long as this lives.
  class Step {
   public:
    Step(DescribedReader& reader, std::string_view name) : Step(reader, name, 0) {}
    Step(DescribedReader& reader, size_t index) : Step(reader, {}, index) {}
    ~Step() { reader_.place_.pop_back(); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Step(DescribedReader& reader, std::string_view name, size_t index) : reader_(reader) {
      reader_.place_.push_back({name, index});
    }
    DescribedReader& reader_;
  };

  void Fail(std::string message);
  /// A further mistake would not be reported any more, so there is no use in looking for it.
  bool full() const { return details_.size() >= kMostDetails; }

  void ReadBool(const JsonValue& value, bool* out);
  int64_t ReadSigned(const JsonValue& value, const Bounds& bounds, int64_t low, int64_t high);
  uint64_t ReadUnsigned(const JsonValue& value, const Bounds& bounds, uint64_t high);
  double ReadDouble(const JsonValue& value, const Bounds& bounds);
  void ReadString(const JsonValue& value, const Bounds& bounds, std::string* out);
  void ReadTimestamp(const JsonValue& value, Timestamp* out);
  /// The position of the value's text in `names`; nothing when it is not there.
  std::optional<size_t> ReadName(const JsonValue& value, std::span<const std::string_view> names);
  /// Null when it is no array (object) or its size is out of bounds.
  const JsonValue::Array* ReadArray(const JsonValue& value, const Bounds& bounds);
  const JsonValue::Object* ReadObject(const JsonValue& value, const Bounds& bounds);
  /// The position of the case: of the one member's name, or of the text itself for a bare case.
  std::optional<size_t> ReadTag(const JsonValue& value, const VariantCases& cases);

  /// The member; null when it is absent, which is a mistake when it is required.
  const JsonValue* FindMember(const JsonValue& object, std::string_view name, Presence presence);
  /// Refuses members outside `known` in strict reading; keeps them in `*unknown`, when there is one,
  /// otherwise.
  void TakeUnknown(const JsonValue::Object& object, std::span<const std::string_view> known,
                   JsonValue::Object* unknown);

  Status Finish() &&;

 private:
  static constexpr size_t kMostDetails = 20;  ///< Enough to mend a form in one go; the answer stays readable.
  struct Place {
    std::string_view name;  ///< Points into the document; without data for an index.
    size_t index;
  };

  std::string Pointer() const;

  const Reading reading_;
  std::vector<Place> place_;
  std::vector<ErrorDetail> details_;
};

template <class T>
void ReadDescribed(DescribedReader& reader, const JsonValue& value, const Bounds& bounds, T* out);

template <class Owner, class FieldType>
void ReadMember(DescribedReader& reader, const JsonValue& object, const FieldType& field, Owner* out) {
  const JsonValue* member = reader.FindMember(object, field.name, field.presence);
  if (member == nullptr) return;
  const DescribedReader::Step step(reader, field.name);
  ReadDescribed(reader, *member, field.bounds, &(out->*field.member));
}

template <Described T>
void ReadStruct(DescribedReader& reader, const JsonValue& value, T* out) {
  const JsonValue::Object* object = reader.ReadObject(value, Bounds{});
  if (object == nullptr) return;
  std::apply([&](const auto&... field) { (ReadMember(reader, value, field, out), ...); },
             Describe<T>::kFields);
  JsonValue::Object* unknown = nullptr;
  if constexpr (KeepsUnknown<T>) unknown = &(out->*Describe<T>::kUnknown);
  reader.TakeUnknown(*object, kFieldNames<T>, unknown);
}

template <AVector T>
void ReadVector(DescribedReader& reader, const JsonValue& value, const Bounds& bounds, T* out) {
  out->clear();
  const JsonValue::Array* items = reader.ReadArray(value, bounds);
  if (items == nullptr) return;
  out->reserve(items->size());
  for (size_t i = 0; i < items->size() && !reader.full(); ++i) {
    const DescribedReader::Step step(reader, i);
    typename T::value_type item{};
    ReadDescribed(reader, (*items)[i], Bounds{}, &item);
    out->push_back(std::move(item));
  }
}

template <AMap T>
void ReadMap(DescribedReader& reader, const JsonValue& value, const Bounds& bounds, T* out) {
  out->clear();
  const JsonValue::Object* members = reader.ReadObject(value, bounds);
  if (members == nullptr) return;
  for (const auto& [name, member] : *members) {
    if (reader.full()) return;
    const DescribedReader::Step step(reader, name);
    ReadDescribed(reader, member, Bounds{}, &(*out)[name]);
  }
}

template <AVariant T>
void ReadVariant(DescribedReader& reader, const JsonValue& value, T* out) {
  const std::optional<size_t> tag = reader.ReadTag(value, kCases<T>);
  if (!tag) return;
  const JsonValue nothing = JsonValue::MakeObject();
  const DescribedReader::Step step(reader, kVariantTags<T>[*tag]);
  const JsonValue& content = value.is_string() ? nothing : value.as_object().front().second;
  [&]<size_t... I>(std::index_sequence<I...>) {
    ((*tag == I ? ReadDescribed(reader, content, Bounds{}, &out->template emplace<I>()) : void()), ...);
  }(std::make_index_sequence<std::variant_size_v<T>>());
}

template <class T>
void ReadDescribed(DescribedReader& reader, const JsonValue& value, const Bounds& bounds, T* out) {
  if constexpr (std::same_as<T, JsonValue>) {
    *out = value;
  } else if constexpr (AnOptional<T>) {
    out->reset();
    if (!value.is_null()) ReadDescribed(reader, value, bounds, &out->emplace());
  } else if constexpr (std::same_as<T, bool>) {
    reader.ReadBool(value, out);
  } else if constexpr (AnInteger<T> && std::is_signed_v<T>) {
    using Range = std::numeric_limits<T>;
    *out = static_cast<T>(reader.ReadSigned(value, bounds, Range::min(), Range::max()));
  } else if constexpr (AnInteger<T>) {
    *out = static_cast<T>(reader.ReadUnsigned(value, bounds, std::numeric_limits<T>::max()));
  } else if constexpr (std::same_as<T, double>) {
    *out = reader.ReadDouble(value, bounds);
  } else if constexpr (std::same_as<T, std::string>) {
    reader.ReadString(value, bounds, out);
  } else if constexpr (AnId<T>) {
    std::string text;
    reader.ReadString(value, bounds, &text);
    *out = T(std::move(text));
  } else if constexpr (std::same_as<T, Timestamp>) {
    reader.ReadTimestamp(value, out);
  } else if constexpr (DescribedEnum<T>) {
    if (const auto at = reader.ReadName(value, kEnumNames<T>)) *out = DescribeEnum<T>::kNames[*at].first;
  } else if constexpr (AVector<T>) {
    ReadVector(reader, value, bounds, out);
  } else if constexpr (AMap<T>) {
    ReadMap(reader, value, bounds, out);
  } else if constexpr (AVariant<T>) {
    ReadVariant(reader, value, out);
  } else if constexpr (Described<T>) {
    ReadStruct(reader, value, out);
  } else {
    static_assert(kCannotBeDescribed<T>, "a field of this type cannot be described; see describe.h");
  }
}

}  // namespace internal

/// Error: invalid_argument/invalid_request with one detail per wrong place, at most 20 ("/tuning/m":
/// "expected an integer"; "/metrc": "unknown field; did you mean \"metric\"?"; "/name": "is required"). An
/// integer field takes 10.0 as 10; nothing else is converted.
template <class T>
Result<T> FromJson(const JsonValue& document, Reading reading) {
  T value{};
  internal::DescribedReader reader(reading);
  internal::ReadDescribed(reader, document, Bounds{}, &value);
  LAKE_RETURN_IF_ERROR(std::move(reader).Finish());
  return value;
}

}  // namespace lake
