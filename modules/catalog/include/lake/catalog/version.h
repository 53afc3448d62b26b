// Version: the number of a commit. A reader at version n sees exactly commits 1…n, across all tables and
// entities.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

#include "lake/common/id.h"

namespace lake::catalog {

struct Version {
  uint64_t number = 0;  ///< 0 is the empty catalog before the first commit.
  auto operator<=>(const Version&) const = default;
};

/// Of a version in the name of an object: UINT64_MAX has as many, so names sort like numbers.
inline constexpr size_t kVersionDigits = 20;

using DatasetId = Id<struct DatasetTag>;
using FileId = Id<struct FileTag>;

}  // namespace lake::catalog
