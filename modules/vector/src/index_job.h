// What a job that builds an index was asked for: fixed when it was accepted, so that it builds the same after
// a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "lake/models/embedder.h"
#include "lake/vector/index_record.h"

namespace lake::vector {

struct IndexJob {
  std::string index_name;
  std::string generation;
  std::string source;  ///< Dataset id.
  uint64_t dataset_version = 0;
  Deletions deletions;  ///< Of then: those are left out, later ones as far as it happens.
  int32_t text_field_id = 0;
  int32_t id_field_id = 0;
  IndexModel model;
  ChunkSettings chunk;
  HnswConfig config;
  std::string bucket;
  std::string created_by;
  RefreshSettings refresh;  ///< Of a new index.
  /// Whose unchanged documents are taken over: the live generation, or that of a first build that failed.
  std::optional<std::string> previous;
};

/// What a job that brings the indexes of a dataset up to date was asked for.
struct RefreshJob {
  std::string dataset;  ///< Its name.
  std::vector<IndexJob> indexes;
  std::vector<std::string> unchanged;  ///< Names of indexes that are up to date.
};

models::ModelFingerprint FingerprintOf(const IndexModel& model);

}  // namespace lake::vector

template <>
struct lake::Describe<lake::vector::IndexJob> {
  using T = lake::vector::IndexJob;
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "Index name."),
                 Required("generation", &T::generation, "Id of what is built."),
                 Required("source", &T::source, "Dataset id."),
                 Required("dataset_version", &T::dataset_version, "Catalog version whose rows it covers."),
                 Optional("deletions", &T::deletions, "Deleted rows that it leaves out."),
                 Required("text_field_id", &T::text_field_id, "Column with the texts."),
                 Required("id_field_id", &T::id_field_id, "Column that names a row."),
                 Required("model", &T::model, "What embeds."),
                 Required("chunk", &T::chunk, "How texts are cut."),
                 Required("config", &T::config, "How the graph is built."),
                 Required("bucket", &T::bucket, "Where its files go."),
                 Required("created_by", &T::created_by, "Who asked for it."),
                 Optional("refresh", &T::refresh, "When it is brought up to date."),
                 Optional("previous", &T::previous, "Generation whose unchanged documents are taken over.")};
};
template <>
struct lake::Describe<lake::vector::RefreshJob> {
  using T = lake::vector::RefreshJob;
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "Dataset name."),
                 Required("indexes", &T::indexes, "What is built, one after another."),
                 Required("unchanged", &T::unchanged, "Names of indexes that are up to date.")};
};
