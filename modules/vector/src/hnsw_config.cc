#include "lake/vector/hnsw_config.h"

#include <fmt/format.h>

#include "lake/common/json_io.h"

namespace lake::vector {

Status CheckHnswConfig(const HnswConfig& config) {
  LAKE_RETURN_IF_ERROR(FromJson<HnswConfig>(ToJson(config), Reading::kStrict));
  return {};
}

std::string ToText(const HnswConfig& config) {
  return fmt::format("ef_construction={} ef_search={} seed={}", config.ef_construction, config.ef_search,
                     config.seed ? fmt::format("{}", *config.seed) : "default");
}

bool BuildSameGraph(const HnswConfig& one, const HnswConfig& other) {
  return one.ef_construction == other.ef_construction && one.seed.value_or(0) == other.seed.value_or(0);
}

}  // namespace lake::vector
