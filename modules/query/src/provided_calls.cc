#include "provided_calls.h"

#include <map>
#include <memory>
#include <utility>

#include "gate.h"
#include "lake/common/json_io.h"
#include "tree_fragments.h"

namespace lake::query {
namespace {

class Finder {
 public:
  Finder(const ProvidedFunctions& functions, const std::vector<JsonValue>& parameters)
      : functions_(functions), parameters_(parameters) {}

  Status Visit(JsonValue& node) {
    if (node.is_array()) {
      for (JsonValue& item : node.as_array()) LAKE_RETURN_IF_ERROR(Visit(item));
      return {};
    }
    if (!node.is_object() || node.FindString("type") == "VALUE_CONSTANT") return {};
    if (const JsonValue* call = node.FindString("type") == "TABLE_FUNCTION" ? node.Find("function") : nullptr)
      if (const RelationFunction* relation = functions_.FindRelation(call->FindString("function_name")))
        return Add({.node = &node, .relation = relation, .arguments = {}}, *call);
    if (node.FindString("class") == "FUNCTION")
      if (const VectorFunction* vector = functions_.FindVector(node.FindString("function_name")))
        return Add({.node = &node, .vector = vector, .arguments = {}}, node);
    for (auto& [name, member] : node.as_object()) LAKE_RETURN_IF_ERROR(Visit(member));
    return {};
  }

  std::vector<ProvidedCall> Take() { return std::move(calls_); }

 private:
  Status Add(ProvidedCall call, const JsonValue& function) {
    if (calls_.size() >= kMaxProvidedCalls)
      return AtNode(ResourceExhausted("statement_too_complex",
                                      "the statement has more than {} calls of {} and its like",
                                      kMaxProvidedCalls, call.signature().name),
                    function);
    const std::string_view ordinality = call.node->FindString("with_ordinality");
    if (!ordinality.empty() && ordinality != "WITHOUT_ORDINALITY")
      return AtNode(PermissionDenied("not_allowed_in_sql", "WITH ORDINALITY may not be used with {}",
                                     call.signature().name),
                    function);
    LAKE_ASSIGN_OR_RETURN(call.arguments, BindArguments(call.signature(), function, parameters_));
    calls_.push_back(std::move(call));
    return {};
  }

  const ProvidedFunctions& functions_;
  const std::vector<JsonValue>& parameters_;
  std::vector<ProvidedCall> calls_;
};

/// A function knows its arguments, not where they were written.
Error AtCall(const Error& error, const ProvidedCall& call) {
  if (error.Is(ErrorCode::kCancelled) || error.Is(ErrorCode::kDeadlineExceeded)) return error;
  const Error plain = Error(error.code(), error.reason(), error.message()).WithCause(error.internal_cause());
  const std::vector<FunctionParameter>& parameters = call.signature().parameters;
  for (const ErrorDetail& detail : error.details())
    for (size_t i = 0; i < parameters.size(); ++i) {
      const JsonValue* written = call.arguments.written[i];
      if (written == nullptr || detail.pointer != fmt::format("/{}", parameters[i].name)) continue;
      if (Error placed = AtNode(plain, *written); !placed.details().empty()) return placed;
    }
  const JsonValue* function = call.node->Find("function");
  return AtNode(plain, function == nullptr ? *call.node : *function);
}

class Replacer {
 public:
  Replacer(engine::Engine& engine, const access::Request& request, CompilePurpose purpose,
           engine::ReadSet& read_set)
      : engine_(engine), request_(request), purpose_(purpose), read_set_(read_set) {}

  Status Replace(const ProvidedCall& call) {
    const std::string key =
        fmt::format("{} {}", call.signature().name, WriteJson(JsonValue(call.arguments.values)));
    auto found = answers_.find(key);
    if (found == answers_.end()) {
      LAKE_RETURN_IF_ERROR(request_.context.CheckAlive());
      Result<JsonValue> answer = call.relation != nullptr ? TableOf(call) : VectorOf(call);
      if (!answer.ok()) return AtCall(answer.error(), call);
      found = answers_.emplace(key, std::move(*answer)).first;
    }
    if (call.relation != nullptr)
      SpliceTable(*call.node, found->second, call.signature().name);
    else
      SpliceVector(*call.node, found->second);
    return {};
  }

 private:
  Result<JsonValue> TableOf(const ProvidedCall& call) {
    std::shared_ptr<const engine::MemoryTable> rows;
    if (purpose_ == CompilePurpose::kExplain) {
      LAKE_ASSIGN_OR_RETURN(std::vector<engine::TableColumn> columns,
                            call.relation->Columns(request_, call.arguments.values));
      rows = std::make_shared<engine::MemoryTable>(std::move(columns));
    } else {
      LAKE_ASSIGN_OR_RETURN(rows, call.relation->Rows(request_, call.arguments.values));
    }
    bytes_ += rows->bytes();
    if (bytes_ > kMaxCallBytes)
      return ResourceExhausted("calls_too_large", "the rows of {} and its like take more than {} MiB here",
                               call.signature().name, kMaxCallBytes >> 20);
    return SubqueryTree(engine_, request_.context, "SELECT * FROM " + read_set_.AddTable(std::move(rows)));
  }

  Result<JsonValue> VectorOf(const ProvidedCall& call) {
    if (purpose_ == CompilePurpose::kExplain)
      return ExpressionTree(engine_, request_.context, "CAST(NULL AS FLOAT[])");
    LAKE_ASSIGN_OR_RETURN(const std::vector<float> vector,
                          call.vector->Vector(request_, call.arguments.values));
    return ExpressionTree(engine_, request_.context,
                          fmt::format("CAST('[{}]' AS FLOAT[])", fmt::join(vector, ",")));
  }

  static void SpliceVector(JsonValue& node, const JsonValue& cast) {
    JsonValue spliced = cast;
    for (const std::string_view member : {"alias", "query_location"})
      if (const JsonValue* value = node.Find(member); value != nullptr) spliced.Set(member, *value);
    // It was written in another text.
    if (JsonValue* constant = spliced.Find("child"); constant != nullptr)
      constant->Set("query_location", UINT64_MAX);
    node = std::move(spliced);
  }

  engine::Engine& engine_;
  const access::Request& request_;
  const CompilePurpose purpose_;
  engine::ReadSet& read_set_;
  size_t bytes_ = 0;  // Of all tables.
  std::map<std::string, JsonValue> answers_;
};

}  // namespace

const FunctionSignature& ProvidedCall::signature() const {
  return relation != nullptr ? relation->signature() : vector->signature();
}

Result<std::vector<ProvidedCall>> FindProvidedCalls(JsonValue& tree, const ProvidedFunctions& functions,
                                                    const std::vector<JsonValue>& parameters) {
  Finder finder(functions, parameters);
  LAKE_RETURN_IF_ERROR(finder.Visit(tree));
  return finder.Take();
}

Status ReplaceProvidedCalls(engine::Engine& engine, const access::Request& request, CompilePurpose purpose,
                            const std::vector<ProvidedCall>& calls, engine::ReadSet& read_set) {
  Replacer replacer(engine, request, purpose, read_set);
  for (const ProvidedCall& call : calls) LAKE_RETURN_IF_ERROR(replacer.Replace(call));
  return {};
}

}  // namespace lake::query
