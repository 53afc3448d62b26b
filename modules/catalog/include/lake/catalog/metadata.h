// What is known of a dataset beside its rows: the document in Dataset::metadata. Columns are named by field
// id, so that what was said of one survives its renaming and never passes to a later column of the same name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lake/catalog/dataset.h"
#include "lake/common/describe.h"
#include "lake/common/json.h"

namespace lake::catalog {

/// How much harm the values do in wrong hands. What it means for a role is for access to say.
enum class ColumnSensitivity { kPublic, kInternal, kPii, kFinancial, kRestricted };

struct ColumnMetadata {
  int32_t field_id = 0;
  std::optional<ColumnSensitivity> sensitivity;  ///< None: nobody has said yet.
  std::optional<std::string> description;
  JsonValue::Object unknown;
};

struct DatasetMetadata {
  std::optional<std::string> description;
  std::optional<std::string> owner;
  std::vector<std::string> tags;
  std::optional<ColumnSensitivity> sensitivity;  ///< Of the columns that have none of their own.
  std::vector<ColumnMetadata> columns;           ///< Ascending by field id; columns that are gone included.
  JsonValue::Object unknown;                     ///< Lineage and what else its writers keep there.

  const ColumnMetadata* Find(int32_t field_id) const;
  /// Makes the entry when there is none.
  ColumnMetadata& Column(int32_t field_id);
};

/// Error: data_loss/metadata_damaged when the document is not of this form.
Result<DatasetMetadata> MetadataOf(const Dataset& dataset);

}  // namespace lake::catalog

template <>
struct lake::DescribeEnum<lake::catalog::ColumnSensitivity> {
  using S = lake::catalog::ColumnSensitivity;
  static constexpr std::array kNames = {EnumName(S::kPublic, "public"), EnumName(S::kInternal, "internal"),
                                        EnumName(S::kPii, "pii"), EnumName(S::kFinancial, "financial"),
                                        EnumName(S::kRestricted, "restricted")};
};
template <>
struct lake::Describe<lake::catalog::ColumnMetadata> {
  using T = lake::catalog::ColumnMetadata;
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields =
      std::tuple{Required("field_id", &T::field_id, "Number of the column in this dataset, for ever."),
                 Optional("sensitivity", &T::sensitivity, "How much harm its values do in wrong hands."),
                 Optional("description", &T::description, "What the column holds.")};
};
template <>
struct lake::Describe<lake::catalog::DatasetMetadata> {
  using T = lake::catalog::DatasetMetadata;
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields = std::tuple{
      Optional("description", &T::description, "What the dataset holds."),
      Optional("owner", &T::owner, "Whom to ask."), Optional("tags", &T::tags, "Words to find it by."),
      Optional("sensitivity", &T::sensitivity, "Of the columns that have none of their own."),
      Optional("columns", &T::columns, "What is known of single columns.")};
};
