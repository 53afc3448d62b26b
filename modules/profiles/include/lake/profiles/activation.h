// Activation: a profile's models and indexes are taken into memory, the other profile's are let go.
// docs/decisions/0027-a-profile-is-activated.md.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/access/request.h"
#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/log.h"
#include "lake/common/random.h"
#include "lake/jobs/job_service.h"
#include "lake/models/provider.h"
#include "lake/profiles/active_slot.h"
#include "lake/profiles/profile_service.h"
#include "lake/storage/local_buckets.h"
#include "lake/vector/index_service.h"
#include "lake/vector/open_indexes.h"
#include "lake/vector/promotion_service.h"

namespace lake::profiles {

inline constexpr std::string_view kActivationJob = "activate_profile";
/// Activations run one after another.
inline constexpr const char* kActivationLane = "profiles";

/// Each is kept open by the profile that is active.
inline constexpr size_t kMaxWarmIndexes = 200;

struct WarmedIndex {
  std::string index_name;
  std::string generation;
  vector::HnswConfig config;  ///< What it is built and searched with.
  bool promoted = false;      ///< Else its own, or the profile's default.
  bool rebuilt = false;       ///< By this activation.
  uint64_t chunks = 0;
  double duration_ms = 0;
};

enum class ActivationStep { kBucket, kModel, kDataset, kIndex };

struct ActivationFailure {
  ActivationStep step = ActivationStep::kIndex;
  std::string name;  ///< Of the bucket, model, dataset or index.
  std::string code;
  std::string detail;
};

/// What a finished job of kind kActivationJob says.
struct Activated {
  std::string profile_id;
  std::optional<std::string> bucket;
  bool bucket_created = false;
  std::optional<std::string> previous;  ///< Profile that was active before.
  std::vector<std::string> unloaded;    ///< Models.
  std::vector<std::string> preloaded;   ///< Models.
  std::vector<WarmedIndex> warmed;      ///< By name.
  std::vector<ActivationFailure> failures;
  double duration_secs = 0;
};

struct Deactivated {
  std::string profile_id;
  std::vector<std::string> unloaded;  ///< Models.
  std::vector<ActivationFailure> failures;
};

/// What the service works with; all of it outlives the service.
struct ActivationParts {
  catalog::Catalog& catalog;
  const ProfileService& profiles;
  ActiveSlot& slot;
  storage::LocalBuckets& buckets;
  models::Provider& models;
  vector::IndexService& indexes;
  vector::OpenIndexes& open_indexes;
  vector::PromotionService& promotions;
  Clock& clock;
  RandomSource& random;
  Log& log;
};

struct ActivationOptions {
  /// Of indexes that are kept warm, what is copied into memory of its own, judged by the bytes of their
  /// segments; beyond it they stay mapped.
  uint64_t warm_bytes = 4ull << 30;
};

/// Any thread.
class ActivationService {
 public:
  static std::unique_ptr<ActivationService> Make(const ActivationParts& parts,
                                                 const ActivationOptions& options);
  virtual ~ActivationService() = default;

  /// The payload of a job of kind kActivationJob. Errors: those of ProfileService::Find;
  /// permission_denied/dataset_forbidden when the caller may not know of a dataset that the profile binds.
  virtual Result<JsonValue> Prepare(const access::Request& request, std::string_view profile) = 0;
  /// The job's result is an Activated; what failed of it is in there. It fails when it is cancelled and with
  /// aborted/activation_running, failed_precondition/{server_restarted, profile_dropped}; then the profile is
  /// not active, and what the job had taken into memory is let go.
  virtual jobs::JobKind Kind() = 0;

  /// Unloads the model that writes and lets the indexes go. Errors: those of ProfileService::Find;
  /// failed_precondition/profile_not_active; aborted/activation_running.
  virtual Result<Deactivated> Deactivate(const access::Request& request, std::string_view profile) = 0;

  /// Whether the profile is active and keeps that generation of the index warm. One that became live since
  /// the activation is warmed now.
  virtual bool KeepsWarm(const Context& context, std::string_view profile,
                         const vector::IndexRecord& record) = 0;
};

}  // namespace lake::profiles

template <>
struct lake::Describe<lake::profiles::WarmedIndex> {
  using T = lake::profiles::WarmedIndex;
  static constexpr std::string_view kName = "WarmedIndex";
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "The index."),
                 Required("generation", &T::generation, "The built generation that is warm."),
                 Required("config", &T::config, "What it is built and searched with."),
                 Required("promoted", &T::promoted,
                          "Whether that was promoted; else it is its own or the profile's default."),
                 Required("rebuilt", &T::rebuilt, "Whether this activation built it."),
                 Required("chunks", &T::chunks, "Chunks in it."),
                 Required("duration_ms", &T::duration_ms, "What it took.")};
};
template <>
struct lake::DescribeEnum<lake::profiles::ActivationStep> {
  using S = lake::profiles::ActivationStep;
  static constexpr std::array kNames = {EnumName(S::kBucket, "bucket"), EnumName(S::kModel, "model"),
                                        EnumName(S::kDataset, "dataset"), EnumName(S::kIndex, "index")};
};
template <>
struct lake::Describe<lake::profiles::ActivationFailure> {
  using T = lake::profiles::ActivationFailure;
  static constexpr std::string_view kName = "ActivationFailure";
  static constexpr auto kFields = std::tuple{
      Required("step", &T::step, "What failed: bucket, model, dataset or index."),
      Required("name", &T::name, "Which one."), Required("code", &T::code, "Stable slug of the error."),
      Required("detail", &T::detail, "What happened.")};
};
template <>
struct lake::Describe<lake::profiles::Activated> {
  using T = lake::profiles::Activated;
  static constexpr std::string_view kName = "Activated";
  static constexpr auto kFields = std::tuple{
      Required("profile_id", &T::profile_id, "The profile that is active now."),
      Optional("bucket", &T::bucket, "Its bucket; null when it has none of its own.").NullWhenNone(),
      Required("bucket_created", &T::bucket_created, "Whether this activation made the bucket."),
      Optional("previous", &T::previous, "Profile that was active before.").NullWhenNone(),
      Required("unloaded", &T::unloaded, "Models that left memory."),
      Required("preloaded", &T::preloaded, "Models that are in memory."),
      Required("warmed", &T::warmed, "Indexes whose searches walk their graph from now on."),
      Required("failures", &T::failures, "What did not work; the profile is active without it."),
      Required("duration_secs", &T::duration_secs, "What all of it took.")};
};
template <>
struct lake::Describe<lake::profiles::Deactivated> {
  using T = lake::profiles::Deactivated;
  static constexpr std::string_view kName = "Deactivated";
  static constexpr auto kFields =
      std::tuple{Required("profile_id", &T::profile_id, "The profile that is not active any more."),
                 Required("unloaded", &T::unloaded, "Models that left memory."),
                 Required("failures", &T::failures, "What did not work; it is not active all the same.")};
};
