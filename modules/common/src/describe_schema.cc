#include "lake/common/describe_schema.h"

#include <algorithm>
#include <cmath>

#include "whole_number.h"

namespace lake {

bool SchemaComponents::Claim(std::string_view name) {
  if (std::ranges::find(schemas_, name, &JsonValue::Member::first) != schemas_.end()) return false;
  schemas_.emplace_back(std::string(name), JsonValue());
  return true;
}

void SchemaComponents::Define(std::string_view name, JsonValue schema) {
  const auto claimed = std::ranges::find(schemas_, name, &JsonValue::Member::first);
  LAKE_CHECK(claimed != schemas_.end());
  claimed->second = std::move(schema);
}

namespace internal {
namespace {

/// A bound as a JSON number: "1", not "1.0", when it is whole.
JsonValue BoundNumber(double bound) {
  if (IsWholeNumber(bound)) return JsonValue(static_cast<int64_t>(bound));
  return JsonValue(bound);
}

void AddBounds(const Bounds& bounds, std::string_view low, std::string_view high, JsonValue* schema) {
  if (std::isfinite(bounds.low)) schema->Set(low, BoundNumber(bounds.low));
  if (std::isfinite(bounds.high)) schema->Set(high, BoundNumber(bounds.high));
}

JsonValue IntegerSchema(const Bounds& bounds, std::string_view format) {
  JsonValue schema = PlainSchema("integer");
  schema.Set("format", format);
  AddBounds(bounds, "minimum", "maximum", &schema);
  return schema;
}

}  // namespace

JsonValue PlainSchema(std::string_view type) { return JsonValue::MakeObject({{"type", type}}); }

JsonValue SignedSchema(const Bounds& bounds, size_t bits) {
  return IntegerSchema(bounds, bits == 64 ? "int64" : "int32");
}

JsonValue UnsignedSchema(const Bounds& bounds, size_t bits) {
  return IntegerSchema({.low = std::max(bounds.low, 0.0), .high = bounds.high},
                       bits == 64 ? "uint64" : "uint32");
}

JsonValue NumberSchema(const Bounds& bounds) {
  JsonValue schema = PlainSchema("number");
  AddBounds(bounds, "minimum", "maximum", &schema);
  return schema;
}

JsonValue StringSchema(const Bounds& bounds) {
  JsonValue schema = PlainSchema("string");
  AddBounds(bounds, "minLength", "maxLength", &schema);
  return schema;
}

JsonValue TimestampSchema() { return JsonValue::MakeObject({{"type", "string"}, {"format", "date-time"}}); }

JsonValue EnumSchema(std::span<const std::string_view> names) {
  JsonValue schema = PlainSchema("string");
  JsonValue& values = schema.Set("enum", JsonValue::MakeArray());
  for (const std::string_view name : names) values.Append(name);
  return schema;
}

JsonValue ArraySchema(JsonValue items, const Bounds& bounds) {
  JsonValue schema = PlainSchema("array");
  schema.Set("items", std::move(items));
  AddBounds(bounds, "minItems", "maxItems", &schema);
  return schema;
}

JsonValue MapSchema(JsonValue values, const Bounds& bounds) {
  JsonValue schema = PlainSchema("object");
  schema.Set("additionalProperties", std::move(values));
  AddBounds(bounds, "minProperties", "maxProperties", &schema);
  return schema;
}

JsonValue ObjectSchema(std::string_view title, std::vector<MemberSchema> members, Reading reading) {
  JsonValue schema = PlainSchema("object");
  if (!title.empty()) schema.Set("title", title);
  JsonValue properties = JsonValue::MakeObject();
  JsonValue required = JsonValue::MakeArray();
  for (MemberSchema& member : members) {
    JsonValue& property = properties.Set(member.name, std::move(member.schema));
    if (!member.doc.empty()) property.Set("description", member.doc);
    if (!member.fallback.is_null()) property.Set("default", std::move(member.fallback));
    if (member.presence == Presence::kRequired) required.Append(member.name);
  }
  schema.Set("properties", std::move(properties));
  if (!required.as_array().empty()) schema.Set("required", std::move(required));
  if (reading == Reading::kStrict) schema.Set("additionalProperties", false);
  return schema;
}

JsonValue VariantSchema(const VariantCases& variant, std::vector<JsonValue> contents) {
  JsonValue schema;
  JsonValue& cases = schema.Set("oneOf", JsonValue::MakeArray());
  std::vector<std::string_view> bare;
  for (size_t i = 0; i < variant.tags.size(); ++i)
    if (variant.bare[i]) bare.push_back(variant.tags[i]);
  if (!bare.empty()) cases.Append(EnumSchema(bare));
  for (size_t i = 0; i < variant.tags.size(); ++i)
    if (!variant.bare[i])
      cases.Append(ObjectSchema("",
                                {{.name = variant.tags[i],
                                  .doc = {},
                                  .presence = Presence::kRequired,
                                  .schema = std::move(contents[i]),
                                  .fallback = {}}},
                                Reading::kStrict));
  return schema;
}

JsonValue OrNull(JsonValue schema) {
  if (schema.as_object().empty()) return schema;  // Anything already includes null.
  if (JsonValue* type = schema.Find("type"); type != nullptr && type->is_string()) {
    *type = JsonValue::Array{std::move(*type), "null"};
    if (JsonValue* values = schema.Find("enum")) values->Append(nullptr);
    return schema;
  }
  if (JsonValue* cases = schema.Find("oneOf")) {
    cases->Append(PlainSchema("null"));
    return schema;
  }
  return JsonValue::MakeObject({{"anyOf", JsonValue::Array{std::move(schema), PlainSchema("null")}}});
}

JsonValue AsSecret(JsonValue schema) {
  schema.Set("format", "password");
  return schema;
}

JsonValue ComponentReference(std::string_view name) {
  return JsonValue::MakeObject({{"$ref", fmt::format("#/components/schemas/{}", name)}});
}

}  // namespace internal
}  // namespace lake
