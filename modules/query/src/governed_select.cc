#include "governed_select.h"

#include <variant>

#include "lake/engine/engine.h"

namespace lake::query {
namespace {

using engine::QuoteIdentifier;

/// Every character between the first and the last ones becomes a star; values no longer than what is kept are
/// stars as a whole.
std::string Masked(const access::Mask& mask, const std::string& text) {
  const uint64_t kept = uint64_t{mask.keep_prefix} + mask.keep_suffix;
  if (kept == 0) return fmt::format("repeat('*', length({}))", text);
  return fmt::format(
      "CASE WHEN length({0}) <= {3} THEN repeat('*', length({0})) "
      "ELSE left({0}, {1}) || repeat('*', length({0}) - {3}) || right({0}, {2}) END",
      text, mask.keep_prefix, mask.keep_suffix, kept);
}

class Shown {
 public:
  explicit Shown(const catalog::Column& column)
      : column_(column),
        name_(QuoteIdentifier(column.name)),
        text_(fmt::format("CAST({} AS VARCHAR)", name_)) {}

  std::string operator()(const access::Absent&) const { return {}; }
  std::string operator()(const access::Clear&) const { return name_; }
  std::string operator()(const access::Null&) const {
    return fmt::format("CAST(NULL AS {}) AS {}", column_.type, name_);
  }
  std::string operator()(const access::Hash&) const {
    return fmt::format("{}({}) AS {}", engine::kKeyedHashFunction, text_, name_);
  }
  std::string operator()(const access::Mask& mask) const {
    return fmt::format("{} AS {}", Masked(mask, text_), name_);
  }

 private:
  const catalog::Column& column_;
  const std::string name_;
  const std::string text_;
};

}  // namespace

std::string GovernedSelect(const tables::Relation& relation, const access::Decision& decision) {
  std::string list;
  for (const access::ColumnDecision& column : decision.columns()) {
    if (!column.visible()) continue;
    if (!list.empty()) list += ", ";
    list += std::visit(Shown(column.column), column.rule);
  }
  return fmt::format("SELECT {} FROM ({}) AS {}", list, relation.select, kUnmaskedRows);
}

}  // namespace lake::query
