// An indexed lake with the services of profiles, and models whose coming and going is noted.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lake/common/mutex.h"
#include "lake/profiles/activation.h"
#include "lake/vector_testing/indexed_lake.h"

namespace lake::profiles {

/// Those of another provider; any name may be loaded, except those that are said to fail.
class TrackedModels final : public models::Provider {
 public:
  explicit TrackedModels(models::Provider& found) : found_(found) {}

  models::ModelList List(const Context& context) override { return found_.List(context); }
  Result<std::shared_ptr<models::Embedder>> FindEmbedder(std::string_view name) override {
    return found_.FindEmbedder(name);
  }
  Result<std::shared_ptr<models::Generator>> FindGenerator(std::string_view name) override {
    return found_.FindGenerator(name);
  }
  Result<std::shared_ptr<models::Reranker>> FindReranker(std::string_view name) override {
    return found_.FindReranker(name);
  }
  Status LoadModel(const Context& context, std::string_view name) override {
    if (before_load) LAKE_RETURN_IF_ERROR(before_load(context));
    MutexLock lock(mutex_);
    if (failing.contains(std::string(name)))
      return NotFound("model_not_found", "there is no model '{}'", name);
    said_.push_back("load " + std::string(name));
    return {};
  }
  Status UnloadModel(const Context&, std::string_view name) override {
    MutexLock lock(mutex_);
    said_.push_back("unload " + std::string(name));
    return {};
  }
  std::vector<models::ProviderMemory> Memory(const Context& context) override {
    return found_.Memory(context);
  }

  /// What was asked for since the last call.
  std::vector<std::string> Said() {
    MutexLock lock(mutex_);
    return std::exchange(said_, {});
  }

  std::set<std::string> failing;
  std::function<Status(const Context&)> before_load;

 private:
  models::Provider& found_;
  Mutex mutex_;
  std::vector<std::string> said_ LAKE_GUARDED_BY(mutex_);
};

class ProfiledLake : public vector::IndexedLake {
 protected:
  void AddEntityKinds(catalog::EntityKinds& kinds) override {
    kinds.emplace(kProfileKind, CheckProfileDocument);
  }

  void AddServices(std::map<std::string, jobs::JobKind>& kinds) override {
    tracked_ = std::make_unique<TrackedModels>(*models_);
    if (local_buckets_ == nullptr) {
      auto buckets = storage::LocalBuckets::Open((folder_ / "profiles").string(), buckets_);
      LAKE_CHECK(buckets.ok());
      local_buckets_ = std::move(*buckets);
    }
    promotions_ = vector::PromotionService::Make(
        {.catalog = *catalog_, .buckets = buckets_, .indexes = *service_, .clock = clock_, .log = log_});
    slot_ = std::make_unique<ActiveSlot>();
    profiles_ = std::make_unique<ProfileService>(ProfileParts{.catalog = *catalog_,
                                                              .buckets = buckets_,
                                                              .local_buckets = *local_buckets_,
                                                              .models = *tracked_,
                                                              .slot = *slot_,
                                                              .clock = clock_});
    activation_ = ActivationService::Make({.catalog = *catalog_,
                                           .profiles = *profiles_,
                                           .slot = *slot_,
                                           .buckets = *local_buckets_,
                                           .models = *tracked_,
                                           .indexes = *service_,
                                           .open_indexes = *indexes_,
                                           .promotions = *promotions_,
                                           .clock = clock_,
                                           .random = random_,
                                           .log = log_},
                                          {});
    kinds.emplace(kActivationJob, activation_->Kind()).first->second.lane = {.name = kActivationLane,
                                                                             .max_waiting = 4};
  }
  void TearDown() override {
    if (slot_ != nullptr) slot_->Clear();
    vector::IndexedLake::TearDown();
  }

  /// About 2,600 chunks, so there is a graph.
  void MakeIndex() {
    AddNotes(vector::kManyNotes);
    LAKE_ASSERT_OK(BuildOk(Notes()));
  }

  static NewProfile Team(const std::string& id) {
    return {.id = id,
            .ollama_name = "writer-" + id,
            .description = {},
            .bound_datasets = {"notes"},
            .hnsw_config = {},
            .embed_model = {},
            .bucket = {},
            .vector_backend = "parquet"};
  }

  Result<jobs::Job> SubmitActivation(const std::string& profile) {
    LAKE_ASSIGN_OR_RETURN(JsonValue payload, activation_->Prepare(Request(), profile));
    return jobs_->Submit(Context{}, std::string(kActivationJob), "test", std::move(payload));
  }
  Result<jobs::Job> Ended(const jobs::JobId& id) {
    return jobs_->WaitUntilFinished({.deadline = Deadline::After(std::chrono::seconds(120))}, id);
  }
  Result<Activated> Activate(const std::string& profile) {
    LAKE_ASSIGN_OR_RETURN(const jobs::Job job, SubmitActivation(profile));
    LAKE_ASSIGN_OR_RETURN(const jobs::Job ended, Ended(job.id));
    if (!ended.result) return Internal(ended.error->code, "{}", ended.error->detail);
    return FromJson<Activated>(*ended.result, Reading::kTolerant);
  }

  vector::IndexRecord Record() { return service_->Find(Request(), "notes-index").value().record; }

  access::Request As(access::Role role) const {
    access::Request request = Request();
    request.caller = {.name = "somebody", .role = role.name};
    request.role = std::make_shared<access::Role>(std::move(role));
    return request;
  }
  /// Who reaches no dataset.
  access::Request Stranger() const {
    return As({.name = "stranger", .permissions = {access::Permission::kWrite}});
  }

  std::unique_ptr<TrackedModels> tracked_;
  std::unique_ptr<storage::LocalBuckets> local_buckets_;
  std::unique_ptr<vector::PromotionService> promotions_;
  std::unique_ptr<ActiveSlot> slot_;
  std::unique_ptr<ProfileService> profiles_;
  std::unique_ptr<ActivationService> activation_;
};

}  // namespace lake::profiles
