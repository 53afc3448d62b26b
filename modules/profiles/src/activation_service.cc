#include <algorithm>
#include <utility>

#include "activation_job.h"
#include "activation_run.h"
#include "lake/access/decision.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/profiles/activation.h"
#include "warm_up.h"

namespace lake::profiles {
namespace {

using access::Request;
using vector::IndexInfo;
using vector::IndexRecord;

constexpr size_t kIndexesAtOnce = 1000;

/// The slot, taken until it goes.
class SlotChange {
 public:
  explicit SlotChange(ActiveSlot& slot) : slot_(slot) {}
  ~SlotChange() { slot_.End(); }
  SlotChange(const SlotChange&) = delete;
  SlotChange& operator=(const SlotChange&) = delete;

 private:
  ActiveSlot& slot_;
};

/// Whether neither the live nor a kept generation is what the index is to be with that default.
bool NeedsBuild(IndexRecord record, const std::optional<vector::HnswConfig>& profile_default) {
  if (!record.live) return false;
  if (profile_default) record.config = profile_default;  // Counts while nothing is promoted.
  const vector::HnswConfig wanted = vector::ConfigToBuild(record);
  const auto same = [&](const vector::Generation& built) { return BuildSameGraph(built.config, wanted); };
  return !same(*record.live) && std::ranges::none_of(record.kept, same);
}

class Service final : public ActivationService {
 public:
  Service(const ActivationParts& parts, const ActivationOptions& options)
      : parts_(parts),
        options_(options),
        refresh_(parts.indexes.RefreshKind()),
        process_(parts.random.NextUuid(parts.clock.Now().micros / 1000)) {}

  Result<JsonValue> Prepare(const Request& request, std::string_view profile) override {
    LAKE_ASSIGN_OR_RETURN(const ProfileInfo info, parts_.profiles.Find(request, profile));
    for (const Binding& binding : info.record.bound)
      if (const auto dataset = request.snapshot->FindDataset(catalog::DatasetId(binding.dataset)))
        LAKE_RETURN_IF_ERROR(access::MayReach(request, dataset->name));
    ActivationJob job = {.profile_id = info.record.id, .process = process_, .indexes = {}, .failures = {}};
    for (const std::string& dataset : info.dropped_datasets)
      job.failures.push_back(
          FailureOf(ActivationStep::kDataset, dataset,
                    FailedPrecondition("source_dropped", "dataset '{}' was dropped", dataset)));
    for (const IndexInfo& index : IndexesOf(request, info)) {
      if (job.indexes.size() < kMaxWarmIndexes)
        job.indexes.push_back(Plan(request, info.record, index));
      else
        job.failures.push_back(FailureOf(
            ActivationStep::kIndex, index.record.name,
            ResourceExhausted("too_many_indexes", "a profile keeps {} indexes warm", kMaxWarmIndexes)));
    }
    return ToJson(job);
  }

  jobs::JobKind Kind() override {
    const auto for_each = [](const JsonValue& payload, const std::function<void(const JsonValue&)>& take) {
      const Result<ActivationJob> job = FromJson<ActivationJob>(payload, Reading::kTolerant);
      if (!job.ok()) return;
      for (const PlannedIndex& index : job->indexes)
        if (index.rebuild) take(*index.rebuild);
    };
    return {.work = [this](jobs::JobRun& run) { return Work(run); },
            .cleanup = [this, for_each](const JsonValue& payload) { for_each(payload, refresh_.cleanup); },
            .in_use = [this, for_each](const JsonValue& payload) { for_each(payload, refresh_.in_use); }};
  }

  Result<Deactivated> Deactivate(const Request& request, std::string_view profile) override {
    LAKE_ASSIGN_OR_RETURN(const ProfileInfo info, parts_.profiles.Find(request, profile));
    LAKE_ASSIGN_OR_RETURN(const std::optional<ActiveProfile> active, parts_.slot.Begin());
    const SlotChange change(parts_.slot);
    if (!active || !SameFolded(active->id, profile))
      return FailedPrecondition("profile_not_active", "profile '{}' is not active", info.record.id);
    parts_.slot.Clear();
    Deactivated done = {.profile_id = active->id, .unloaded = {}, .failures = {}};
    if (const Status unloaded = parts_.models.UnloadModel(request.context, active->model); unloaded.ok())
      done.unloaded.push_back(active->model);
    else
      done.failures.push_back(FailureOf(ActivationStep::kModel, active->model, unloaded.error()));
    parts_.log.Info("profile_deactivated", {{"profile", active->id}});
    return done;
  }

  bool KeepsWarm(const Context& context, std::string_view profile, const IndexRecord& record) override {
    const std::string id = Fold(profile);
    const std::string index = Fold(record.name);
    const std::shared_ptr<vector::OpenIndex> kept = parts_.slot.FindWarm(id, index);
    if (kept == nullptr || !record.live) return false;
    if (kept->generation().id == record.live->id) return true;
    // A request of before the refresh does not bring back what was live then.
    const Result<IndexRecord> now = vector::FindIndexRecord(*parts_.catalog.snapshot(), record.name);
    if (!now.ok() || !now->live || now->live->id != record.live->id) return false;
    const uint64_t room = options_.warm_bytes - std::min(options_.warm_bytes, parts_.slot.BytesBeside(index));
    Result<std::shared_ptr<vector::OpenIndex>> opened = WarmUp(context, parts_.open_indexes, record, room);
    if (!opened.ok()) return false;
    parts_.slot.Renew(id, index, *std::move(opened));
    return true;
  }

 private:
  /// Those over its datasets, by name; not those of dropped ones.
  std::vector<IndexInfo> IndexesOf(const Request& request, const ProfileInfo& profile) const {
    std::vector<IndexInfo> indexes;
    for (std::string after;;) {
      std::vector<IndexInfo> found = parts_.indexes.List(request, after, kIndexesAtOnce);
      const bool more = found.size() == kIndexesAtOnce;
      if (more) after = Fold(found.back().record.name);
      for (IndexInfo& index : found) {
        const bool bound = std::ranges::find(profile.record.bound, index.record.source, &Binding::dataset) !=
                           profile.record.bound.end();
        const auto dataset = request.snapshot->FindDataset(catalog::DatasetId(index.record.source));
        if (bound && dataset != nullptr && !dataset->dropped) indexes.push_back(std::move(index));
      }
      if (!more) return indexes;
    }
  }

  PlannedIndex Plan(const Request& request, const ProfileRecord& profile, const IndexInfo& index) {
    PlannedIndex planned = {.index_name = index.record.name, .rebuild = {}, .failure = {}};
    if (!NeedsBuild(index.record, profile.hnsw_config)) return planned;
    Result<JsonValue> rebuild =
        parts_.indexes.PrepareRefresh(request, {.dataset = index.source,
                                                .index_name = index.record.name,
                                                .otherwise = {},
                                                .need = vector::RefreshNeed::kAnyway});
    if (rebuild.ok())
      planned.rebuild = *std::move(rebuild);
    else
      planned.failure = FailureOf(ActivationStep::kIndex, planned.index_name, rebuild.error());
    return planned;
  }

  Result<JsonValue> Work(jobs::JobRun& run) {
    LAKE_ASSIGN_OR_RETURN(const ActivationJob job,
                          FromJson<ActivationJob>(run.payload(), Reading::kTolerant));
    if (job.process != process_)
      return FailedPrecondition("server_restarted",
                                "the server was restarted before profile '{}' was active; activate it again",
                                job.profile_id);
    const Result<ProfileRecord> profile = FindProfileRecord(*parts_.catalog.snapshot(), job.profile_id);
    if (!profile.ok())
      return FailedPrecondition("profile_dropped", "profile '{}' was dropped meanwhile", job.profile_id);
    LAKE_ASSIGN_OR_RETURN(std::optional<ActiveProfile> previous, parts_.slot.Begin());
    const SlotChange change(parts_.slot);
    LAKE_ASSIGN_OR_RETURN(
        const Activated activated,
        ActivationRun(parts_, options_, refresh_.work, run, std::move(previous)).Run(*profile, job));
    return ToJson(activated);
  }

  const ActivationParts parts_;
  const ActivationOptions options_;
  const jobs::JobKind refresh_;
  const std::string process_;  ///< Names this one in payloads.
};

}  // namespace

std::unique_ptr<ActivationService> ActivationService::Make(const ActivationParts& parts,
                                                           const ActivationOptions& options) {
  return std::make_unique<Service>(parts, options);
}

}  // namespace lake::profiles
