#include "binding.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

#include "lake/common/check.h"
#include "lake/common/json_pointer.h"

namespace lake::gateway {
namespace {

using internal::BoundRoute;

bool IsType(const JsonValue& schema, std::string_view type) {
  const JsonValue* types = schema.Find("type");
  if (types == nullptr) return false;
  if (types->is_string()) return types->as_string() == type;
  return std::ranges::any_of(types->as_array(), [&](const JsonValue& t) { return t.as_string() == type; });
}

ParameterKind KindOf(const JsonValue& schema) {
  if (IsType(schema, "string")) return ParameterKind::kText;
  if (IsType(schema, "integer")) return ParameterKind::kInteger;
  if (IsType(schema, "number")) return ParameterKind::kNumber;
  if (IsType(schema, "boolean")) return ParameterKind::kBoolean;
  if (!IsType(schema, "array")) return ParameterKind::kDocument;
  const JsonValue& items = *schema.Find("items");
  if (IsType(items, "string")) return ParameterKind::kTextList;
  if (IsType(items, "integer")) return ParameterKind::kIntegerList;
  return ParameterKind::kDocument;
}

template <class Number>
std::optional<Number> ParseWhole(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Text that is no such value stays text: reading the document then says what was expected.
JsonValue FromText(ParameterKind kind, const std::string& text) {
  switch (kind) {
    case ParameterKind::kInteger:
    case ParameterKind::kIntegerList:
      if (const auto number = ParseWhole<int64_t>(text)) return *number;
      if (const auto number = ParseWhole<uint64_t>(text)) return *number;
      return text;
    case ParameterKind::kNumber:
      if (const auto number = ParseWhole<double>(text); number && std::isfinite(*number)) return *number;
      return text;
    case ParameterKind::kBoolean:
      if (text == "true" || text == "false") return text == "true";
      return text;
    case ParameterKind::kText:
    case ParameterKind::kTextList:
    case ParameterKind::kDocument:
      return text;
  }
  return text;
}

class Binder {
 public:
  explicit Binder(const BoundRoute& route) : route_(route) {}

  void AddText(const std::string& name, const std::string& text) {
    const auto shape = std::ranges::find(route_.parameters, name, &ParameterShape::name);
    const ParameterKind kind = shape != route_.parameters.end() ? shape->kind : ParameterKind::kText;
    if (kind == ParameterKind::kDocument) return Fail(name, "can only be given in the body");
    const bool list = kind == ParameterKind::kTextList || kind == ParameterKind::kIntegerList;
    JsonValue* present = document_.Find(name);
    if (present == nullptr) {
      document_.Set(name, list ? JsonValue(JsonValue::Array{FromText(kind, text)}) : FromText(kind, text));
    } else if (list) {
      present->Append(FromText(kind, text));
    } else {
      Fail(name, "is given twice");
    }
  }

  void AddBody(JsonValue body) {
    if (!body.is_object()) {
      details_.push_back({"", "expected an object"});
      return;
    }
    for (auto& [name, value] : body.as_object()) {
      if (document_.Find(name) != nullptr)
        Fail(name, "is given in the body and also in the path or the query");
      else
        added_.emplace_back(std::move(name), std::move(value));
    }
  }

  Result<JsonValue> Finish() && {
    if (!details_.empty()) {
      Error error = InvalidArgument("invalid_request", "{}: {}",
                                    details_.front().pointer.empty() ? "the body" : details_.front().pointer,
                                    details_.front().message);
      for (ErrorDetail& detail : details_)
        error.AddDetail(std::move(detail.pointer), std::move(detail.message));
      return error;
    }
    JsonValue::Object& members = document_.as_object();
    std::ranges::move(added_, std::back_inserter(members));
    return std::move(document_);
  }

 private:
  void Fail(std::string_view name, std::string message) {
    std::string pointer;
    AppendPointer(name, &pointer);
    details_.push_back({std::move(pointer), std::move(message)});
  }

  const BoundRoute& route_;
  JsonValue document_ = JsonValue::MakeObject();
  JsonValue::Object added_;  ///< Of the body, whose names are unique already.
  std::vector<ErrorDetail> details_;
};

}  // namespace

const JsonValue& Resolve(const JsonValue& schema, const SchemaComponents& components) {
  const std::string_view reference = schema.FindString("$ref");
  if (reference.empty())
    return schema;  // NOLINT(bugprone-return-const-ref-from-parameter): a part of components or the schema
  const std::string_view name = reference.substr(reference.rfind('/') + 1);
  const auto found = std::ranges::find(components.schemas(), name, &JsonValue::Member::first);
  LAKE_CHECK(found != components.schemas().end());
  return found->second;
}

std::vector<ParameterShape> ShapeOf(const JsonValue& schema, const SchemaComponents& components) {
  std::vector<ParameterShape> shape;
  const JsonValue* properties = Resolve(schema, components).Find("properties");
  LAKE_CHECK(properties != nullptr);
  for (const auto& [name, property] : properties->as_object())
    shape.push_back({name, KindOf(Resolve(property, components))});
  return shape;
}

Result<JsonValue> BindRequest(const BoundRoute& route, const PathValues& path, const RequestHead& head,
                              std::string_view body) {
  Binder binder(route);
  for (const auto& [name, text] : path) binder.AddText(name, text);
  for (const auto& [name, text] : head.query) binder.AddText(name, text);
  if (route.reads_json && !body.empty()) {
    LAKE_ASSIGN_OR_RETURN(JsonValue document, ParseJson(body));
    binder.AddBody(std::move(document));
  }
  return std::move(binder).Finish();
}

}  // namespace lake::gateway
