// One activation, step by step.
#pragma once

#include <optional>
#include <string>

#include "activation_job.h"
#include "lake/profiles/activation.h"

namespace lake::profiles {

/// One thread; whoever makes it has the slot.
class ActivationRun {
 public:
  /// The references outlive it. `rebuild` does the work of jobs of kind vector::kRefreshJob; `previous` is
  /// what is active.
  ActivationRun(const ActivationParts& parts, const ActivationOptions& options, const jobs::JobWork& rebuild,
                jobs::JobRun& run, std::optional<ActiveProfile> previous)
      : parts_(parts), options_(options), rebuild_(rebuild), run_(run), previous_(std::move(previous)) {}

  /// An error leaves nothing active but what was before, when that is the same profile. Errors: those of the
  /// run's context, failed_precondition/profile_dropped.
  Result<Activated> Run(const ProfileRecord& profile, const ActivationJob& job);

 private:
  Status Take(const ProfileRecord& profile, const ActivationJob& job);
  void ProvisionBucket(const std::string& bucket);
  void UnloadPrevious();
  void Preload(const ProfileRecord& profile);
  std::optional<std::string> EmbeddingModel(const ProfileRecord& profile);
  void PreloadOne(const std::string& model);
  Status WarmAll(const ProfileRecord& profile, const ActivationJob& job);
  Result<WarmedIndex> WarmOne(const ProfileRecord& profile, const PlannedIndex& planned);
  Result<vector::IndexRecord> Configured(const ProfileRecord& profile, const PlannedIndex& planned);
  Result<vector::IndexRecord> Rebuilt(const PlannedIndex& planned);
  void Undo();
  void AddFailure(ActivationStep step, const std::string& name, const Error& error);
  bool reactivates() const;
  const Context& context() const { return run_.context(); }

  const ActivationParts& parts_;
  const ActivationOptions& options_;
  const jobs::JobWork& rebuild_;
  jobs::JobRun& run_;
  const std::optional<ActiveProfile> previous_;
  ActiveProfile next_;
  WarmIndexes warm_;
  uint64_t warm_bytes_ = 0;
  Activated done_;
};

}  // namespace lake::profiles
