// An indexed lake with the services of trials.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "lake/tuning/autotune.h"
#include "lake/tuning/canary.h"
#include "lake/tuning/trial_service.h"
#include "lake/vector_testing/indexed_lake.h"

namespace lake::tuning {

class TunedLake : public vector::IndexedLake {
 protected:
  static constexpr double kMinRecall = 0.9;

  void AddServices(std::map<std::string, jobs::JobKind>& kinds) override {
    evals_ = EvalService::Make({.catalog = *catalog_,
                                .buckets = buckets_,
                                .indexes = *service_,
                                .open_indexes = *indexes_,
                                .models = *models_,
                                .clock = clock_,
                                .log = log_,
                                .threads = 2});
    journals_ = std::make_unique<TrialJournals>(buckets_, log_);
    runner_ = std::make_unique<TrialRunner>(TrialRunnerParts{.catalog = *catalog_,
                                                             .open_indexes = *indexes_,
                                                             .evals = *evals_,
                                                             .journals = *journals_,
                                                             .clock = clock_,
                                                             .random = random_,
                                                             .log = log_},
                                            TrialRunnerOptions{.threads = 2, .code_version = "test"});
    trials_ = TrialService::Make({.indexes = *service_,
                                  .open_indexes = *indexes_,
                                  .evals = *evals_,
                                  .journals = *journals_,
                                  .runner = *runner_,
                                  .clock = clock_,
                                  .random = random_},
                                 ParetoRule{});
    promotions_ = vector::PromotionService::Make(
        {.catalog = *catalog_, .buckets = buckets_, .indexes = *service_, .clock = clock_, .log = log_});
    autotune_ = AutotuneService::Make({.indexes = *service_,
                                       .open_indexes = *indexes_,
                                       .promotions = *promotions_,
                                       .evals = *evals_,
                                       .journals = *journals_,
                                       .runner = *runner_,
                                       .clock = clock_,
                                       .random = random_});
    canary_ = CanaryService::Make({.catalog = *catalog_,
                                   .open_indexes = *indexes_,
                                   .promotions = *promotions_,
                                   .evals = *evals_,
                                   .journals = *journals_,
                                   .clock = clock_,
                                   .log = log_},
                                  kMinRecall);
    const jobs::JobLane lane = {.name = kTuningLane, .max_waiting = 4};
    kinds.emplace(kEvalJob, jobs::JobKind{.work = evals_->Work(), .cleanup = {}, .lane = lane});
    jobs::JobKind autotune = autotune_->Kind();
    autotune.lane = lane;
    kinds.emplace(kAutotuneJob, std::move(autotune));
    kinds.emplace(kCanaryJob, jobs::JobKind{.work = canary_->Work(), .cleanup = {}, .lane = lane});
    kinds.emplace(kTrialJob, jobs::JobKind{.work = trials_->Work(), .cleanup = {}, .lane = lane});
  }

  /// 2,000 documents of one or two sentences, in one chunk each.
  void MakeIndex() {
    AddNotes(vector::kManyNotes);
    vector::NewIndex wanted = Notes();
    wanted.chunk = vector::ChunkSettings{.size = 100, .overlap = 0};
    LAKE_ASSERT_OK(BuildOk(wanted));
  }

  /// The ended job's result, or its error.
  template <class T>
  Result<T> Await(std::string_view kind, Result<JsonValue> payload) {
    if (!payload.ok()) return std::move(payload).error();
    LAKE_ASSIGN_OR_RETURN(const jobs::Job job,
                          jobs_->Submit(Context{}, std::string(kind), "test", *std::move(payload)));
    LAKE_ASSIGN_OR_RETURN(
        const jobs::Job ended,
        jobs_->WaitUntilFinished({.deadline = Deadline::After(std::chrono::seconds(120))}, job.id));
    if (!ended.result) return Internal(ended.error->code, "{}", ended.error->detail);
    return FromJson<T>(*ended.result, Reading::kTolerant);
  }
  Result<EvalSetInfo> Autogen(const NewEvalSet& wanted) {
    return Await<EvalSetInfo>(kEvalJob, evals_->PrepareNew(Request(), wanted));
  }
  Result<Trial> Try(const NewTrial& wanted) {
    return Await<Trial>(kTrialJob, trials_->Prepare(Request(), wanted));
  }

  /// A trial that somebody claims to have made of what is live.
  Trial Claimed(const std::string& id, const vector::HnswConfig& config, double recall) {
    Trial trial = {.id = id,
                   .index_name = "notes-index",
                   .eval_set = "auto",
                   .config = config,
                   .metrics = {.build_time_secs = 1,
                               .search_latency_p50_us = 0.01,
                               .search_latency_p95_us = 0.02,
                               .search_latency_p99_us = 0.03,
                               .recall_at_k = recall,
                               .eval_queries = 1000},
                   .created_at = clock_.Now()};
    trial.generation = Record().live->id;
    return trial;
  }
  Status Journal(const Trial& trial) { return journals_->Append(Context{}, "primary", trial); }
  vector::IndexRecord Record() {
    const auto info = service_->Find(Request(), "notes-index");
    LAKE_CHECK(info.ok());
    return info->record;
  }
  void WaitForJobs() {
    for (const jobs::Job& job : jobs_->List({}, 1000))
      LAKE_ASSERT_OK(
          jobs_->WaitUntilFinished({.deadline = Deadline::After(std::chrono::seconds(120))}, job.id));
  }

  access::Request As(access::Role role) const {
    access::Request request = Request();
    request.caller = {.name = "somebody", .role = role.name};
    request.role = std::make_shared<access::Role>(std::move(role));
    return request;
  }

  std::unique_ptr<EvalService> evals_;
  std::unique_ptr<TrialJournals> journals_;
  std::unique_ptr<TrialRunner> runner_;
  std::unique_ptr<TrialService> trials_;
  std::unique_ptr<vector::PromotionService> promotions_;
  std::unique_ptr<AutotuneService> autotune_;
  std::unique_ptr<CanaryService> canary_;
};

}  // namespace lake::tuning
