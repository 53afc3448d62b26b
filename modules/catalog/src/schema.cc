#include "lake/catalog/schema.h"

#include <algorithm>

#include "lake/common/fold.h"

namespace lake::catalog {

const Column* Schema::Find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(columns, [&](const Column& column) { return SameFolded(column.name, name); });
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace lake::catalog
