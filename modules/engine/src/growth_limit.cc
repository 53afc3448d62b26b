#include "growth_limit.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "duckdb/common/exception.hpp"
#include "duckdb/execution/expression_executor_state.hpp"
#include "duckdb/function/lambda_functions.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/logical_operator_visitor.hpp"
#include "lake/common/error.h"
#include "session_state.h"

namespace lake::engine {
namespace {

enum class Growth {
  kNone,
  kSum,      ///< As long as all arguments together: doubles when fed back.
  kReplace,  ///< Every byte of the first may become the third.
  kMatrix,   ///< Works for the product of two lengths.
  kLambda,   ///< Every element may see, or become, whatever the lambda captures.
};

/// One vector of at most 2,048 rows: 128 KiB for each. Eight of the engine's threads stay below 2 GiB.
constexpr uint64_t kMaxBytes = 256u << 20;
/// Steps of an edit distance, a nanosecond or two each: half a second in which nothing is heard.
constexpr uint64_t kMaxSteps = 1u << 28;
constexpr uint64_t kBytesOfElement = 16;

Growth GrowthOf(std::string_view name) {
  static constexpr auto kFunctions = std::to_array<std::pair<std::string_view, Growth>>({
      {"apply", Growth::kLambda},
      {"array_apply", Growth::kLambda},
      {"array_cat", Growth::kSum},
      {"array_concat", Growth::kSum},
      {"array_filter", Growth::kLambda},
      {"array_transform", Growth::kLambda},
      {"concat", Growth::kSum},
      {"concat_ws", Growth::kSum},
      {"damerau_levenshtein", Growth::kMatrix},
      {"editdist3", Growth::kMatrix},
      {"filter", Growth::kLambda},
      {"jaro_similarity", Growth::kMatrix},
      {"jaro_winkler_similarity", Growth::kMatrix},
      {"levenshtein", Growth::kMatrix},
      {"list_apply", Growth::kLambda},
      {"list_cat", Growth::kSum},
      {"list_concat", Growth::kSum},
      {"list_filter", Growth::kLambda},
      {"list_transform", Growth::kLambda},
      {"regexp_replace", Growth::kReplace},
      {"replace", Growth::kReplace},
      {"||", Growth::kSum},
  });
  const auto found = std::ranges::find(kFunctions, name, &std::pair<std::string_view, Growth>::first);
  return found == kFunctions.end() ? Growth::kNone : found->second;
}

/// How large the values of one argument are, roughly: a list counts its elements and, when they are texts,
/// those.
class Sizes {
 public:
  Sizes(duckdb::Vector& vector, duckdb::idx_t count) {
    if (vector.GetType().InternalType() == duckdb::PhysicalType::VARCHAR) {
      kind_ = Kind::kText;
    } else if (vector.GetType().InternalType() == duckdb::PhysicalType::LIST) {
      kind_ = Kind::kList;
      auto& elements = duckdb::ListVector::GetEntry(vector);
      if (elements.GetType().InternalType() == duckdb::PhysicalType::VARCHAR)
        elements.ToUnifiedFormat(duckdb::ListVector::GetListSize(vector), elements_);
      has_texts_ = elements.GetType().InternalType() == duckdb::PhysicalType::VARCHAR;
    }
    if (kind_ != Kind::kPlain) vector.ToUnifiedFormat(count, format_);
  }

  /// Bytes of a text, elements of a list; 1 for anything else.
  uint64_t Length(duckdb::idx_t row) const {
    if (kind_ == Kind::kPlain) return 1;
    const auto at = format_.sel->get_index(row);
    if (!format_.validity.RowIsValid(at)) return 0;
    return kind_ == Kind::kText ? Text(format_, at) : Entry(at).length;
  }

  uint64_t Bytes(duckdb::idx_t row) const {
    if (kind_ != Kind::kList) return kind_ == Kind::kText ? Length(row) : kBytesOfElement;
    const auto at = format_.sel->get_index(row);
    if (!format_.validity.RowIsValid(at)) return 0;
    const auto entry = Entry(at);
    uint64_t bytes = entry.length * kBytesOfElement;
    if (has_texts_)
      for (uint64_t i = entry.offset; i < entry.offset + entry.length; ++i) {
        const auto element = elements_.sel->get_index(i);
        if (elements_.validity.RowIsValid(element)) bytes += Text(elements_, element);
      }
    return bytes;
  }

 private:
  enum class Kind { kPlain, kText, kList };

  static uint64_t Text(const duckdb::UnifiedVectorFormat& format, duckdb::idx_t at) {
    return duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[at].GetSize();
  }
  duckdb::list_entry_t Entry(duckdb::idx_t at) const {
    return duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(format_)[at];
  }

  Kind kind_ = Kind::kPlain;
  bool has_texts_ = false;
  duckdb::UnifiedVectorFormat format_;
  duckdb::UnifiedVectorFormat elements_;
};

uint64_t CostOfRow(Growth growth, const std::vector<Sizes>& sizes, duckdb::idx_t row) {
  uint64_t sum = 0;
  switch (growth) {
    case Growth::kNone:
      return 0;
    case Growth::kSum:
      for (const Sizes& size : sizes) sum += size.Bytes(row);
      return sum;
    case Growth::kReplace:
      return sizes.size() < 3 ? 0 : (sizes[0].Length(row) + 1) * (sizes[2].Length(row) + 1);
    case Growth::kMatrix:
      return sizes.size() < 2 ? 0 : sizes[0].Length(row) * sizes[1].Length(row);
    case Growth::kLambda:
      for (size_t i = 1; i < sizes.size(); ++i) sum += sizes[i].Bytes(row);
      return sizes[0].Length(row) * sum;
  }
  return 0;
}

/// A lambda that captures nothing makes no more than its list has.
uint64_t CostOf(Growth growth, duckdb::DataChunk& arguments) {
  if (growth == Growth::kLambda && arguments.ColumnCount() < 2) return 0;
  std::vector<Sizes> sizes;
  sizes.reserve(arguments.ColumnCount());
  for (auto& argument : arguments.data) sizes.emplace_back(argument, arguments.size());
  uint64_t cost = 0;
  for (duckdb::idx_t row = 0; row < arguments.size(); ++row) cost += CostOfRow(growth, sizes, row);
  return cost;
}

void Wrap(duckdb::BoundFunctionExpression& call) {
  const Growth growth = GrowthOf(call.function.name);
  if (growth == Growth::kNone) return;
  const uint64_t limit = growth == Growth::kMatrix ? kMaxSteps : kMaxBytes;
  auto wrapped = [growth, limit, name = call.function.name, original = call.function.GetFunctionCallback()](
                     duckdb::DataChunk& arguments, duckdb::ExpressionState& state, duckdb::Vector& result) {
    if (CostOf(growth, arguments) > limit) {
      if (const auto session = SessionState::Of(state.GetContext()))
        session->RecordFailure(
            ResourceExhausted("value_too_large", "function {} would work on too much at once", name));
      throw duckdb::PermissionException("a function would work on too much at once");
    }
    original(arguments, state, result);
  };
  call.function.SetFunctionCallback(std::move(wrapped));
}

void WrapAll(duckdb::Expression& expression) {
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_FUNCTION) {
    auto& call = expression.Cast<duckdb::BoundFunctionExpression>();
    Wrap(call);
    if (call.function.HasBindLambdaCallback() && call.bind_info) {
      auto& lambda = call.bind_info->Cast<duckdb::ListLambdaBindData>();
      if (lambda.lambda_expr) WrapAll(*lambda.lambda_expr);
    }
  }
  duckdb::ExpressionIterator::EnumerateChildren(
      expression, [](duckdb::unique_ptr<duckdb::Expression>& child) { WrapAll(*child); });
}

}  // namespace

void LimitGrowth(duckdb::LogicalOperator& plan) {
  duckdb::LogicalOperatorVisitor::EnumerateExpressions(
      plan, [](duckdb::unique_ptr<duckdb::Expression>* expression) { WrapAll(**expression); });
  for (const auto& child : plan.children) LimitGrowth(*child);
}

}  // namespace lake::engine
