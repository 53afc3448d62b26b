#include "lake/profiles/profile_service.h"

#include <algorithm>
#include <set>
#include <utility>

#include "lake/access/decision.h"
#include "lake/common/error_at.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"

namespace lake::profiles {
namespace {

using access::Request;

constexpr size_t kMaxProfiles = 10'000;

/// None when the caller may know of nothing that it binds.
std::optional<ProfileInfo> InfoOf(const Request& request, ProfileRecord record) {
  ProfileInfo info = {.record = {}, .bound_datasets = {}, .dropped_datasets = {}};
  for (const Binding& binding : record.bound) {
    const auto dataset = request.snapshot->FindDataset(catalog::DatasetId(binding.dataset));
    if (dataset == nullptr || !access::MayReach(request, dataset->name).ok()) continue;
    (dataset->dropped ? info.dropped_datasets : info.bound_datasets).push_back(dataset->name);
  }
  const bool known = record.bound.empty() || !info.bound_datasets.empty() || !info.dropped_datasets.empty();
  if (!known && !request.Has(access::Permission::kAdmin)) return std::nullopt;
  info.record = std::move(record);
  return info;
}

catalog::Transaction Put(const Request& request, const ProfileRecord& record) {
  catalog::Transaction transaction;
  transaction.operation = "create_profile";
  transaction.actor = request.caller.name;
  for (const Binding& binding : record.bound)
    transaction.read_set.push_back(
        {.dataset = catalog::DatasetId(binding.dataset), .schema_id = {}, .files = {}});
  transaction.actions.emplace_back(catalog::PutEntity{.kind = std::string(kProfileKind),
                                                      .id = Fold(record.id),
                                                      .expected_version = 0,
                                                      .document = ToJson(record)});
  return transaction;
}

Error Exists(std::string_view id) {
  return AlreadyExists("profile_exists", "there is a profile '{}' already", id);
}

}  // namespace

Result<ProfileInfo> ProfileService::Create(const Request& request, const NewProfile& wanted) {
  if (const Status id = CheckProfileId(wanted.id); !id.ok()) return At(id.error(), "/id");
  LAKE_ASSIGN_OR_RETURN(std::vector<Binding> bound, Bind(request, wanted.bound_datasets));
  if (wanted.hnsw_config) LAKE_RETURN_IF_ERROR(vector::CheckHnswConfig(*wanted.hnsw_config));
  if (wanted.embed_model) {
    const auto embedder = parts_.models.FindEmbedder(*wanted.embed_model);
    if (!embedder.ok()) return At(embedder.error(), "/embed_model");
  }
  if (wanted.bucket) LAKE_RETURN_IF_ERROR(CheckBucket(*wanted.bucket));
  if (request.snapshot->FindEntity(kProfileKind, Fold(wanted.id)) != nullptr) return Exists(wanted.id);
  if (request.snapshot->ListEntities(kProfileKind, "", kMaxProfiles).size() >= kMaxProfiles)
    return ResourceExhausted("too_many_profiles", "there are {} profiles already", kMaxProfiles);
  const ProfileRecord record = {.id = wanted.id,
                                .ollama_name = wanted.ollama_name,
                                .description = wanted.description,
                                .bound = std::move(bound),
                                .hnsw_config = wanted.hnsw_config,
                                .embed_model = wanted.embed_model,
                                .bucket = wanted.bucket,
                                .vector_backend = wanted.vector_backend,
                                .created_at = parts_.clock.Now(),
                                .created_by = request.caller.name,
                                .unknown = {}};
  const auto put = parts_.catalog.Commit(request.context, Put(request, record));
  const bool taken = !put.ok() && put.error().Is(ErrorCode::kAborted) &&
                     parts_.catalog.snapshot()->FindEntity(kProfileKind, Fold(wanted.id)) != nullptr;
  if (taken) return Exists(wanted.id);
  LAKE_RETURN_IF_ERROR(put);
  return *InfoOf(request, record);
}

Result<std::vector<Binding>> ProfileService::Bind(const Request& request,
                                                  const std::vector<std::string>& names) const {
  if (names.size() > kMaxBindings)
    return At(InvalidArgument("too_many_bindings", "a profile binds at most {} datasets", kMaxBindings),
              "/bound_datasets");
  std::vector<Binding> bound;
  std::set<std::string> ids;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string pointer = fmt::format("/bound_datasets/{}", i);
    const auto dataset = access::FindDataset(request, names[i]);
    if (!dataset.ok() && dataset.error().Is("dataset_not_found"))
      return At(InvalidArgument("view_unknown", "{}, and there are no views yet", dataset.error().message()),
                pointer);
    if (!dataset.ok()) return At(dataset.error(), pointer);
    const std::string& id = (*dataset)->id.value();
    if (!ids.insert(id).second)
      return At(InvalidArgument("duplicate_binding", "dataset '{}' is bound twice", (*dataset)->name),
                pointer);
    bound.push_back({.dataset = id});
  }
  return bound;
}

/// Whether an activation could have it.
Status ProfileService::CheckBucket(const std::string& bucket) const {
  const Result<storage::BucketName> name = storage::ParseBucketName(bucket);
  if (!name.ok()) return At(name.error(), "/bucket");
  if (parts_.buckets.Find(*name).ok() || parts_.local_buckets.has_root()) return {};
  return At(storage::NoProfileRoot(*name), "/bucket");
}

Result<ProfileInfo> ProfileService::Find(const Request& request, std::string_view id) const {
  LAKE_ASSIGN_OR_RETURN(ProfileRecord record, FindProfileRecord(*request.snapshot, id));
  if (std::optional<ProfileInfo> info = InfoOf(request, std::move(record))) return *std::move(info);
  return NotFound("profile_not_found", "there is no profile '{}'", id.substr(0, 100));
}

std::vector<ProfileInfo> ProfileService::List(const Request& request, std::string_view after,
                                              size_t limit) const {
  std::vector<ProfileInfo> infos;
  for (const auto& entity : request.snapshot->ListEntities(kProfileKind, after, kMaxProfiles)) {
    if (infos.size() == limit) break;
    Result<ProfileRecord> record = FromJson<ProfileRecord>(entity->document, Reading::kTolerant);
    if (!record.ok()) continue;
    if (std::optional<ProfileInfo> info = InfoOf(request, *std::move(record)))
      infos.push_back(*std::move(info));
  }
  return infos;
}

Status ProfileService::Drop(const Request& request, std::string_view id) {
  LAKE_ASSIGN_OR_RETURN(const ProfileInfo info, Find(request, id));
  const std::optional<ActiveProfile> active = parts_.slot.active();
  if (active && SameFolded(active->id, id))
    return FailedPrecondition("profile_active", "profile '{}' is active; deactivate it first",
                              info.record.id);
  catalog::Transaction transaction;
  transaction.operation = "drop_profile";
  transaction.actor = request.caller.name;
  transaction.actions.emplace_back(
      catalog::DeleteEntity{.kind = std::string(kProfileKind), .id = Fold(id), .expected_version = {}});
  LAKE_RETURN_IF_ERROR(parts_.catalog.Commit(request.context, std::move(transaction)));
  return {};
}

}  // namespace lake::profiles
