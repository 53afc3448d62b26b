// Lists of indexes, page by page.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/fold.h"
#include "lake/gateway/wire/list.h"
#include "lake/vector/index_service.h"

namespace lake::gateway {

/// Those that the caller may know of and `wanted` says, by name, as `show` gives them. `name` is the list's
/// in page tokens.
template <class T>
Result<wire::Page<T>> PageOfIndexes(const vector::IndexService& indexes, const access::Request& request,
                                    std::string_view name, const wire::ListRequest& list,
                                    const std::function<bool(const vector::IndexInfo&)>& wanted,
                                    T (*show)(const vector::IndexInfo&)) {
  LAKE_ASSIGN_OR_RETURN(std::string after, wire::ReadPageToken(name, list.page_token));
  wire::Page<T> page;
  for (;;) {
    const std::vector<vector::IndexInfo> more = indexes.List(request, after, wire::kLargestPage);
    for (const vector::IndexInfo& info : more) {
      const bool listed = wanted(info);
      if (listed && page.items.size() == list.limit) {
        page.next_page_token = wire::MakePageToken(name, after);
        return page;
      }
      after = Fold(info.record.name);
      if (listed) page.items.push_back(show(info));
    }
    if (more.size() < wire::kLargestPage) return page;
  }
}

}  // namespace lake::gateway
