// Bringing indexes up to date over the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/gateway/wire/list.h"
#include "lake/vector/refresh.h"

namespace lake::gateway::wire {

struct RefreshDataset {
  std::string dataset;
  std::optional<std::string> index_name;
  std::optional<std::string> text_column;
  std::optional<std::string> id_column;
  std::optional<std::string> embed_model;
  std::optional<vector::ChunkSettings> chunk;
  std::optional<vector::HnswConfig> hnsw_config;
  std::string bucket = "primary";
};

struct StaleIndex {
  std::string dataset;
  std::string index_name;
  std::optional<Timestamp> last_embedded_at;
  std::optional<Timestamp> stale_since;
  vector::RefreshPolicy refresh_policy = vector::RefreshPolicy::kManual;
  std::optional<std::string> refresh_cron;
  bool building = false;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::RefreshDataset> {
  using T = lake::gateway::wire::RefreshDataset;
  static constexpr std::string_view kName = "RefreshDataset";
  static constexpr auto kFields = std::tuple{
      Required("dataset", &T::dataset, "Dataset name.").Between(1, 255),
      Optional("index_name", &T::index_name, "Only this index; every one of the dataset when absent.")
          .Between(1, 100),
      Optional("text_column", &T::text_column, "When there is no index yet: VARCHAR column with the texts.")
          .Between(1, 255),
      Optional("id_column", &T::id_column, "When there is no index yet: column that names a row.")
          .Between(1, 255),
      Optional("embed_model", &T::embed_model, "Model of an index that is not there yet.").Between(1, 255),
      Optional("chunk", &T::chunk, "How the texts of an index that is not there yet are cut."),
      Optional("hnsw_config", &T::hnsw_config, "Graph of an index that is not there yet."),
      Optional("bucket", &T::bucket, "Bucket of an index that is not there yet.").Between(1, 63)};
};
template <>
struct lake::Describe<lake::gateway::wire::StaleIndex> {
  using T = lake::gateway::wire::StaleIndex;
  static constexpr std::string_view kName = "StaleIndex";
  static constexpr auto kFields = std::tuple{
      Required("dataset", &T::dataset, "Dataset that has other rows than the index."),
      Required("index_name", &T::index_name, "The index."),
      Optional("last_embedded_at", &T::last_embedded_at, "When what answers was built."),
      Optional("embedding_stale_since", &T::stale_since, "Time of the first change that it does not cover."),
      Required("embedding_refresh_policy", &T::refresh_policy, "When it is brought up to date."),
      Optional("embedding_refresh_cron", &T::refresh_cron, "Of the policy scheduled, in UTC."),
      Required("building", &T::building, "Whether it is being brought up to date.")};
};
