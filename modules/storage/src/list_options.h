// What every store checks before it lists.
#pragma once

#include "lake/storage/object_store.h"

namespace lake::storage {

inline Status CheckListOptions(const ListOptions& options) {
  constexpr size_t kMaxPage = 1000;  // S3's; a page is held in memory whole
  if (options.limit == 0 || options.limit > kMaxPage) {
    return InvalidArgument("bad_list_limit", "a page holds 1 to 1,000 objects, not {}", options.limit);
  }
  if (!options.delimiter.empty() && options.delimiter != "/") {
    return InvalidArgument("bad_list_delimiter", "the delimiter is '/' or absent");
  }
  return {};
}

}  // namespace lake::storage
