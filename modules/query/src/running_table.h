// system.queries: what runs now, the statement that asks among it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "lake/query/query_service.h"
#include "lake/query/relation_provider.h"

namespace lake::query {

/// `running` is QueryService::Running.
std::shared_ptr<const RelationProvider> MakeRunningTable(
    std::function<std::vector<QueryInfo>(const access::Request& request)> running);

}  // namespace lake::query
