#include "lake/app/lake.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lake/access/audit.h"
#include "lake/access/hash_key.h"
#include "lake/access/key_service.h"
#include "lake/access/request.h"
#include "lake/access/role_service.h"
#include "lake/answers/answer_service.h"
#include "lake/app/build_info.h"
#include "lake/catalog/catalog.h"
#include "lake/common/fold.h"
#include "lake/common/worker_pool.h"
#include "lake/engine/engine.h"
#include "lake/gateway/api.h"
#include "lake/gateway/http_server.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/system_tables.h"
#include "lake/ingest/file_ingest.h"
#include "lake/jobs/job_service.h"
#include "lake/models/models.h"
#include "lake/profiles/activation.h"
#include "lake/profiles/profile_service.h"
#include "lake/profiles/scoped_search.h"
#include "lake/query/query_service.h"
#include "lake/query/row_filter.h"
#include "lake/search/search_service.h"
#include "lake/search/sql_functions.h"
#include "lake/storage/bucket_registry.h"
#include "lake/storage/directory_lock.h"
#include "lake/storage/disk.h"
#include "lake/storage/local_buckets.h"
#include "lake/storage/scratch_store.h"
#include "lake/tables/dataset_service.h"
#include "lake/tuning/agent.h"
#include "lake/tuning/autotune.h"
#include "lake/tuning/canary.h"
#include "lake/tuning/eval_service.h"
#include "lake/tuning/index_home.h"
#include "lake/tuning/process_load.h"
#include "lake/tuning/trial_journals.h"
#include "lake/tuning/trial_service.h"
#include "lake/vector/index_service.h"
#include "lake/vector/open_indexes.h"
#include "lake/vector/promotion_service.h"
#include "lake/vector/refresh_policies.h"
#include "open_models.h"
#include "options_of_settings.h"

namespace lake::app {
namespace {

constexpr size_t kMostWaitingActivations = 8;  // Each makes the one before it pointless.
constexpr size_t kJobQueue = 1000;  // Jobs waiting for a thread; more are refused rather than forgotten.

catalog::EntityKinds EntityKindsOfModules() {
  catalog::EntityKinds kinds;
  kinds.emplace(access::kKeyKind, access::CheckKeyDocument);
  kinds.emplace(access::kRoleKind, access::CheckRoleDocument);
  kinds.emplace(access::kHashKeyKind, nullptr);
  kinds.emplace(vector::kIndexKind, vector::CheckIndexDocument);
  kinds.emplace(profiles::kProfileKind, profiles::CheckProfileDocument);
  return kinds;
}

/// "Authorization: Bearer KEY" or "X-API-Key: KEY"; empty when there is neither.
std::string_view SecretOf(const gateway::RequestHead& head) {
  if (const std::string_view key = head.Find("x-api-key"); !key.empty()) return key;
  std::string_view authorization = head.Find("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size() || !SameFolded(authorization.substr(0, kScheme.size()), kScheme))
    return authorization;  // Another scheme: no key of ours is like that.
  return authorization.substr(kScheme.size());
}

class WiredLake final : public Lake {
 public:
  explicit WiredLake(const Seams& seams) : seams_(seams) {}
  ~WiredLake() override { Stop(); }

  Status Wire(const Settings& settings) {
    LAKE_RETURN_IF_ERROR(CheckAddress(settings));
    LAKE_RETURN_IF_ERROR(gateway::CheckTls(ServerOptions(settings.server)));
    LAKE_RETURN_IF_ERROR(OpenStorage(settings.storage));
    LAKE_RETURN_IF_ERROR(OpenServices(settings));
    LAKE_RETURN_IF_ERROR(OpenAccess(settings));
    AddRoutes(settings);
    return Listen(settings);
  }

  uint16_t port() const override { return server_->port(); }
  JsonValue OpenApi() const override { return api_->OpenApi(kBuildVersion); }
  std::string first_key_file() const override { return first_key_file_; }

  void Stop() override {
    if (server_ == nullptr) return;
    server_->Stop();
    if (Status flushed = keys_->FlushLastUses(Context{}); !flushed.ok())
      seams_.log.Warning("last_uses_not_written", {{"error", flushed.error().ToString()}});
    agent_.reset();
    canary_watch_.reset();
    refresh_policies_.reset();
    jobs_.reset();
    job_pool_->Shutdown();
    if (Status written = catalog_->Checkpoint(Context{}); !written.ok())
      seams_.log.Warning("checkpoint_not_written", {{"error", written.error().ToString()}});
    server_.reset();
  }

 private:
  Status OpenStorage(const StorageSettings& settings) {
    LAKE_ASSIGN_OR_RETURN(storage::DirectoryLock lock, storage::DirectoryLock::Acquire(settings.root));
    lock_ = std::make_unique<storage::DirectoryLock>(std::move(lock));
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<storage::Disk> scratch,
                          storage::OpenPosixDisk(settings.root + "/.lake-scratch"));
    LAKE_ASSIGN_OR_RETURN(scratch_, storage::OpenScratchStore(std::move(scratch)));
    LAKE_ASSIGN_OR_RETURN(std::vector<BucketSettings> buckets, Buckets(settings));
    for (const BucketSettings& bucket : buckets) {
      LAKE_ASSIGN_OR_RETURN(std::shared_ptr<storage::ObjectStore> store,
                            storage::OpenLocalBucket(bucket.root));
      LAKE_RETURN_IF_ERROR(buckets_.Attach(storage::BucketName(bucket.name), store));
      if (bucket.name == storage::kPrimaryBucket.value()) primary_ = store;
    }
    LAKE_ASSIGN_OR_RETURN(local_buckets_, storage::LocalBuckets::Open(settings.profile_root, buckets_));
    return storage::ProbeConditionalPut(Context{}, *primary_, "_probe/" + seams_.random.NextHex(8));
  }

  Status OpenServices(const Settings& settings) {
    catalog::CatalogOptions catalog_options;
    catalog_options.checkpoint_every = settings.storage.checkpoint_every;
    catalog_options.writer = fmt::format("lake {} pid {}", kBuildVersion, ::getpid());
    LAKE_ASSIGN_OR_RETURN(catalog_,
                          catalog::Catalog::Open(Context{}, primary_, seams_.clock, seams_.random, seams_.log,
                                                 EntityKindsOfModules(), catalog_options));
    LAKE_ASSIGN_OR_RETURN(engine_, engine::Engine::Open(EngineSettings(settings)));
    datasets_ = std::make_unique<tables::DatasetService>(*catalog_, buckets_, seams_.clock, seams_.random);
    LAKE_ASSIGN_OR_RETURN(hash_keys_, access::HashKeys::Open(*catalog_->snapshot(), SecretsFile(settings),
                                                             seams_.random, seams_.log));
    audit_ = access::AuditLog::Make(*primary_, seams_.log);
    LAKE_ASSIGN_OR_RETURN(models_, OpenModels(settings.models, seams_.log));
    ingest_ =
        ingest::FileIngest::Make(*catalog_, *engine_, buckets_, {.durable = primary_, .scratch = scratch_},
                                 seams_.clock, seams_.random, seams_.log, IngestLimits(settings));
    LAKE_RETURN_IF_ERROR(OpenIndexes(settings));
    OpenTuning(settings);
    OpenProfiles(settings.profiles);
    job_pool_ = std::make_unique<WorkerPool>(
        WorkerPool::Options{.name = "jobs", .threads = settings.ingest.jobs, .queue_limit = kJobQueue});
    std::map<std::string, jobs::JobKind> kinds;
    kinds.emplace(ingest::kIngestFileJob, ingest_->Kind());
    kinds.emplace(vector::kIndexJob, index_service_->Kind());
    kinds.emplace(vector::kRefreshJob, index_service_->RefreshKind());
    kinds.emplace(tuning::kMoveIndexJob, index_home_->Kind());
    const jobs::JobLane lane = {.name = tuning::kTuningLane, .max_waiting = settings.tuning.max_waiting};
    kinds.emplace(tuning::kEvalJob, jobs::JobKind{.work = evals_->Work(), .cleanup = {}, .lane = lane});
    kinds.emplace(tuning::kTrialJob, jobs::JobKind{.work = trials_->Work(), .cleanup = {}, .lane = lane});
    kinds.emplace(tuning::kAutotuneJob, autotune_->Kind()).first->second.lane = lane;
    kinds.emplace(profiles::kActivationJob, activation_->Kind()).first->second.lane = {
        .name = profiles::kActivationLane, .max_waiting = kMostWaitingActivations};
    kinds.emplace(tuning::kCanaryJob, jobs::JobKind{.work = canary_->Work(), .cleanup = {}, .lane = lane});
    LAKE_ASSIGN_OR_RETURN(
        jobs_, jobs::JobService::Open(Context{}, *primary_, seams_.clock, seams_.random, seams_.log,
                                      *job_pool_, std::move(kinds), jobs::JobOptions{}));
    if (jobs_->unreadable_files() == 0) {
      LAKE_RETURN_IF_ERROR(ingest_->CollectSpool(Context{}));
      LAKE_RETURN_IF_ERROR(index_service_->CollectGarbage(Context{}));
    } else {
      seams_.log.Warning("spool_not_collected",
                         {{"reason", "a job whose file cannot be read may need what is there"}});
    }
    promotions_->Reconcile(Context{});
    return StartFollowers(settings);
  }

  Status OpenIndexes(const Settings& settings) {
    const std::filesystem::path work = std::filesystem::absolute(settings.storage.root) / ".lake-indexes";
    LAKE_ASSIGN_OR_RETURN(
        index_service_, vector::IndexService::Make(
                            {.catalog = *catalog_,
                             .engine = *engine_,
                             .buckets = buckets_,
                             .models = *models_,
                             .clock = seams_.clock,
                             .random = seams_.random,
                             .log = seams_.log},
                            {.work_directory = work / "work",
                             .on_removed = [this](const std::string& gone) { open_indexes_->Close(gone); }}));
    LAKE_ASSIGN_OR_RETURN(
        open_indexes_, vector::OpenIndexes::Make(buckets_, seams_.log, {.cache_directory = work / "cache"}));
    promotions_ = vector::PromotionService::Make({.catalog = *catalog_,
                                                  .buckets = buckets_,
                                                  .indexes = *index_service_,
                                                  .clock = seams_.clock,
                                                  .log = seams_.log});
    return {};
  }

  void OpenTuning(const Settings& all) {
    const TuningSettings& settings = all.tuning;
    const size_t threads = std::max(1u, std::thread::hardware_concurrency());
    evals_ = tuning::EvalService::Make({.catalog = *catalog_,
                                        .buckets = buckets_,
                                        .indexes = *index_service_,
                                        .open_indexes = *open_indexes_,
                                        .models = *models_,
                                        .clock = seams_.clock,
                                        .log = seams_.log,
                                        .threads = threads});
    index_home_ = std::make_unique<tuning::IndexHome>(*index_service_, *evals_);
    trial_journals_ = std::make_unique<tuning::TrialJournals>(buckets_, seams_.log);
    trial_runner_ = std::make_unique<tuning::TrialRunner>(
        tuning::TrialRunnerParts{.catalog = *catalog_,
                                 .open_indexes = *open_indexes_,
                                 .evals = *evals_,
                                 .journals = *trial_journals_,
                                 .clock = seams_.clock,
                                 .random = seams_.random,
                                 .log = seams_.log},
        tuning::TrialRunnerOptions{.threads = threads,
                                   .cache_bytes = settings.cache_bytes,
                                   .code_version = fmt::format("{} {}", kBuildVersion, LAKE_REVISION)});
    trials_ = tuning::TrialService::Make(
        {.indexes = *index_service_,
         .open_indexes = *open_indexes_,
         .evals = *evals_,
         .journals = *trial_journals_,
         .runner = *trial_runner_,
         .clock = seams_.clock,
         .random = seams_.random},
        {.latency_weight = settings.pareto_latency_weight, .latency_cap_us = settings.pareto_latency_cap_us});
    autotune_ = tuning::AutotuneService::Make({.indexes = *index_service_,
                                               .open_indexes = *open_indexes_,
                                               .promotions = *promotions_,
                                               .evals = *evals_,
                                               .journals = *trial_journals_,
                                               .runner = *trial_runner_,
                                               .clock = seams_.clock,
                                               .random = seams_.random});
    canary_ = tuning::CanaryService::Make({.catalog = *catalog_,
                                           .open_indexes = *open_indexes_,
                                           .promotions = *promotions_,
                                           .evals = *evals_,
                                           .journals = *trial_journals_,
                                           .clock = seams_.clock,
                                           .log = seams_.log},
                                          all.agent.min_recall);
  }

  /// What works by itself, once jobs run.
  Status StartFollowers(const Settings& settings) {
    refresh_policies_ = vector::RefreshPolicies::Start({.catalog = *catalog_,
                                                        .indexes = *index_service_,
                                                        .jobs = *jobs_,
                                                        .clock = seams_.clock,
                                                        .log = seams_.log});
    if (settings.tuning.canary)
      canary_watch_ = tuning::CanaryWatch::Start(
          {.catalog = *catalog_, .jobs = *jobs_, .clock = seams_.clock, .log = seams_.log});
    LAKE_ASSIGN_OR_RETURN(const tuning::AgentOptions limits, AgentLimits(settings.agent));
    LAKE_ASSIGN_OR_RETURN(agent_, tuning::AgentService::Start({.catalog = *catalog_,
                                                               .store = *primary_,
                                                               .indexes = *index_service_,
                                                               .promotions = *promotions_,
                                                               .evals = *evals_,
                                                               .trials = *trials_,
                                                               .autotune = *autotune_,
                                                               .journals = *trial_journals_,
                                                               .jobs = *jobs_,
                                                               .clock = seams_.clock,
                                                               .log = seams_.log,
                                                               .load = [this] { return load_.Take(); }},
                                                              limits));
    return {};
  }

  void OpenProfiles(const ProfileSettings& settings) {
    profiles_ =
        std::make_unique<profiles::ProfileService>(profiles::ProfileParts{.catalog = *catalog_,
                                                                          .buckets = buckets_,
                                                                          .local_buckets = *local_buckets_,
                                                                          .models = *models_,
                                                                          .slot = active_profile_,
                                                                          .clock = seams_.clock});
    activation_ = profiles::ActivationService::Make({.catalog = *catalog_,
                                                     .profiles = *profiles_,
                                                     .slot = active_profile_,
                                                     .buckets = *local_buckets_,
                                                     .models = *models_,
                                                     .indexes = *index_service_,
                                                     .open_indexes = *open_indexes_,
                                                     .promotions = *promotions_,
                                                     .clock = seams_.clock,
                                                     .random = seams_.random,
                                                     .log = seams_.log},
                                                    {.warm_bytes = settings.warm_bytes});
  }

  Status OpenAccess(const Settings& settings) {
    const access::RightsListener listener = [this](const access::RightsChange& change) {
      query_->OnRightsChange(change);
    };
    const access::RowFilterCheck check_filter = [this](
                                                    const Context& context, std::string_view condition,
                                                    const std::vector<catalog::Column>* columns) -> Status {
      if (columns != nullptr) return query::CheckRowFilter(*engine_, context, condition, *columns);
      LAKE_ASSIGN_OR_RETURN(const JsonValue expression, query::ParseRowFilter(*engine_, context, condition));
      return {};
    };
    roles_ = std::make_unique<access::RoleService>(*catalog_, check_filter, listener);
    LAKE_ASSIGN_OR_RETURN(keys_, access::KeyService::Open(Context{}, *catalog_, *primary_, *hash_keys_,
                                                          seams_.clock, seams_.random, listener));
    OpenQueries(settings);  // Before the first change of rights.
    if (!settings.access.auth || SomebodyMayAdminister()) return {};
    return MakeFirstKey(settings);
  }

  void OpenQueries(const Settings& settings) {
    query::RelationProviders tables;
    gateway::AddDatasetTables(tables);
    gateway::AddJobTable(tables, *jobs_);
    gateway::AddTrialTable(tables, *index_service_, *trials_);
    gateway::AddPromotionTable(tables, *index_service_);
    gateway::AddAccessTables(tables, *keys_, *audit_);
    query_ =
        query::QueryService::Make({.engine = *engine_,
                                   .buckets = buckets_,
                                   .hash_keys = *hash_keys_,
                                   .audit = *audit_,
                                   .clock = seams_.clock,
                                   .random = seams_.random,
                                   .relations = std::move(tables),
                                   .functions = search::MakeSqlFunctions(
                                       [this]() -> search::SearchService& { return *searches_; }, *models_)},
                                  QueryLimits(settings));
    searches_ = search::SearchService::Make({.queries = *query_,
                                             .indexes = *open_indexes_,
                                             .models = *models_,
                                             .audit = *audit_,
                                             .clock = seams_.clock,
                                             .random = seams_.random});
    profile_searches_ = std::make_unique<profiles::ScopedSearch>(*profiles_, *activation_, *searches_);
    answers_ = answers::AnswerService::Make({.searches = *searches_,
                                             .models = *models_,
                                             .audit = *audit_,
                                             .clock = seams_.clock,
                                             .random = seams_.random},
                                            {.min_support = settings.answers.min_support});
  }

  /// Keys of other roles, made while none were needed, let nobody in who can make more.
  bool SomebodyMayAdminister() const {
    const catalog::SnapshotRef snapshot = catalog_->snapshot();
    return keys_->AnyInForce(*snapshot, [&](const std::string& name) {
      const access::RoleRef role = roles_->Find(*snapshot, name);
      return role != nullptr && role->Has(access::Permission::kAdmin);
    });
  }

  /// Somebody must be able to come in. The key is in the file before it is in force, so that it is never
  /// lost.
  Status MakeFirstKey(const Settings& settings) {
    const std::string path = settings.storage.root + "/.lake-admin-key";
    access::Request server = access::LocalAdmin({}, catalog_->snapshot());
    server.caller.name = "server";
    LAKE_ASSIGN_OR_RETURN(
        const access::CreatedKey created,
        keys_->CreateInFile(
            server, {.name = "admin", .role = std::string(access::kAdminRole), .expires_at = {}}, path));
    first_key_file_ = path;
    seams_.log.Warning("first_key_made", {{"file", path}, {"key_id", created.key.id.value()}});
    return {};
  }

  void AddRoutes(const Settings& settings);
  Status Listen(const Settings& settings);

  const Seams seams_;
  std::unique_ptr<storage::DirectoryLock> lock_;
  storage::BucketRegistry buckets_;
  std::unique_ptr<storage::LocalBuckets> local_buckets_;
  std::shared_ptr<storage::ObjectStore> primary_;
  std::shared_ptr<storage::ObjectStore> scratch_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<tables::DatasetService> datasets_;
  std::unique_ptr<models::Models> models_;
  std::unique_ptr<access::HashKeys> hash_keys_;
  std::unique_ptr<access::AuditLog> audit_;
  std::unique_ptr<access::RoleService> roles_;
  std::unique_ptr<access::KeyService> keys_;
  std::string first_key_file_;
  std::unique_ptr<ingest::FileIngest> ingest_;
  std::unique_ptr<vector::IndexService> index_service_;
  std::unique_ptr<vector::OpenIndexes> open_indexes_;
  std::unique_ptr<tuning::EvalService> evals_;
  std::unique_ptr<tuning::IndexHome> index_home_;
  std::unique_ptr<tuning::TrialJournals> trial_journals_;
  std::unique_ptr<vector::PromotionService> promotions_;
  std::unique_ptr<tuning::TrialRunner> trial_runner_;
  std::unique_ptr<tuning::TrialService> trials_;
  std::unique_ptr<tuning::AutotuneService> autotune_;
  profiles::ActiveSlot active_profile_;
  std::unique_ptr<profiles::ProfileService> profiles_;
  std::unique_ptr<profiles::ActivationService> activation_;
  std::unique_ptr<tuning::CanaryService> canary_;
  std::unique_ptr<WorkerPool> job_pool_;
  std::unique_ptr<jobs::JobService> jobs_;
  std::unique_ptr<vector::RefreshPolicies> refresh_policies_;
  std::unique_ptr<tuning::CanaryWatch> canary_watch_;
  tuning::ProcessLoad load_;
  std::unique_ptr<tuning::AgentService> agent_;
  std::unique_ptr<query::QueryService> query_;
  std::unique_ptr<search::SearchService> searches_;
  std::unique_ptr<profiles::ScopedSearch> profile_searches_;
  std::unique_ptr<answers::AnswerService> answers_;
  std::unique_ptr<gateway::Api> api_;
  std::unique_ptr<gateway::HttpServer> server_;
};

void WiredLake::AddRoutes(const Settings& settings) {
  api_ = std::make_unique<gateway::Api>();
  gateway::AddHealthRoutes(
      *api_,
      {.version = std::string(kBuildVersion),
       .revision = LAKE_REVISION,
       .engine = engine_->library_version()},
      {{.component = "catalog", .check = [this](const Context&) { return catalog_->Health(); }},
       {.component = "storage", .check = [this](const Context& context) {
          return primary_->List(context, {.prefix = "_catalog/", .limit = 1}).ok()
                     ? Status()
                     : Unavailable("store_unreachable", "the bucket 'primary' cannot be read");
        }}});
  gateway::AddOpenApiRoute(*api_, std::string(kBuildVersion));
  gateway::AddAccessRoutes(*api_,
                           {.keys = *keys_, .roles = *roles_, .audit = *audit_, .profiles = *profiles_});
  gateway::AddPageRoutes(*api_);
  gateway::AddDatasetRoutes(*api_, *datasets_);
  gateway::AddJobRoutes(*api_, *jobs_);
  gateway::AddIngestRoutes(*api_, *ingest_, *jobs_);
  gateway::AddModelRoutes(*api_, *models_);
  gateway::AddGenerationRoutes(*api_, *models_);
  gateway::AddModelMemoryRoutes(*api_, *models_, [program = models::FindNvidiaSmi()](const Context& context) {
    return models::ReadGpuMemory(context, program);
  });
  gateway::AddIndexRoutes(*api_, *index_service_, *searches_, *jobs_);
  gateway::AddIndexChangeRoute(*api_, *index_service_, *index_home_, *jobs_);
  gateway::AddRefreshRoutes(*api_, *index_service_, *jobs_);
  gateway::AddEvalRoutes(*api_, *evals_, *jobs_);
  gateway::AddTrialRoutes(*api_, *trials_, *trial_runner_, *jobs_);
  gateway::AddAutotuneRoute(*api_, *autotune_, *jobs_);
  gateway::AddAgentRoutes(*api_, *agent_);
  gateway::AddPromotionRoutes(
      *api_, {.indexes = *index_service_, .journals = *trial_journals_, .promotions = *promotions_});
  gateway::AddProfileRoutes(*api_, {.profiles = *profiles_,
                                    .activation = *activation_,
                                    .slot = active_profile_,
                                    .searches = *profile_searches_,
                                    .keys = *keys_,
                                    .jobs = *jobs_});
  gateway::AddAnswerRoutes(*api_, *answers_);
  gateway::AddQueryRoutes(
      *api_, *query_,
      {.max_rows = settings.query.max_result_rows, .max_bytes = settings.query.max_result_bytes});
}

Status WiredLake::Listen(const Settings& settings) {
  auto authenticate = [this, auth = settings.access.auth](const gateway::RequestHead& head,
                                                          Context context) -> Result<access::Request> {
    catalog::SnapshotRef snapshot = catalog_->snapshot();
    const std::string_view secret = SecretOf(head);
    if (secret.empty() && !auth) return access::LocalAdmin(std::move(context), std::move(snapshot));
    access::Request request = {
        .caller = {}, .role = nullptr, .context = std::move(context), .snapshot = std::move(snapshot)};
    if (secret.empty()) return request;
    LAKE_ASSIGN_OR_RETURN(request.caller, keys_->Authenticate(*request.snapshot, secret));
    request.role = roles_->Find(*request.snapshot, request.caller.role);
    // The role was deleted under the key: it gives nothing.
    if (request.role == nullptr)
      request.role = std::make_shared<access::Role>(access::Role{.name = request.caller.role});
    return request;
  };
  LAKE_ASSIGN_OR_RETURN(
      server_, gateway::HttpServer::Start(ServerOptions(settings.server), *api_, std::move(authenticate),
                                          seams_.log, seams_.random));
  return {};
}

}  // namespace

Result<std::unique_ptr<Lake>> Lake::Open(const Settings& settings, const Seams& seams) {
  auto lake = std::make_unique<WiredLake>(seams);
  LAKE_RETURN_IF_ERROR(lake->Wire(settings));
  return std::unique_ptr<Lake>(std::move(lake));
}

}  // namespace lake::app
