#include "safe_expression.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"

namespace lake::engine {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;

/// Looked at one by one: no argument of theirs makes them throw.
bool IsSafeFunction(std::string_view name) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"!~~",   "!~~*",        "^@",     "constant_or_null", "contains", "ends_with", "isfinite",
       "isinf", "isnan",       "lcase",  "length",           "lower",    "ltrim",     "prefix",
       "rtrim", "starts_with", "strlen", "suffix",           "trim",     "typeof",    "ucase",
       "upper", "~~",          "~~*"});
  static_assert(std::ranges::is_sorted(kNames));
  return std::ranges::binary_search(kNames, name);
}

int IntegerBits(LogicalTypeId type) {
  switch (type) {
    case LogicalTypeId::TINYINT:
      return 8;
    case LogicalTypeId::SMALLINT:
      return 16;
    case LogicalTypeId::INTEGER:
      return 32;
    case LogicalTypeId::BIGINT:
      return 64;
    case LogicalTypeId::HUGEINT:
      return 128;
    default:
      return 0;
  }
}

bool IsPlainToText(LogicalTypeId type) {
  switch (type) {
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
    case LogicalTypeId::DECIMAL:
    case LogicalTypeId::DATE:
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::UUID:
      return true;
    default:
      return IntegerBits(type) > 0;
  }
}

/// Casts that keep every value: to the same type, to a wider number, of a plain value to text.
bool IsSafeCast(const LogicalType& from, const LogicalType& to) {
  if (from == to || from.id() == LogicalTypeId::SQLNULL) return true;
  const int from_bits = IntegerBits(from.id());
  if (from_bits > 0 && IntegerBits(to.id()) >= from_bits) return true;
  if (to.id() == LogicalTypeId::DOUBLE)
    return from_bits > 0 || from.id() == LogicalTypeId::FLOAT || from.id() == LogicalTypeId::DECIMAL;
  return to == LogicalType::VARCHAR && IsPlainToText(from.id());
}

bool IsSafeOperator(ExpressionType type) {
  switch (type) {
    case ExpressionType::OPERATOR_IS_NULL:
    case ExpressionType::OPERATOR_IS_NOT_NULL:
    case ExpressionType::OPERATOR_NOT:
    case ExpressionType::OPERATOR_COALESCE:
    case ExpressionType::COMPARE_IN:
    case ExpressionType::COMPARE_NOT_IN:
      return true;
    default:
      return false;
  }
}

/// The node itself, its children apart.
bool IsSafeNode(const duckdb::Expression& expression) {
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::BOUND_COLUMN_REF:
    case ExpressionClass::BOUND_CONSTANT:
    case ExpressionClass::BOUND_PARAMETER:
    case ExpressionClass::BOUND_COMPARISON:
    case ExpressionClass::BOUND_CONJUNCTION:
    case ExpressionClass::BOUND_BETWEEN:
    case ExpressionClass::BOUND_CASE:
    // Nobody can evaluate these two earlier than the rows they are over: only their arguments count.
    case ExpressionClass::BOUND_AGGREGATE:
    case ExpressionClass::BOUND_WINDOW:
      return true;
    case ExpressionClass::BOUND_OPERATOR:
      return IsSafeOperator(expression.GetExpressionType());
    case ExpressionClass::BOUND_FUNCTION:
      return IsSafeFunction(expression.Cast<duckdb::BoundFunctionExpression>().function.name);
    case ExpressionClass::BOUND_CAST: {
      const auto& cast = expression.Cast<duckdb::BoundCastExpression>();
      return IsSafeCast(cast.child->return_type, cast.return_type);
    }
    default:
      return false;
  }
}

bool ReadsRows(const duckdb::Expression& expression) {
  bool reads = expression.GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF;
  duckdb::ExpressionIterator::EnumerateChildren(
      expression, [&](const duckdb::Expression& child) { reads = reads || ReadsRows(child); });
  return reads;
}

}  // namespace

bool IsSafeOnHiddenRows(duckdb::ClientContext& context, const duckdb::Expression& expression) {
  if (IsSafeNode(expression)) {
    bool safe = true;
    duckdb::ExpressionIterator::EnumerateChildren(expression, [&](const duckdb::Expression& child) {
      safe = safe && IsSafeOnHiddenRows(context, child);
    });
    return safe;
  }
  // A constant that can be computed is a value: DATE '2026-01-01' is a cast of a text. One that fails would
  // fail once per row that gets so far, and so tell that there is one.
  duckdb::Value ignored;
  return expression.IsFoldable() && !ReadsRows(expression) && !expression.HasParameter() &&
         duckdb::ExpressionExecutor::TryEvaluateScalar(context, expression, ignored);
}

}  // namespace lake::engine
