// Columns with field ids that never change meaning: files find their columns by id, so a rename or a new
// column leaves older files readable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/describe.h"

namespace lake::catalog {

struct Column {
  int32_t field_id = 0;  ///< From 1; unique in the dataset for ever, also after a drop of the column.
  std::string name;      ///< As written by the user; compared without regard to ASCII case.
  std::string type;      ///< SQL type text as the engine writes it: "BIGINT", "DECIMAL(18,2)", "VARCHAR[]".
  bool operator==(const Column&) const = default;
};

struct Schema {
  int32_t id = 0;  ///< From 1, grows with each change; files name the schema they were written with.
  std::vector<Column> columns;
  bool operator==(const Schema&) const = default;

  const Column* Find(std::string_view name) const;  ///< Ignores ASCII case.
};

}  // namespace lake::catalog

template <>
struct lake::Describe<lake::catalog::Column> {
  using T = lake::catalog::Column;
  static constexpr std::string_view kName = "Column";
  static constexpr auto kFields =
      std::tuple{Required("field_id", &T::field_id, "Number of the column in this dataset, for ever.")
                     .Between(1, 2147483647),
                 Required("name", &T::name, "Column name.").Between(1, 255),
                 Required("type", &T::type, "SQL type.").Between(1, 4096)};
};

template <>
struct lake::Describe<lake::catalog::Schema> {
  using T = lake::catalog::Schema;
  static constexpr std::string_view kName = "Schema";
  static constexpr auto kFields =
      std::tuple{Required("id", &T::id, "Number of this schema in its dataset.").Between(1, 2147483647),
                 Required("columns", &T::columns, "Columns in order.").Between(1, 10000)};
};
