// Profiles over the wire; what an activation gives is as its owner describes it (lake/profiles/activation.h).
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/gateway/wire/index.h"
#include "lake/profiles/activation.h"
#include "lake/profiles/profile_record.h"

namespace lake::gateway::wire {

struct CreateProfile {
  std::string id;
  std::string ollama_name;
  std::string description;
  std::vector<std::string> bound_datasets;
  std::optional<vector::HnswConfig> hnsw_config;
  std::optional<std::string> embed_model;
  std::optional<std::string> bucket;
  VectorBackend vector_backend = VectorBackend::kParquet;
};

struct Profile {
  std::string id;
  std::string ollama_name;
  std::string description;
  std::vector<std::string> bound_datasets;
  std::vector<std::string> dropped_datasets;
  std::optional<vector::HnswConfig> hnsw_config;
  std::optional<std::string> embed_model;
  std::optional<std::string> bucket;
  std::string vector_backend;
  Timestamp created_at;
  std::string created_by;
};

struct NamedProfile {
  std::string id;
};

struct ProfileUser {
  std::string user;
};

struct ActiveProfile {
  std::string profile_id;
  std::string ollama_name;
  std::optional<std::string> embed_model;
  std::optional<std::string> bucket;
  std::vector<std::string> warm_indexes;
  Timestamp activated_at;
  std::string activated_by;
};

struct ActiveSlot {
  std::optional<ActiveProfile> active;
};

/// A search with the profile that it is within.
struct SearchProfile : SearchIndex {
  std::string id;
};

struct ProfileSearchResult : SearchResult {
  std::string profile_id;
  bool warm = false;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::CreateProfile> {
  using T = lake::gateway::wire::CreateProfile;
  static constexpr std::string_view kName = "CreateProfile";
  static constexpr auto kFields = std::tuple{
      Required("id", &T::id, "Name of the new profile.").Between(1, 64),
      Required("ollama_name", &T::ollama_name, "Model that writes, as Ollama calls it.").Between(1, 255),
      Optional("description", &T::description, "For people.").Between(0, 4096),
      Required("bound_datasets", &T::bound_datasets, "Datasets whose indexes it searches.")
          .Between(0, lake::profiles::kMaxBindings),
      Optional("hnsw_config", &T::hnsw_config,
               "What its indexes are built and searched with while nothing is promoted for them; absent: "
               "what each "
               "was made with."),
      Optional("embed_model", &T::embed_model,
               "Model that embeds, from GET /ai/models; the default one when absent.")
          .Between(1, 255),
      Optional("bucket", &T::bucket, "Bucket of its own, which its activation makes when it is not there.")
          .Between(1, 63),
      Optional("vector_backend", &T::vector_backend, "What keeps the vectors.")};
};
template <>
struct lake::Describe<lake::gateway::wire::Profile> {
  using T = lake::gateway::wire::Profile;
  static constexpr std::string_view kName = "Profile";
  static constexpr auto kFields = std::tuple{
      Required("id", &T::id, "Its name."),
      Required("ollama_name", &T::ollama_name, "Model that writes, as Ollama calls it."),
      Required("description", &T::description, "For people."),
      Required("bound_datasets", &T::bound_datasets,
               "Datasets whose indexes it searches, those that you may know."),
      Required("dropped_datasets", &T::dropped_datasets, "The same of those that were dropped."),
      Optional("hnsw_config", &T::hnsw_config,
               "What its indexes are built and searched with while nothing is promoted for them.")
          .NullWhenNone(),
      Optional("embed_model", &T::embed_model, "Model that embeds; null: the default one.").NullWhenNone(),
      Optional("bucket", &T::bucket, "Bucket of its own.").NullWhenNone(),
      Required("vector_backend", &T::vector_backend, "What keeps the vectors."),
      Required("created_at", &T::created_at, "When it was made."),
      Required("created_by", &T::created_by, "Who made it.")};
};
template <>
struct lake::Describe<lake::gateway::wire::NamedProfile> {
  using T = lake::gateway::wire::NamedProfile;
  static constexpr auto kFields = std::tuple{Required("id", &T::id, "Profile.").Between(1, 255)};
};
template <>
struct lake::Describe<lake::gateway::wire::ProfileUser> {
  using T = lake::gateway::wire::ProfileUser;
  static constexpr auto kFields =
      std::tuple{Required("user", &T::user, "Name of a key that has a profile.").Between(1, 255)};
};
template <>
struct lake::Describe<lake::gateway::wire::ActiveProfile> {
  using T = lake::gateway::wire::ActiveProfile;
  static constexpr std::string_view kName = "ActiveProfile";
  static constexpr auto kFields =
      std::tuple{Required("profile_id", &T::profile_id, "The profile."),
                 Required("ollama_name", &T::ollama_name, "Model that writes, as Ollama calls it."),
                 Optional("embed_model", &T::embed_model, "Model that embeds; null: it could not be found.")
                     .NullWhenNone(),
                 Optional("bucket", &T::bucket, "Bucket of its own.").NullWhenNone(),
                 Required("warm_indexes", &T::warm_indexes, "Indexes whose searches walk their graph."),
                 Required("activated_at", &T::activated_at, "Since when."),
                 Required("activated_by", &T::activated_by, "Who activated it.")};
};
template <>
struct lake::Describe<lake::gateway::wire::ActiveSlot> {
  using T = lake::gateway::wire::ActiveSlot;
  static constexpr std::string_view kName = "ActiveSlot";
  static constexpr auto kFields = std::tuple{
      Optional("active", &T::active,
               "The profile that is active in this process; null: none is, or one that you may not know of.")
          .NullWhenNone()};
};
template <>
struct lake::Describe<lake::gateway::wire::SearchProfile> {
  using T = lake::gateway::wire::SearchProfile;
  static constexpr std::string_view kName = "SearchProfile";
  static constexpr auto kFields =
      std::tuple_cat(std::tuple{Required("id", &T::id, "Profile.").Between(1, 255)},
                     Describe<lake::gateway::wire::SearchIndex>::kFields);
};
template <>
struct lake::Describe<lake::gateway::wire::ProfileSearchResult> {
  using T = lake::gateway::wire::ProfileSearchResult;
  static constexpr std::string_view kName = "ProfileSearchResult";
  static constexpr auto kFields = std::tuple_cat(
      std::tuple{Required("profile_id", &T::profile_id, "The profile."),
                 Required("warm", &T::warm,
                          "Whether the profile is active and keeps the index in memory; else every chunk was "
                          "compared.")},
      Describe<lake::gateway::wire::SearchResult>::kFields);
};
