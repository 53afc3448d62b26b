// Version: the number of a commit. A reader at version n sees exactly commits 1…n, across all tables and
// entities.
#pragma once

#include <compare>
#include <cstdint>

#include "lake/common/id.h"

namespace lake::catalog {

struct Version {
  uint64_t number = 0;  ///< 0 is the empty catalog before the first commit.
  auto operator<=>(const Version&) const = default;
};

using DatasetId = Id<struct DatasetTag>;
using FileId = Id<struct FileTag>;

}  // namespace lake::catalog
