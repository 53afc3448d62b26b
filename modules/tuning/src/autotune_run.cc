#include "autotune_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "autotune_choice.h"
#include "lake/tuning/epsilon_greedy.h"
#include "model_search.h"

namespace lake::tuning {
namespace {

class Run {
 public:
  Run(const AutotuneParts& parts, jobs::JobRun& run, const AutotuneJob& job)
      : parts_(parts), run_(run), job_(job), context_(run.context()) {}

  Result<Autotuned> Do() {
    const auto started = std::chrono::steady_clock::now();
    tuned_ = {.index_name = job_.index_name, .winner = {}, .skipped = job_.skipped, .failed = {}};
    LAKE_ASSIGN_OR_RETURN(journal_, parts_.journals.Read(context_, job_.index_name));
    LAKE_ASSIGN_OR_RETURN(series_, parts_.runner.Open(context_, job_.index_name, job_.harness,
                                                      [&](uint64_t done, uint64_t total) {
                                                        run_.ReportProgress(done, total, "queries");
                                                      }));
    switch (job_.strategy) {
      case TuningStrategy::kGrid:
        LAKE_RETURN_IF_ERROR(TryGrid());
        PromoteWinner();
        break;
      case TuningStrategy::kEpsilonGreedy:
        LAKE_RETURN_IF_ERROR(TryEpsilonGreedy());
        PromoteWinner();
        break;
      case TuningStrategy::kModel:
        LAKE_RETURN_IF_ERROR(SearchByModel());
        break;
    }
    tuned_.trials_run = trials_.size();
    tuned_.trials_eligible = static_cast<uint64_t>(
        std::ranges::count_if(trials_, [&](const Trial& trial) { return IsEligible(trial, job_.limits); }));
    tuned_.duration_secs = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return std::move(tuned_);
  }

 private:
  const Trial* Known(const std::string& trial_id) const {
    const auto known = std::ranges::find(journal_.trials, trial_id, &Trial::id);
    return known == journal_.trials.end() ? nullptr : &*known;
  }

  TrialOrder Order(const std::string& trial_id, const vector::HnswConfig& config) const {
    return {.trial_id = trial_id, .config = config, .note = job_.signature, .created_by = job_.created_by};
  }

  /// A trial that fails is told; the end of the context ends all.
  Status Try(const std::string& trial_id, const vector::HnswConfig& config) {
    Result<Trial> trial = series_->Run(context_, Order(trial_id, config));
    LAKE_RETURN_IF_ERROR(context_.CheckAlive());
    if (trial.ok())
      trials_.push_back(*std::move(trial));
    else
      tuned_.failed.push_back({config, trial.error().message()});
    return {};
  }

  Status TryGrid() {
    for (size_t done = 0; done < job_.trials.size(); ++done) {
      run_.ReportProgress(done, job_.trials.size(), "trials");
      const PlannedTrial& planned = job_.trials[done];
      if (const Trial* known = Known(planned.trial_id))
        trials_.push_back(*known);
      else
        LAKE_RETURN_IF_ERROR(Try(planned.trial_id, planned.config));
    }
    run_.ReportProgress(job_.trials.size(), job_.trials.size(), "trials");
    return {};
  }

  /// Each is proposed from the whole journal, as the tuning agent does it.
  Status TryEpsilonGreedy() {
    std::vector<Trial> all;  // The journal as it was and as it grows.
    for (const Trial& trial : journal_.trials) (IsOfRun(trial) ? trials_ : all).push_back(trial);
    all.insert(all.end(), trials_.begin(), trials_.end());
    const double cpu_started = ProcessCpuSecs();
    for (size_t i = trials_.size(); i < job_.trial_ids.size(); ++i) {
      run_.ReportProgress(i, job_.trial_ids.size(), "trials");
      if (job_.max_cpu_secs && ProcessCpuSecs() - cpu_started >= *job_.max_cpu_secs) break;
      std::vector<vector::HnswConfig> tried;
      for (const Trial& trial : all) tried.push_back(trial.config);
      for (const FailedTrial& failed : tuned_.failed) tried.push_back(failed.config);
      const std::optional<size_t> best = FindWinner(all, job_.limits);
      const auto proposal =
          ProposeEpsilonGreedy(tried, best ? all[*best].config : job_.champion, EpsilonGreedyRule{});
      if (!proposal) break;
      const size_t before = trials_.size();
      LAKE_RETURN_IF_ERROR(Try(job_.trial_ids[i], proposal->config));
      if (trials_.size() > before) all.push_back(trials_.back());
    }
    run_.ReportProgress(job_.trial_ids.size(), job_.trial_ids.size(), "trials");
    return {};
  }

  bool IsOfRun(const Trial& trial) const {
    return std::ranges::find(job_.trial_ids, trial.id) != job_.trial_ids.end();
  }

  void PromoteWinner() {
    const std::optional<size_t> winner = FindWinner(trials_, job_.limits);
    if (!winner) {
      tuned_.reason = fmt::format("none of {} trials is within the limits", trials_.size());
      return;
    }
    Promote(trials_[*winner]);
  }

  Status SearchByModel() {
    LAKE_ASSIGN_OR_RETURN(const SearchedVectors subject, series_->Searched());
    const size_t to_try = job_.trial_ids.size() - kJudgedTrials;
    for (const Trial& trial : journal_.trials)
      if (IsOfRun(trial)) trials_.push_back(trial);
    size_t searched = static_cast<size_t>(
        std::ranges::count_if(trials_, [](const Trial& trial) { return trial.half == EvalHalf::kTune; }));
    ModelSearch search(subject, {.champion = job_.champion,
                                 .limits = job_.limits,
                                 .max_trials = to_try - std::min(searched, to_try),
                                 .max_cpu_secs = job_.max_cpu_secs,
                                 .barred = job_.barred});
    size_t judged = 0;
    const auto keep = [&](const MeasuredWalk& walk) -> Result<Trial> {
      const std::string& id =
          walk.half == EvalHalf::kTune ? job_.trial_ids[searched++] : job_.trial_ids[to_try + judged++];
      if (const Trial* known = Known(id)) return *known;  // Judged before the process died.
      LAKE_ASSIGN_OR_RETURN(Trial trial, series_->Keep(context_, Order(id, walk.config), walk));
      trials_.push_back(trial);
      return trial;
    };
    LAKE_ASSIGN_OR_RETURN(
        std::vector<Trial> known,
        search.Explore(
            series_->Comparable(journal_.trials), keep,
            [&](uint64_t) { run_.ReportProgress(searched, job_.trial_ids.size(), "trials"); },
            context_.cancel));
    LAKE_ASSIGN_OR_RETURN(std::optional<Judgement> judgement,
                          search.Judge(std::move(known), keep, context_.cancel));
    run_.ReportProgress(job_.trial_ids.size(), job_.trial_ids.size(), "trials");
    if (!judgement) {
      tuned_.reason = "nothing better than the champion was found";
      return {};
    }
    if (judgement->decision.promote)
      Promote(judgement->candidate);
    else
      tuned_.reason = judgement->decision.reason;
    tuned_.decision = std::move(judgement->decision);
    return {};
  }

  void Promote(const Trial& best) {
    tuned_.winner = {.trial_id = best.id,
                     .config = best.config,
                     .recall_at_k = best.metrics.recall_at_k,
                     .search_latency_p50_us = best.metrics.search_latency_p50_us,
                     .build_time_secs = best.metrics.build_time_secs};
    const Status promoted = parts_.promotions.PromoteOnce(context_, best.index_name,
                                                          {.config = best.config,
                                                           .trial_id = best.id,
                                                           .promoted_by = job_.signature,
                                                           .note = WinnerNote(best)});
    tuned_.promoted = promoted.ok();
    if (!promoted.ok()) tuned_.reason = promoted.error().message();
  }

  const AutotuneParts& parts_;
  jobs::JobRun& run_;
  const AutotuneJob& job_;
  const Context& context_;
  TrialJournal journal_;
  std::unique_ptr<TrialSeries> series_;
  std::vector<Trial> trials_;  ///< Of this run.
  Autotuned tuned_;
};

}  // namespace

Result<Autotuned> RunAutotune(const AutotuneParts& parts, jobs::JobRun& run, const AutotuneJob& job) {
  return Run(parts, run, job).Do();
}

}  // namespace lake::tuning
