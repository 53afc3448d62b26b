// Searches between the wire and the service.
#pragma once

#include <vector>

#include "lake/gateway/exchange.h"
#include "lake/gateway/wire/index.h"
#include "lake/search/search_service.h"

namespace lake::gateway {

search::SearchRequest SearchRequestOf(wire::SearchIndex wanted);
/// Without elapsed_ms.
wire::SearchResult SearchResultOf(search::SearchAnswer answer);
/// As browsers show it (W3C Server Timing): milliseconds by stage.
Header ServerTiming(const std::vector<search::StageTime>& stages);

}  // namespace lake::gateway
