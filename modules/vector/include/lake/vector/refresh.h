// Bringing indexes up to date: asked for by dataset, done by a job that embeds only what is new or changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "lake/vector/index_record.h"

namespace lake::vector {

inline constexpr std::string_view kRefreshJob = "refresh";

struct NewIndex {
  std::string name;
  std::string source;       ///< Dataset name.
  std::string text_column;  ///< VARCHAR.
  std::string id_column;    ///< VARCHAR, INTEGER or BIGINT; unique.
  std::optional<std::string> model;
  std::optional<ChunkSettings>
      chunk;  ///< None: 500 words and 50 of overlap, fewer for a model that reads less.
  HnswConfig config;
  std::string bucket;
  RefreshSettings refresh;
};

enum class RefreshNeed {
  kBehind,  ///< What is up to date is left as it is.
  kAnyway,  ///< It will be behind when its job runs.
};

struct RefreshRequest {
  std::string dataset;     ///< Name.
  std::string index_name;  ///< Empty: every index of the dataset.
  /// What to build when there is none of that name (no name: none of the dataset).
  std::optional<NewIndex> otherwise;
  RefreshNeed need = RefreshNeed::kBehind;
};

struct RefreshedIndex {
  std::string index_name;
  std::string generation;
  uint64_t documents = 0;
  uint64_t chunks = 0;
  uint64_t skipped = 0;
  uint64_t unchanged = 0;  ///< Documents.
  uint64_t embedded = 0;   ///< Documents.
  uint64_t embedded_chunks = 0;
  uint64_t removed = 0;  ///< Documents.
  std::optional<MeasuredRecall> recall;
};

/// What a finished job of kind kRefreshJob says.
struct Refreshed {
  std::string dataset;
  std::vector<RefreshedIndex> indexes;
  std::vector<std::string> up_to_date;
};

}  // namespace lake::vector

template <>
struct lake::Describe<lake::vector::RefreshedIndex> {
  using T = lake::vector::RefreshedIndex;
  static constexpr std::string_view kName = "RefreshedIndex";
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "The index."),
                 Required("generation", &T::generation, "What was built."),
                 Required("documents", &T::documents, "Rows of the dataset that are in it."),
                 Required("chunks", &T::chunks, "Chunks in it."),
                 Required("skipped", &T::skipped, "Rows without an id or without a word in the text."),
                 Required("unchanged", &T::unchanged, "Documents that were taken over as they were."),
                 Required("embedded", &T::embedded, "Documents that are new or changed."),
                 Required("embedded_chunks", &T::embedded_chunks, "Chunks of those."),
                 Required("removed", &T::removed, "Documents that are gone."),
                 Optional("recall", &T::recall, "Measured recall; absent when every answer is exact.")};
};
template <>
struct lake::Describe<lake::vector::Refreshed> {
  using T = lake::vector::Refreshed;
  static constexpr std::string_view kName = "Refreshed";
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "Dataset name."),
                 Required("indexes", &T::indexes, "Indexes that were built anew or for the first time."),
                 Required("up_to_date", &T::up_to_date, "Names of indexes that needed nothing.")};
};
