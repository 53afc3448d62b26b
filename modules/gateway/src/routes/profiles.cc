#include <chrono>
#include <optional>
#include <utility>

#include "awaited_job.h"
#include "elapsed.h"
#include "lake/access/key_service.h"
#include "lake/common/fold.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/job.h"
#include "lake/gateway/wire/list.h"
#include "lake/gateway/wire/profile.h"
#include "lake/profiles/scoped_search.h"
#include "search_wire.h"

namespace lake::gateway {
namespace {

using access::Request;
using profiles::ProfileInfo;
using profiles::ProfileService;
using Clock = std::chrono::steady_clock;

wire::Profile ToWire(const ProfileInfo& info) {
  const profiles::ProfileRecord& record = info.record;
  return {.id = record.id,
          .ollama_name = record.ollama_name,
          .description = record.description,
          .bound_datasets = info.bound_datasets,
          .dropped_datasets = info.dropped_datasets,
          .hnsw_config = record.hnsw_config,
          .embed_model = record.embed_model,
          .bucket = record.bucket,
          .vector_backend = record.vector_backend,
          .created_at = record.created_at,
          .created_by = record.created_by};
}

Result<wire::Profile> Create(ProfileService& profiles, const Request& request, wire::CreateProfile create) {
  LAKE_ASSIGN_OR_RETURN(
      const ProfileInfo info,
      profiles.Create(request, {.id = std::move(create.id),
                                .ollama_name = std::move(create.ollama_name),
                                .description = std::move(create.description),
                                .bound_datasets = std::move(create.bound_datasets),
                                .hnsw_config = create.hnsw_config,
                                .embed_model = std::move(create.embed_model),
                                .bucket = std::move(create.bucket),
                                .vector_backend = std::string(NameOf(create.vector_backend))}));
  return ToWire(info);
}

Result<wire::Page<wire::Profile>> List(const ProfileService& profiles, const Request& request,
                                       const wire::ListRequest& list) {
  LAKE_ASSIGN_OR_RETURN(const std::string after, wire::ReadPageToken("profiles", list.page_token));
  wire::Page<wire::Profile> page;
  for (const ProfileInfo& info : profiles.List(request, after, list.limit + 1)) {
    if (page.items.size() == list.limit) {
      page.next_page_token = wire::MakePageToken("profiles", Fold(page.items.back().id));
      break;
    }
    page.items.push_back(ToWire(info));
  }
  return page;
}

/// None also when the caller may not know of it.
wire::ActiveSlot Active(const ProfileParts& parts, const Request& request) {
  const std::optional<profiles::ActiveProfile> active = parts.slot.active();
  if (!active || !parts.profiles.Find(request, active->id).ok()) return {};
  return {.active = wire::ActiveProfile{.profile_id = active->id,
                                        .ollama_name = active->ollama_name,
                                        .embed_model = active->embed_model,
                                        .bucket = active->bucket,
                                        .warm_indexes = parts.slot.warm_names(),
                                        .activated_at = active->activated_at,
                                        .activated_by = active->activated_by}};
}

Status Activate(const ProfileParts& parts, const Request& request, std::string_view profile,
                const RequestHead& head, ResponseWriter& writer) {
  LAKE_ASSIGN_OR_RETURN(JsonValue payload, parts.activation.Prepare(request, profile));
  return AnswerWithJob(parts.jobs, request, profiles::kActivationJob, std::move(payload), head, writer);
}

/// The profile that a key has; one's own, or as an administrator anybody's.
Result<std::string> ProfileOf(const ProfileParts& parts, const Request& request, const std::string& user) {
  if (user != request.caller.name && !request.Has(Permission::kAdmin))
    return PermissionDenied("not_your_profile", "the profile of another is for administrators to activate");
  return parts.keys.ProfileOf(*request.snapshot, user);
}

Result<Reply<wire::ProfileSearchResult>> Search(profiles::ScopedSearch& searches, const Request& request,
                                                wire::SearchProfile wanted) {
  const Clock::time_point started = Clock::now();
  const std::string profile = std::move(wanted.id);
  LAKE_ASSIGN_OR_RETURN(
      profiles::ScopedAnswer found,
      searches.Search(request, profile,
                      SearchRequestOf(static_cast<wire::SearchIndex&&>(std::move(wanted)))));
  const Header timing = ServerTiming(found.answer.stages);
  wire::ProfileSearchResult result = {SearchResultOf(std::move(found.answer)), std::move(found.profile_id),
                                      found.warm};
  result.elapsed_ms = MillisSince(started);
  return Reply<wire::ProfileSearchResult>{.value = std::move(result), .headers = {timing}};
}

StreamTypes ActivationTypes() {
  return {.request = {},
          .answers = {AnswerOf<profiles::Activated>(200, "What is in memory now, and what could not be."),
                      AnswerOf<jobs::Job>(202, "The job does it.")}};
}

void AddCatalogRoutes(Api& api, ProfileService& profiles) {
  api.Add<wire::CreateProfile, wire::Profile>(
      {Method::kPost, "/catalog/profiles",
       "Make a profile: models, datasets to search and how, that are activated together.", Permission::kAdmin,
       Success::kCreated},
      [&profiles](const Request& request, wire::CreateProfile create) {
        return Create(profiles, request, std::move(create));
      });
  api.Add<wire::ListRequest, wire::Page<wire::Profile>>(
      {Method::kGet, "/catalog/profiles", "List profiles by id.", Permission::kRead},
      [&profiles](const Request& request, const wire::ListRequest& list) {
        return List(profiles, request, list);
      });
  api.Add<wire::NamedProfile, wire::Profile>(
      {Method::kGet, "/catalog/profiles/{id}", "Show a profile.", Permission::kRead},
      [&profiles](const Request& request, const wire::NamedProfile& named) -> Result<wire::Profile> {
        LAKE_ASSIGN_OR_RETURN(const ProfileInfo info, profiles.Find(request, named.id));
        return ToWire(info);
      });
  api.Add<wire::NamedProfile, Nothing>(
      {Method::kDelete, "/catalog/profiles/{id}", "Drop a profile; its bucket stays.", Permission::kAdmin},
      [&profiles](const Request& request, const wire::NamedProfile& named) {
        return profiles.Drop(request, named.id);
      });
}

/// The same for the profile that a key names.
void AddUserRoutes(Api& api, const ProfileParts& parts) {
  api.AddStream<wire::ProfileUser>(
      {Method::kPost, "/profile/{user}/activate",
       "Activate the profile that a key names: one's own, or anybody's.", Permission::kWrite},
      ActivationTypes(),
      [parts](const Request& request, const wire::ProfileUser& named, const RequestHead& head,
              ResponseWriter& writer) -> Status {
        LAKE_ASSIGN_OR_RETURN(const std::string profile, ProfileOf(parts, request, named.user));
        return Activate(parts, request, profile, head, writer);
      });
  api.Add<wire::ProfileUser, profiles::Deactivated>(
      {Method::kPost, "/profile/{user}/deactivate",
       "Deactivate the profile that a key names: one's own, or anybody's.", Permission::kWrite},
      [parts](const Request& request, const wire::ProfileUser& named) -> Result<profiles::Deactivated> {
        LAKE_ASSIGN_OR_RETURN(const std::string profile, ProfileOf(parts, request, named.user));
        return parts.activation.Deactivate(request, profile);
      });
}

}  // namespace

void AddProfileRoutes(Api& api, const ProfileParts& parts) {
  AddCatalogRoutes(api, parts.profiles);
  AddUserRoutes(api, parts);
  api.AddStream<wire::NamedProfile>(
      {Method::kPost, "/vectors/profile/{id}/activate",
       "Take the models and indexes of a profile into memory, and those of the one before out of it. Prefer: "
       "respond-async answers with the job at once.",
       Permission::kAdmin},
      ActivationTypes(),
      [parts](const Request& request, const wire::NamedProfile& named, const RequestHead& head,
              ResponseWriter& writer) { return Activate(parts, request, named.id, head, writer); });
  api.Add<wire::NamedProfile, profiles::Deactivated>(
      {Method::kPost, "/vectors/profile/{id}/deactivate", "Let a profile's model and indexes go.",
       Permission::kAdmin},
      [parts](const Request& request, const wire::NamedProfile& named) {
        return parts.activation.Deactivate(request, named.id);
      });
  api.Add<Nothing, wire::ActiveSlot>(
      {Method::kGet, "/vectors/profile/active", "Show which profile is active.", Permission::kRead},
      [parts](const Request& request, Nothing) -> Result<wire::ActiveSlot> {
        return Active(parts, request);
      });
  api.Add<wire::SearchProfile, wire::ProfileSearchResult>(
      {Method::kPost, "/vectors/profile/{id}/search",
       "Search within a profile: through graphs while it is active, else by comparing every chunk.",
       Permission::kRead},
      [parts](const Request& request, wire::SearchProfile wanted) {
        return Search(parts.searches, request, std::move(wanted));
      });
}

}  // namespace lake::gateway
