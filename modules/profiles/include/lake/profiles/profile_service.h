// The life of profiles: made, looked at, dropped. docs/decisions/0027-a-profile-is-activated.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/access/request.h"
#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/models/provider.h"
#include "lake/profiles/active_slot.h"
#include "lake/profiles/profile_record.h"
#include "lake/storage/local_buckets.h"

namespace lake::profiles {

struct NewProfile {
  std::string id;
  std::string ollama_name;
  std::string description;
  std::vector<std::string> bound_datasets;  ///< Names; at most kMaxBindings.
  std::optional<vector::HnswConfig> hnsw_config;
  std::optional<std::string> embed_model;
  std::optional<std::string> bucket;
  std::string vector_backend;
};

/// A profile as one caller sees it.
struct ProfileInfo {
  ProfileRecord record;
  std::vector<std::string> bound_datasets;    ///< Names of those that the caller may know.
  std::vector<std::string> dropped_datasets;  ///< The same of those that were dropped.
};

/// What the service works with; all of it outlives the service.
struct ProfileParts {
  catalog::Catalog& catalog;
  const storage::BucketRegistry& buckets;
  const storage::LocalBuckets& local_buckets;
  models::Provider& models;
  const ActiveSlot& slot;
  Clock& clock;
};

/// Any thread.
class ProfileService {
 public:
  explicit ProfileService(const ProfileParts& parts) : parts_(parts) {}

  /// Durable on ok. Asks no model whether it is there, only whether it could be. Errors, with pointers:
  /// invalid_argument/{bad_profile_id, view_unknown, duplicate_binding, too_many_bindings, bad_bucket_name},
  /// those of CheckHnswConfig, of access::MayReach and of Provider::FindEmbedder;
  /// already_exists/profile_exists; failed_precondition/no_profile_root;
  /// resource_exhausted/too_many_profiles; aborted/conflict when a dataset was dropped meanwhile.
  Result<ProfileInfo> Create(const access::Request& request, const NewProfile& wanted);
  /// Errors: not_found/profile_not_found, also when it binds datasets and the caller may know of none of
  /// them.
  Result<ProfileInfo> Find(const access::Request& request, std::string_view id) const;
  /// Those that the caller may know of, by folded id, greater than `after`.
  std::vector<ProfileInfo> List(const access::Request& request, std::string_view after, size_t limit) const;
  /// Its bucket stays, and what is in it. Errors: Find's; failed_precondition/profile_active.
  Status Drop(const access::Request& request, std::string_view id);

 private:
  Result<std::vector<Binding>> Bind(const access::Request& request,
                                    const std::vector<std::string>& names) const;
  Status CheckBucket(const std::string& bucket) const;

  const ProfileParts parts_;
};

}  // namespace lake::profiles
