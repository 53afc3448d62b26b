#include "activation_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lake/common/fold.h"
#include "warm_up.h"

namespace lake::profiles {
namespace {

using Clock = std::chrono::steady_clock;

/// A model that was taken into memory for nothing is let go, but nobody waits long for that.
constexpr std::chrono::seconds kUndoPatience{30};

/// A build within an activation: it reports to its job, and what ends it does not end that.
class PartOfRun final : public jobs::JobRun {
 public:
  PartOfRun(jobs::JobRun& run, const JsonValue& payload) : run_(run), payload_(payload) {}

  const jobs::JobId& id() const override { return run_.id(); }
  const JsonValue& payload() const override { return payload_; }
  const std::string& actor() const override { return run_.actor(); }
  const Context& context() const override { return run_.context(); }
  void Cancel(std::string) override {}
  void ReportProgress(uint64_t done, std::optional<uint64_t> total, std::string_view unit) override {
    run_.ReportProgress(done, total, unit);
  }

 private:
  jobs::JobRun& run_;
  const JsonValue& payload_;
};

bool IsPromoted(const vector::IndexRecord& record) { return record.promotions && record.promotions->current; }

}  // namespace

Result<Activated> ActivationRun::Run(const ProfileRecord& profile, const ActivationJob& job) {
  const Clock::time_point started = Clock::now();
  done_.profile_id = profile.id;
  done_.bucket = profile.bucket;
  done_.failures = job.failures;
  if (previous_) done_.previous = previous_->id;
  next_ = {.id = profile.id,
           .ollama_name = profile.ollama_name,
           .model = WritingModel(profile.ollama_name),
           .embed_model = {},
           .bucket = profile.bucket,
           .activated_at = {},
           .activated_by = run_.actor()};
  if (Status taken = Take(profile, job); !taken.ok()) {
    Undo();
    return std::move(taken).error();
  }
  next_.activated_at = parts_.clock.Now();
  parts_.slot.Set(next_, std::move(warm_));
  done_.duration_secs = std::chrono::duration<double>(Clock::now() - started).count();
  parts_.log.Info("profile_activated", {{"profile", profile.id},
                                        {"indexes", done_.warmed.size()},
                                        {"failures", done_.failures.size()},
                                        {"duration_secs", done_.duration_secs}});
  return std::move(done_);
}

Status ActivationRun::Take(const ProfileRecord& profile, const ActivationJob& job) {
  if (profile.bucket) ProvisionBucket(*profile.bucket);
  UnloadPrevious();
  LAKE_RETURN_IF_ERROR(context().CheckAlive());
  Preload(profile);
  LAKE_RETURN_IF_ERROR(WarmAll(profile, job));
  if (FindProfileRecord(*parts_.catalog.snapshot(), profile.id).ok()) return {};
  return FailedPrecondition("profile_dropped", "profile '{}' was dropped meanwhile", profile.id);
}

void ActivationRun::ProvisionBucket(const std::string& bucket) {
  const Result<storage::Provisioned> made = parts_.buckets.Provision(storage::BucketName(bucket));
  if (!made.ok()) return AddFailure(ActivationStep::kBucket, bucket, made.error());
  done_.bucket_created = *made == storage::Provisioned::kMade;
}

/// First of all, so that the memory is there for what comes.
void ActivationRun::UnloadPrevious() {
  if (!previous_ || reactivates()) return;
  parts_.slot.Clear();
  if (previous_->model == next_.model) return;
  const Status unloaded = parts_.models.UnloadModel(context(), previous_->model);
  if (!unloaded.ok()) return AddFailure(ActivationStep::kModel, previous_->model, unloaded.error());
  done_.unloaded.push_back(previous_->model);
}

void ActivationRun::Preload(const ProfileRecord& profile) {
  PreloadOne(next_.model);
  next_.embed_model = EmbeddingModel(profile);
  if (next_.embed_model && *next_.embed_model != next_.model) PreloadOne(*next_.embed_model);
}

/// Its name as it is loaded by.
std::optional<std::string> ActivationRun::EmbeddingModel(const ProfileRecord& profile) {
  const std::string wanted = profile.embed_model.value_or("");
  const auto named = [&](const Error& error) {
    AddFailure(ActivationStep::kModel, wanted.empty() ? "default embedding model" : wanted, error);
    return std::nullopt;
  };
  const auto embedder = parts_.models.FindEmbedder(wanted);
  if (!embedder.ok()) return named(embedder.error());
  const auto fingerprint = (*embedder)->Fingerprint(context());
  if (!fingerprint.ok()) return named(fingerprint.error());
  return fingerprint->name;
}

void ActivationRun::PreloadOne(const std::string& model) {
  const Status loaded = parts_.models.LoadModel(context(), model);
  if (loaded.ok()) return done_.preloaded.push_back(model);
  // Its provider has it ready, or has not; nobody else can tell it.
  if (!loaded.error().Is("memory_not_managed")) AddFailure(ActivationStep::kModel, model, loaded.error());
}

Status ActivationRun::WarmAll(const ProfileRecord& profile, const ActivationJob& job) {
  for (size_t i = 0; i < job.indexes.size(); ++i) {
    LAKE_RETURN_IF_ERROR(context().CheckAlive());
    run_.ReportProgress(i, job.indexes.size(), "indexes");
    Result<WarmedIndex> warmed = WarmOne(profile, job.indexes[i]);
    if (warmed.ok())
      done_.warmed.push_back(*std::move(warmed));
    else
      AddFailure(ActivationStep::kIndex, job.indexes[i].index_name, warmed.error());
  }
  run_.ReportProgress(job.indexes.size(), job.indexes.size(), "indexes");
  return context().CheckAlive();
}

Result<WarmedIndex> ActivationRun::WarmOne(const ProfileRecord& profile, const PlannedIndex& planned) {
  const Clock::time_point started = Clock::now();
  LAKE_ASSIGN_OR_RETURN(vector::IndexRecord record, Configured(profile, planned));
  const bool rebuild = record.live && !vector::IsBuiltAsConfigured(record);
  if (rebuild) {
    LAKE_ASSIGN_OR_RETURN(record, Rebuilt(planned));
  }
  const vector::HnswConfig config = vector::ConfigToBuild(record);
  parts_.log.Info("warming_index",
                  {{"index", record.name},
                   {"profile", profile.id},
                   {"message", fmt::format("building HNSW {}: {}", vector::ToText(config),
                                           rebuild ? "built for this activation" : "built before")}});
  const uint64_t room = options_.warm_bytes - std::min(options_.warm_bytes, warm_bytes_);
  LAKE_ASSIGN_OR_RETURN(std::shared_ptr<vector::OpenIndex> index,
                        WarmUp(context(), parts_.open_indexes, record, room));
  warm_bytes_ += record.live->segment.bytes;
  WarmedIndex warmed = {.index_name = record.name,
                        .generation = record.live->id,
                        .config = config,
                        .promoted = IsPromoted(record),
                        .rebuilt = rebuild,
                        .chunks = index->chunks()};
  warm_.insert_or_assign(Fold(record.name), std::move(index));
  warmed.duration_ms = std::chrono::duration<double, std::milli>(Clock::now() - started).count();
  return warmed;
}

/// The record after the profile's default became its own configuration, where there is one and nothing is
/// promoted.
Result<vector::IndexRecord> ActivationRun::Configured(const ProfileRecord& profile,
                                                      const PlannedIndex& planned) {
  LAKE_ASSIGN_OR_RETURN(vector::IndexRecord record,
                        vector::FindIndexRecord(*parts_.catalog.snapshot(), planned.index_name));
  if (!record.live || !profile.hnsw_config || IsPromoted(record)) return record;
  return parts_.promotions.Configure(context(), run_.actor(), record.name, *profile.hnsw_config);
}

Result<vector::IndexRecord> ActivationRun::Rebuilt(const PlannedIndex& planned) {
  if (planned.failure)
    return Error(ErrorCode::kFailedPrecondition, planned.failure->code, planned.failure->detail);
  if (!planned.rebuild)
    return Aborted("index_changed", "index '{}' was given another configuration meanwhile; activate again",
                   planned.index_name);
  PartOfRun part(run_, *planned.rebuild);
  LAKE_RETURN_IF_ERROR(rebuild_(part));
  return vector::FindIndexRecord(*parts_.catalog.snapshot(), planned.index_name);
}

void ActivationRun::Undo() {
  if (reactivates()) return;
  parts_.slot.Clear();
  const bool loaded = std::ranges::find(done_.preloaded, next_.model) != done_.preloaded.end();
  if (!loaded) return;
  const Status unloaded =
      parts_.models.UnloadModel(Context{.deadline = Deadline::After(kUndoPatience)}, next_.model);
  if (!unloaded.ok())
    parts_.log.Warning("model_not_unloaded",
                       {{"model", next_.model}, {"error", unloaded.error().ToString()}});
}

void ActivationRun::AddFailure(ActivationStep step, const std::string& name, const Error& error) {
  done_.failures.push_back(FailureOf(step, name, error));
}

bool ActivationRun::reactivates() const { return previous_ && SameFolded(previous_->id, next_.id); }

}  // namespace lake::profiles
