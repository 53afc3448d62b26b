// The routes, one function per resource. Services are borrowed and must outlive the Api. Call all of them
// before the server starts, AddOpenApiRoute too; the order does not matter.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lake/gateway/api.h"
#include "lake/gateway/wire/health.h"
#include "lake/models/gpu_memory.h"
#include "lake/tuning/promote_trial.h"

namespace lake::access {
class AuditLog;
class KeyService;
class RoleService;
}  // namespace lake::access
namespace lake::answers {
class AnswerService;
}
namespace lake::jobs {
class JobService;
}
namespace lake::ingest {
class FileIngest;
}
namespace lake::models {
class Provider;
}
namespace lake::profiles {
class ActivationService;
class ActiveSlot;
class ProfileService;
class ScopedSearch;
}  // namespace lake::profiles
namespace lake::query {
class QueryService;
}
namespace lake::search {
class SearchService;
}
namespace lake::tables {
class DatasetService;
}
namespace lake::tuning {
class AgentService;
class AutotuneService;
class EvalService;
class IndexHome;
class TrialRunner;
class TrialService;
}  // namespace lake::tuning
namespace lake::vector {
class IndexService;
}

namespace lake::gateway {

/// One part of the server that can be out of order. `check` may block until the context's deadline.
struct HealthCheck {
  std::string component;
  std::function<Status(const Context& context)> check;
};

/// GET /health, /livez, /version at once; /readyz runs every check.
void AddHealthRoutes(Api& api, wire::BuildVersion version, std::vector<HealthCheck> checks);
/// GET /openapi.json of all routes of `api`.
void AddOpenApiRoute(Api& api, std::string product_version);
/// GET /, /ui.css, /ui.js: a page for people, from the files in ui/.
void AddPageRoutes(Api& api);
/// /catalog/datasets… and tombstones.
void AddDatasetRoutes(Api& api, tables::DatasetService& datasets);
/// What the routes of rights work with.
struct AccessParts {
  access::KeyService& keys;
  access::RoleService& roles;
  access::AuditLog& audit;
  const profiles::ProfileService& profiles;  ///< Keys may name one.
};
/// /access/keys…, /access/roles…, /access/audit, /access/check, /access/me.
void AddAccessRoutes(Api& api, const AccessParts& parts);
/// /jobs…
void AddJobRoutes(Api& api, jobs::JobService& jobs);
/// POST /ingest/file. `jobs` must know the kind ingest::kIngestFileJob, registered with FileIngest::Kind().
void AddIngestRoutes(Api& api, ingest::FileIngest& ingest, jobs::JobService& jobs);
/// /ai/models, /ai/embed.
void AddModelRoutes(Api& api, models::Provider& models);
/// /ai/generate, /ai/rerank.
void AddGenerationRoutes(Api& api, models::Provider& models);
/// What this machine's GPUs hold.
using GpuReader = std::function<Result<std::vector<models::GpuMemory>>(const Context& context)>;
/// /admin/preload, /admin/unload, /admin/vram.
void AddModelMemoryRoutes(Api& api, models::Provider& models, GpuReader read_gpus);
/// /vectors/index, /vectors/indexes…, /vectors/search. `jobs` must know the kind vector::kIndexJob.
void AddIndexRoutes(Api& api, vector::IndexService& indexes, search::SearchService& searches,
                    jobs::JobService& jobs);
/// PATCH /vectors/indexes/{name}. `jobs` must know the kind tuning::kMoveIndexJob.
void AddIndexChangeRoute(Api& api, vector::IndexService& indexes, const tuning::IndexHome& home,
                         jobs::JobService& jobs);
/// /vectors/refresh/{dataset}, /vectors/stale. `jobs` must know the kind vector::kRefreshJob.
void AddRefreshRoutes(Api& api, vector::IndexService& indexes, jobs::JobService& jobs);
/// /vectors/hnsw/evals… `jobs` must know the kind tuning::kEvalJob.
void AddEvalRoutes(Api& api, tuning::EvalService& evals, jobs::JobService& jobs);
/// /vectors/hnsw/trial, /vectors/hnsw/trials…, /vectors/hnsw/cache/stats. `jobs` must know the kind
/// tuning::kTrialJob.
void AddTrialRoutes(Api& api, tuning::TrialService& trials, const tuning::TrialRunner& runner,
                    jobs::JobService& jobs);
/// /vectors/hnsw/autotune. `jobs` must know the kind tuning::kAutotuneJob.
void AddAutotuneRoute(Api& api, tuning::AutotuneService& autotune, jobs::JobService& jobs);
/// /vectors/agent/enqueue/{index}, /vectors/agent/status.
void AddAgentRoutes(Api& api, tuning::AgentService& agent);
/// /vectors/hnsw/promote…, /vectors/hnsw/rollback/{index}, /vectors/hnsw/promoted…
void AddPromotionRoutes(Api& api, const tuning::PromotionParts& parts);
/// What the routes of profiles work with. `jobs` must know the kind profiles::kActivationJob.
struct ProfileParts {
  profiles::ProfileService& profiles;
  profiles::ActivationService& activation;
  const profiles::ActiveSlot& slot;
  profiles::ScopedSearch& searches;
  const access::KeyService& keys;
  jobs::JobService& jobs;
};
/// /catalog/profiles…, /vectors/profile…, /profile/{user}…
void AddProfileRoutes(Api& api, const ProfileParts& parts);
/// POST /vectors/rag.
void AddAnswerRoutes(Api& api, answers::AnswerService& answers);
/// What one answer may hold; 0 = as much as there is.
struct AnswerLimits {
  uint64_t max_rows = 0;
  uint64_t max_bytes = 0;  ///< Before compression.
};
/// POST /query/sql, DELETE /query/{query_id}.
void AddQueryRoutes(Api& api, query::QueryService& queries, AnswerLimits limits);

}  // namespace lake::gateway
