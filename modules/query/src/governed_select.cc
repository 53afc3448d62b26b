#include "governed_select.h"

#include <variant>

#include "lake/engine/engine.h"

namespace lake::query {
namespace {

using engine::QuoteIdentifier;

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
    return fmt::format("{}({}, {}, {}) AS {}", engine::kMaskFunction, text_, mask.keep_prefix,
                       mask.keep_suffix, name_);
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
