// All indexes that a caller may know of, for a table of something that each of them has.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lake/common/fold.h"
#include "lake/common/result.h"
#include "lake/gateway/wire/list.h"
#include "lake/vector/index_service.h"

namespace lake::gateway {

/// By name; ends with the first error of `visit`. They are copied, so not all of them at once.
inline Status ForEachIndex(const vector::IndexService& indexes, const access::Request& request,
                           const std::function<Status(const vector::IndexInfo&)>& visit) {
  for (std::string after;;) {
    const std::vector<vector::IndexInfo> more = indexes.List(request, after, wire::kLargestPage);
    for (const vector::IndexInfo& index : more) LAKE_RETURN_IF_ERROR(visit(index));
    if (more.size() < wire::kLargestPage) return {};
    after = Fold(more.back().record.name);
  }
}

}  // namespace lake::gateway
