// A profile as the catalog keeps it: the document of an entity of kind "profile", whose id is the folded id.
// Page: docs/formats/profile.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/catalog/snapshot.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/vector/hnsw_config.h"

namespace lake::profiles {

inline constexpr std::string_view kProfileKind = "profile";

/// An activation looks at the indexes of every one of them.
inline constexpr size_t kMaxBindings = 100;

/// A relation whose indexes a profile searches.
struct Binding {
  std::string dataset;  ///< Id.
};

struct ProfileRecord {
  std::string id;           ///< As it was written first.
  std::string ollama_name;  ///< Of the model that writes, as Ollama calls it.
  std::string description;
  std::vector<Binding> bound;
  std::optional<vector::HnswConfig> hnsw_config;  ///< None: indexes keep their own.
  std::optional<std::string> embed_model;         ///< None: the server's default one.
  std::optional<std::string> bucket;              ///< None: it has none of its own.
  std::string vector_backend;
  Timestamp created_at;
  std::string created_by;
  JsonValue::Object unknown;
};

/// 1–64 bytes of letters, digits, '_', '-' and '.', starting with a letter or digit. Error:
/// invalid_argument/bad_profile_id.
Status CheckProfileId(std::string_view id);

/// The profile of that id, whatever its case. Errors: not_found/profile_not_found,
/// data_loss/profile_damaged.
Result<ProfileRecord> FindProfileRecord(const catalog::Snapshot& snapshot, std::string_view id);

/// Name of its model that writes, among models::Provider's: "ollama/llama3.2" of "llama3.2:latest".
std::string WritingModel(std::string_view ollama_name);

/// catalog::EntityValidator of kProfileKind.
Status CheckProfileDocument(const JsonValue& document, const catalog::Entity* previous);

}  // namespace lake::profiles

template <>
struct lake::Describe<lake::profiles::Binding> {
  using T = lake::profiles::Binding;
  static constexpr auto kFields = std::tuple{Required("dataset", &T::dataset, "Dataset id.")};
};
template <>
struct lake::Describe<lake::profiles::ProfileRecord> {
  using T = lake::profiles::ProfileRecord;
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields =
      std::tuple{Required("id", &T::id, "As it was written first."),
                 Required("ollama_name", &T::ollama_name, "Model that writes."),
                 Optional("description", &T::description, "For people."),
                 Required("bound", &T::bound, "What its searches are about."),
                 Optional("hnsw_config", &T::hnsw_config, "Default of its indexes."),
                 Optional("embed_model", &T::embed_model, "Model that embeds."),
                 Optional("bucket", &T::bucket, "Its bucket."),
                 Required("vector_backend", &T::vector_backend, "What keeps the vectors."),
                 Required("created_at", &T::created_at, "When it was made."),
                 Required("created_by", &T::created_by, "Who made it.")};
};
