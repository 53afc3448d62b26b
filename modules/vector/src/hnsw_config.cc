#include "lake/vector/hnsw_config.h"

#include <fmt/format.h>

#include "lake/common/json_io.h"

namespace lake::vector {
namespace {

/// What decides the links, with what stands for what was not said.
auto GraphOf(const HnswConfig& config) {
  const ann::BuildOptions options = BuildOptionsOf(config, 1);
  return std::tuple(options.ef_construction, options.seed, options.degree, options.alpha);
}

}  // namespace

WalkSettings WalkOf(const HnswConfig& config) {
  return {.ef_search = config.ef_search, .rerank = config.rerank.value_or(0), .code = config.code};
}

ann::BuildOptions BuildOptionsOf(const HnswConfig& config, size_t threads) {
  ann::BuildOptions options = {.metric = ann::Metric::kCosine,
                               .ef_construction = config.ef_construction,
                               .seed = config.seed.value_or(0),
                               .threads = threads};
  if (config.degree) options.degree = *config.degree;
  if (config.alpha) options.alpha = static_cast<float>(*config.alpha);
  return options;
}

Status CheckHnswConfig(const HnswConfig& config) {
  LAKE_RETURN_IF_ERROR(FromJson<HnswConfig>(ToJson(config), Reading::kStrict));
  return {};
}

std::string ToText(const HnswConfig& config) {
  std::string text = fmt::format("ef_construction={} ef_search={} seed={}", config.ef_construction,
                                 config.ef_search, config.seed ? fmt::format("{}", *config.seed) : "default");
  if (config.degree) text += fmt::format(" degree={}", *config.degree);
  if (config.alpha) text += fmt::format(" alpha={}", *config.alpha);
  if (config.code) text += fmt::format(" code={}", ann::CodeName(*config.code));
  if (config.rerank) text += fmt::format(" rerank={}", *config.rerank);
  return text;
}

bool BuildSameGraph(const HnswConfig& one, const HnswConfig& other) { return GraphOf(one) == GraphOf(other); }

}  // namespace lake::vector
