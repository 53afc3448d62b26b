// Decision: what one caller sees of one dataset, column by column. Only Decide makes one, and a statement's
// relation can only be compiled from one, so no path to the rows goes around the rules.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/access/column_rule.h"
#include "lake/access/request.h"
#include "lake/catalog/dataset.h"
#include "lake/catalog/metadata.h"
#include "lake/common/result.h"

namespace lake::access {

struct ColumnDecision {
  catalog::Column column;
  std::optional<catalog::ColumnSensitivity> sensitivity;  ///< Its own, or that of the dataset.
  ColumnRule rule;
  std::string reason;  ///< For people: which rule of the role it was.

  bool visible() const { return !std::holds_alternative<Absent>(rule); }
  bool clear() const { return std::holds_alternative<Clear>(rule); }
  /// SQL type of the values the caller sees: masks and hashes are text.
  std::string shown_type() const;
};

class Decision {
 public:
  /// Of the schema that was asked about, in its order, absent ones included.
  const std::vector<ColumnDecision>& columns() const { return columns_; }
  /// An SQL condition over the unmasked columns; empty when every row is shown.
  const std::string& row_filter() const { return row_filter_; }
  /// Whether the caller sees a column of that name.
  bool Shows(std::string_view column) const;
  /// Every column is clear and every row is shown.
  bool unrestricted() const;
  /// Equal for equal rules: what the result of a statement depends on beside its text and the data. The
  /// text of the rules and the filter, not a hash.
  std::string Fingerprint() const;

 private:
  friend Result<Decision> Decide(const Request& request, const catalog::Dataset& dataset,
                                 const catalog::Schema& schema);
  Decision() = default;

  std::vector<ColumnDecision> columns_;
  std::string row_filter_;
};

/// Whether the caller may know of a dataset called `name`; it need not exist, so that a refusal says nothing
/// about that. Error: permission_denied/dataset_forbidden.
Status MayReach(const Request& request, std::string_view name);

/// The live dataset of that name, when the caller may know of it. Errors: those of MayReach;
/// not_found/dataset_not_found, with the nearest name that the caller may know when one is close.
Result<std::shared_ptr<const catalog::Dataset>> FindDataset(const Request& request, std::string_view name);

/// `schema` is one of the dataset's. Errors: those of MayReach; permission_denied/dataset_forbidden when no
/// column is left; data_loss/metadata_damaged.
Result<Decision> Decide(const Request& request, const catalog::Dataset& dataset,
                        const catalog::Schema& schema);

}  // namespace lake::access
