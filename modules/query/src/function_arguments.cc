#include "function_arguments.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "gate.h"
#include "lake/common/fold.h"

namespace lake::query {
namespace {

using Type = FunctionParameter::Type;
using Presence = FunctionParameter::Presence;

std::string ListOf(const std::vector<FunctionParameter>& parameters) {
  std::string list;
  for (const FunctionParameter& parameter : parameters)
    list.append(list.empty() ? "" : ", ").append(parameter.name);
  return list;
}

/// The value of a literal: a text, an integer or null; an array for one of another type, which fits nothing.
JsonValue ValueOfLiteral(const JsonValue& value) {
  const JsonValue* null = value.Find("is_null");
  if (null != nullptr && null->is_bool() && null->as_bool()) return nullptr;
  const JsonValue* type = value.Find("type");
  const std::string_view id = type == nullptr ? std::string_view() : type->FindString("id");
  const JsonValue* held = value.Find("value");
  const bool plain = id == "VARCHAR" || id == "INTEGER" || id == "BIGINT";
  return plain && held != nullptr ? *held : JsonValue(JsonValue::Array());
}

/// $1 is the first of the parameters.
Result<JsonValue> ValueOfParameter(std::string_view identifier, const std::vector<JsonValue>& parameters) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(identifier.begin(), identifier.end(), number);
  if (error != std::errc() || end != identifier.end() || number == 0 || number > parameters.size())
    return InvalidArgument("bad_parameter", "the statement uses parameter ${}, which was not given",
                           identifier.substr(0, 100));
  return parameters[number - 1];
}

bool Fits(const JsonValue& value, const FunctionParameter& parameter) {
  if (value.is_null()) return parameter.presence == Presence::kOptional;
  return parameter.type == Type::kText ? value.is_string() : value.is_int();
}

class Binder {
 public:
  Binder(const FunctionSignature& signature, const JsonValue& call, const std::vector<JsonValue>& parameters)
      : signature_(signature), call_(call), parameters_(parameters) {}

  Result<BoundArguments> Bind() {
    const JsonValue* children = call_.Find("children");
    bound_ = {.values = std::vector<JsonValue>(signature_.parameters.size()),
              .written = std::vector<const JsonValue*>(signature_.parameters.size())};
    LAKE_RETURN_IF_ERROR(CheckPlain());
    if (children != nullptr && children->is_array())
      for (const JsonValue& argument : children->as_array()) LAKE_RETURN_IF_ERROR(Take(argument));
    for (size_t i = 0; i < signature_.parameters.size(); ++i)
      if (bound_.written[i] == nullptr && signature_.parameters[i].presence == Presence::kRequired)
        return AtNode(InvalidArgument("bad_argument", "argument '{}' of {} is missing",
                                      signature_.parameters[i].name, signature_.name),
                      call_);
    return std::move(bound_);
  }

 private:
  /// Of an argument, or of the call where the argument has no position: parameters have none.
  Error At(Error error, const JsonValue& argument) const {
    Error placed = AtNode(error, argument);
    return placed.details().empty() ? AtNode(std::move(error), call_) : placed;
  }

  /// What aggregates can have.
  Status CheckPlain() const {
    const auto set = [&](std::string_view member) {
      const JsonValue* value = call_.Find(member);
      return value != nullptr && !value->is_null() && !(value->is_bool() && !value->as_bool());
    };
    const JsonValue* order = call_.Find("order_bys");
    const JsonValue* orders = order == nullptr ? nullptr : order->Find("orders");
    const bool ordered = orders != nullptr && orders->is_array() && !orders->as_array().empty();
    if (!ordered && !set("distinct") && !set("filter") && !set("export_state")) return {};
    return AtNode(InvalidArgument("bad_argument",
                                  "{} takes arguments only; DISTINCT, FILTER and ORDER BY are for "
                                  "aggregates",
                                  signature_.name),
                  call_);
  }

  Status Take(const JsonValue& argument) {
    LAKE_ASSIGN_OR_RETURN(const size_t index, PlaceOf(argument));
    const FunctionParameter& parameter = signature_.parameters[index];
    if (bound_.written[index] != nullptr)
      return At(InvalidArgument("bad_argument", "argument '{}' of {} is given twice", parameter.name,
                                signature_.name),
                argument);
    Result<JsonValue> value = ValueOf(argument, parameter);
    if (!value.ok()) return At(std::move(value).error(), argument);
    if (!Fits(*value, parameter))
      return At(InvalidArgument("bad_argument", "argument '{}' of {} must be {}", parameter.name,
                                signature_.name, parameter.type == Type::kText ? "a text" : "a whole number"),
                argument);
    bound_.values[index] = std::move(*value);
    bound_.written[index] = &argument;
    return {};
  }

  /// Which of the parameters an argument is for.
  Result<size_t> PlaceOf(const JsonValue& argument) {
    const std::string_view name = argument.FindString("alias");
    const std::vector<FunctionParameter>& known = signature_.parameters;
    if (!name.empty()) {
      named_ = true;
      const auto found = std::ranges::find_if(
          known, [&](const FunctionParameter& parameter) { return SameFolded(parameter.name, name); });
      if (found != known.end()) return static_cast<size_t>(found - known.begin());
      return At(InvalidArgument("bad_argument", "{} has no argument '{}'; it has {}", signature_.name,
                                name.substr(0, 100), ListOf(known)),
                argument);
    }
    if (named_)
      return At(InvalidArgument("bad_argument", "arguments of {} without a name stand before those with one",
                                signature_.name),
                argument);
    if (next_ < known.size()) return next_++;
    return At(InvalidArgument("bad_argument", "{} takes at most {} arguments: {}", signature_.name,
                              known.size(), ListOf(known)),
              argument);
  }

  Result<JsonValue> ValueOf(const JsonValue& argument, const FunctionParameter& parameter) const {
    const std::string_view kind = argument.FindString("class");
    if (const JsonValue* value = argument.Find("value"); kind == "CONSTANT" && value != nullptr)
      return ValueOfLiteral(*value);
    if (kind == "PARAMETER") return ValueOfParameter(argument.FindString("identifier"), parameters_);
    return InvalidArgument("bad_argument",
                           "argument '{}' of {} must be a constant or a parameter ($1): it is answered once, "
                           "before there are rows",
                           parameter.name, signature_.name);
  }

  const FunctionSignature& signature_;
  const JsonValue& call_;
  const std::vector<JsonValue>& parameters_;
  BoundArguments bound_;
  size_t next_ = 0;  // Place of the next argument without a name.
  bool named_ = false;
};

}  // namespace

Result<BoundArguments> BindArguments(const FunctionSignature& signature, const JsonValue& call,
                                     const std::vector<JsonValue>& parameters) {
  return Binder(signature, call, parameters).Bind();
}

}  // namespace lake::query
