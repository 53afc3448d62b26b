#include "agent_runner.h"

#include <algorithm>
#include <utility>

#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/vector/freshness.h"

namespace lake::tuning {
namespace {

using vector::IndexRecord;

constexpr size_t kMaxFailed = 100;
/// Unfinished jobs are among the newest ones.
constexpr size_t kJobsLookedAt = 200;
/// A process that uses more of the machine has other things to do.
constexpr double kBusyShare = 0.5;
constexpr std::chrono::hours kBudgetWindow{1};
constexpr std::chrono::minutes kFirstPause{1};
constexpr std::chrono::minutes kLongestPause{60};

Timestamp After(Timestamp time, std::chrono::microseconds wait) { return {time.micros + wait.count()}; }

bool IsOwnJob(const jobs::Job& job) {
  return job.actor == kAgentActor &&
         (job.kind == kTrialJob || job.kind == kAutotuneJob || job.kind == kEvalJob);
}

/// Where every answer is exact there is nothing to tune.
bool HasGraph(const IndexRecord& record) { return record.live && record.live->recall; }

}  // namespace

AgentRunner::AgentRunner(const AgentParts& parts, const AgentOptions& options, AgentBoard& board)
    : parts_(parts),
      options_(options),
      board_(board),
      turn_(MakeAgentTurns(parts_, options_)),
      file_(parts.store) {}

catalog::Version AgentRunner::Look(const Context& context) {
  const bool settled = Settle(context);
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  if (!recalled_) Recall(context, *snapshot);
  if (snapshot->version() != seen_) Follow(*snapshot);
  if (parts_.clock.Now() >= next_wake_) Wake();
  // What a trial of ours used is no load.
  const double load = parts_.load();
  load_ = running_ || settled ? 0 : load;
  if (!running_ && !settled) StartNext(context);
  Save(context);  // Before anybody sees what follows from it.
  board_.SetTrialsLastHour(CountLastHour());
  board_.SetRunning(running_);
  return *seen_;
}

// ---- What was before this process
// --------------------------------------------------------------------------

void AgentRunner::Recall(const Context& context, const catalog::Snapshot& snapshot) {
  recalled_ = true;
  next_wake_ = After(parts_.clock.Now(), options_.wake);
  Result<AgentState> state = file_.Load(context);
  if (!state.ok())
    parts_.log.Warning("agent_state_not_read", {{"error", state.error().ToString()}});
  else
    state_ = *std::move(state);
  for (QueuedIndex& queued : state_.queue) (void)board_.Enqueue(std::move(queued)).ok();
  RecallBudget(context, snapshot);
  AdoptJob();
}

void AgentRunner::RecallBudget(const Context& context, const catalog::Snapshot& snapshot) {
  const Timestamp begin = After(parts_.clock.Now(), -kBudgetWindow);
  for (const IndexRecord& record : vector::ListIndexRecords(snapshot)) {
    const Result<TrialJournal> journal = parts_.journals.Read(context, record.name);
    if (!journal.ok()) {
      parts_.log.Warning("agent_journal_not_read",
                         {{"index", record.name}, {"error", journal.error().ToString()}});
      continue;
    }
    for (const Trial& trial : journal->trials)
      if (trial.created_by == kAgentActor && trial.note == kAgentActor && trial.created_at > begin)
        trials_.push_back(trial.created_at);
  }
  std::ranges::sort(trials_);
}

/// It goes on by itself: it ran when the process before this one ended.
void AgentRunner::AdoptJob() {
  for (const jobs::Job& job : parts_.jobs.List({}, kJobsLookedAt)) {
    if (job.finished() || !IsOwnJob(job)) continue;
    running_ = AgentJob{.job_id = job.id.value(), .kind = job.kind};
    running_trials_ = job.kind == kEvalJob ? 0 : 1;  // The others of a run are in the journal or to come.
  }
}

// ---- What happens in the catalog
// ---------------------------------------------------------------------------

void AgentRunner::Follow(const catalog::Snapshot& snapshot) {
  seen_ = snapshot.version();
  records_ = vector::ListIndexRecords(snapshot);
  std::map<std::string, uint64_t> seen;
  for (const IndexRecord& record : records_) {
    const std::string name = Fold(record.name);
    const auto known = state_.seen.find(name);
    if (known != state_.seen.end())
      seen.emplace(name, known->second);
    else if (record.live)
      seen.emplace(name, record.live->dataset_version);
  }
  state_.seen = std::move(seen);  // Without those of indexes that were dropped.
  for (const QueuedIndex& queued : board_.status().queue)
    if (snapshot.FindEntity(vector::kIndexKind, Fold(queued.index_name)) == nullptr)
      board_.Leave(queued.index_name);
  std::erase_if(turns_, [this](const auto& turns) { return !state_.seen.contains(turns.first); });
  for (const IndexRecord& record : records_) FollowRows(snapshot, record);
}

void AgentRunner::FollowRows(const catalog::Snapshot& snapshot, const IndexRecord& record) {
  const auto seen = state_.seen.find(Fold(record.name));
  const auto dataset = snapshot.FindDataset(catalog::DatasetId(record.source));
  if (seen == state_.seen.end() || dataset == nullptr || dataset->dropped) return;
  if (AppendedRows(*dataset, seen->second) < options_.min_new_rows) return;
  const Result<uint64_t> place =
      board_.Enqueue({.index_name = record.name, .by = EnqueuedBy::kNewRows, .since = parts_.clock.Now()});
  if (place.ok()) seen->second = snapshot.version().number;
}

void AgentRunner::Wake() {
  next_wake_ = After(parts_.clock.Now(), options_.wake);
  for (const IndexRecord& record : records_) {
    const auto turns = turns_.find(Fold(record.name));
    const bool enough = turns != turns_.end() && record.live && turns->second.enough_of == record.live->id;
    if (!HasGraph(record) || enough) continue;
    (void)board_.Enqueue({.index_name = record.name, .by = EnqueuedBy::kWake, .since = parts_.clock.Now()})
        .ok();  // Where it is full there is enough to do.
  }
}

void AgentRunner::Save(const Context& context) {
  state_.queue = board_.status().queue;
  const Status saved = file_.Save(context, state_);
  if (!saved.ok() && !context.cancel.cancelled())
    parts_.log.Warning("agent_state_not_written", {{"error", saved.error().ToString()}});
}

// ---- What a job came to
// ------------------------------------------------------------------------------------

bool AgentRunner::Settle(const Context& context) {
  if (!running_) return false;
  const Result<jobs::Job> job = parts_.jobs.Find(jobs::JobId(running_->job_id));
  if (job.ok() && !job->finished()) return false;
  if (job.ok())
    Conclude(context, *job);
  else if (running_->index_name)
    Fail(*running_->index_name, job.error().message());
  running_.reset();
  running_trials_ = 0;
  return true;
}

void AgentRunner::Conclude(const Context& context, const jobs::Job& job) {
  if (job.state == jobs::JobState::kSucceeded) {
    if (job.kind == turn_->job_kind()) return EndTurnBy(context, job);
    return CountTrials(running_trials_);  // The queries are made: its turn goes on.
  }
  CountTrials(running_trials_);  // How many it made is not said.
  if (!running_->index_name) return;
  if (running_->config) {
    std::vector<vector::HnswConfig>& failed = turns_[Fold(*running_->index_name)].failed;
    if (failed.size() < kMaxFailed) failed.push_back(*running_->config);
  }
  Fail(*running_->index_name, job.error ? job.error->detail : "the job did not succeed");
}

void AgentRunner::EndTurnBy(const Context& context, const jobs::Job& job) {
  const JsonValue result = job.result.value_or(JsonValue());
  const std::string index_name(result.FindString("index_name"));
  Result<std::optional<EndedTurn>> ended = turn_->End(context, result);
  CountTrials(ended.ok() && *ended ? (*ended)->trials : running_trials_);
  EndTurn(index_name);
  if (!ended.ok()) return Fail(index_name, ended.error().message());
  if (!*ended) return;  // The index is gone.
  AgentDecision decision = std::move((*ended)->decision);
  Turns& turns = turns_[Fold(index_name)];
  turns.pause = {};
  const Result<IndexRecord> record = vector::FindIndexRecord(*parts_.catalog.snapshot(), index_name);
  if ((*ended)->trials < running_trials_ && record.ok() && record->live) turns.enough_of = record->live->id;
  if (decision.action == AgentAction::kPromoted) decision.reason += Rebuild(context, index_name);
  Decide(std::move(decision));
}

std::string AgentRunner::Rebuild(const Context& context, const std::string& index_name) {
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  const Result<IndexRecord> record = vector::FindIndexRecord(*snapshot, index_name);
  if (!record.ok() || !record->live) return {};
  if (IsBuiltAsConfigured(*record)) return "; in effect at once";
  const auto dataset = snapshot->FindDataset(catalog::DatasetId(record->source));
  if (dataset == nullptr || IsStale(*dataset, *record->live, snapshot->version()) || record->building)
    return "; in effect after the next refresh";
  Result<JsonValue> payload = parts_.indexes.PrepareRefreshByPolicy(context, index_name);
  if (!payload.ok()) return "; not built: " + payload.error().message();
  const Result<jobs::Job> job =
      parts_.jobs.Submit(context, std::string(vector::kRefreshJob), kAgentActor, *std::move(payload));
  return job.ok() ? "; in effect after job " + job->id.value() : "; not built: " + job.error().message();
}

// ---- What begins
// -------------------------------------------------------------------------------------------

void AgentRunner::StartNext(const Context& context) {
  const std::optional<std::string> due = FindDue();
  if (!due) return board_.SetPaused(std::nullopt);
  std::optional<std::string> paused = WhyNot();
  const bool go = !paused;
  board_.SetPaused(std::move(paused));
  if (!go) return;
  const Status begun = Begin(context, *due);
  if (!begun.ok() && !context.cancel.cancelled()) Fail(*due, begun.error().message());
}

std::optional<std::string> AgentRunner::FindDue() {
  for (const QueuedIndex& queued : board_.status().queue) {
    const auto turns = turns_.find(Fold(queued.index_name));
    const bool waits =
        turns != turns_.end() && turns->second.not_before && parts_.clock.Now() < *turns->second.not_before;
    if (!waits) return queued.index_name;
  }
  return std::nullopt;
}

std::optional<std::string> AgentRunner::WhyNot() {
  const uint64_t made = CountLastHour();
  if (made >= options_.max_trials_per_hour)
    return fmt::format("{} trials in an hour, as many as there may be", made);
  if (made + turn_->least_trials() > options_.max_trials_per_hour)
    return fmt::format("{} trials in an hour of {}, and a turn needs {}", made, options_.max_trials_per_hour,
                       turn_->least_trials());
  for (const jobs::Job& job : parts_.jobs.List({}, kJobsLookedAt))
    if (!job.finished()) return fmt::format("a job of kind {} comes first", job.kind);
  if (load_ > kBusyShare)
    return fmt::format("the server is busy: it uses {:.0f} % of the machine", load_ * 100);
  return std::nullopt;
}

Status AgentRunner::Begin(const Context& context, const std::string& index_name) {
  const Result<IndexRecord> record = vector::FindIndexRecord(*parts_.catalog.snapshot(), index_name);
  if (!record.ok()) {
    EndTurn(index_name);
    return {};
  }
  if (!HasGraph(*record)) {
    EndTurn(index_name);
    Decide({.at = {},
            .index_name = record->name,
            .action = AgentAction::kNoTrial,
            .reason = "there is no graph: every answer is exact"});
    return {};
  }
  const std::vector<QueuedIndex> queue = board_.status().queue;
  const auto queued = std::ranges::find(queue, index_name, &QueuedIndex::index_name);
  return BeginTurn(context, *record, queued == queue.end() ? EnqueuedBy::kRequest : queued->by);
}

/// The default eval set of the index.
Status AgentRunner::BeginQueries(const Context& context, const IndexRecord& record) {
  const uint64_t most = kMaxEvalNumbers / std::max<uint32_t>(record.model.dimensions, 1);
  NewEvalSet wanted = {.name = record.name, .index_name = record.name};
  wanted.count = static_cast<uint32_t>(std::min<uint64_t>(wanted.count, most));
  LAKE_ASSIGN_OR_RETURN(JsonValue payload, parts_.evals.PrepareNew(RequestNow(context), wanted));
  return Submit(context, {.job_id = {}, .kind = std::string(kEvalJob), .index_name = record.name},
                std::move(payload));
}

Status AgentRunner::BeginTurn(const Context& context, const IndexRecord& record, EnqueuedBy by) {
  const access::Request request = RequestNow(context);
  const Result<EvalSet> set = parts_.evals.Find(request, record.name);
  if (!set.ok() && !set.error().Is(ErrorCode::kNotFound)) return set.error();
  if (!set.ok()) return BeginQueries(context, record);
  LAKE_ASSIGN_OR_RETURN(const TrialJournal journal, parts_.journals.Read(context, record.name));
  Turns& turns = turns_[Fold(record.name)];
  const TunedIndex index = {
      .record = record, .journal = journal.trials, .eval_set = record.name, .failed = turns.failed};
  const bool enough = by == EnqueuedBy::kWake && CountOwnTrials(index) >= kTrialsAGeneration;
  std::optional<PlannedTurn> planned;
  if (!enough) {
    const uint64_t left = options_.max_trials_per_hour - CountLastHour();
    LAKE_ASSIGN_OR_RETURN(planned, turn_->Plan(request, index, left));
  }
  if (!planned) {
    turns.enough_of = record.live->id;
    EndTurn(record.name);
    Decide({.at = {},
            .index_name = record.name,
            .action = AgentAction::kNoTrial,
            .reason = enough ? fmt::format("{} trials of what is live are enough", kTrialsAGeneration)
                             : "everything was tried"});
    return {};
  }
  Status submitted = Submit(context,
                            {.job_id = {},
                             .kind = std::string(turn_->job_kind()),
                             .index_name = record.name,
                             .config = planned->config},
                            planned->payload);
  if (!submitted.ok()) {
    turn_->Release(planned->payload);
    return submitted;
  }
  running_trials_ = planned->trials;
  parts_.log.Info("agent_turn", {{"index", record.name},
                                 {"config", planned->config ? ToText(*planned->config) : ""},
                                 {"why", planned->why}});
  return {};
}

Status AgentRunner::Submit(const Context& context, AgentJob job, JsonValue payload) {
  LAKE_ASSIGN_OR_RETURN(const jobs::Job submitted,
                        parts_.jobs.Submit(context, job.kind, kAgentActor, std::move(payload)));
  job.job_id = submitted.id.value();
  running_ = std::move(job);
  return {};
}

// ---- What is kept of it
// ------------------------------------------------------------------------------------

void AgentRunner::EndTurn(const std::string& index_name) {
  board_.Leave(index_name);
  turns_[Fold(index_name)].not_before = After(parts_.clock.Now(), options_.cooldown);
}

void AgentRunner::Fail(const std::string& index_name, const std::string& reason) {
  EndTurn(index_name);
  Turns& turns = turns_[Fold(index_name)];
  turns.pause = std::clamp(turns.pause * 2, kFirstPause, kLongestPause);
  turns.not_before = After(parts_.clock.Now(), turns.pause);
  Decide({.at = {}, .index_name = index_name, .action = AgentAction::kFailed, .reason = reason});
}

void AgentRunner::Decide(AgentDecision decision) {
  decision.at = parts_.clock.Now();
  const bool failed = decision.action == AgentAction::kFailed;
  const std::array<Log::Field, 4> fields = {Log::Field{"index", decision.index_name},
                                            {"action", std::string(NameOf(decision.action))},
                                            {"reason", decision.reason},
                                            {"trial_id", decision.trial_id.value_or("")}};
  parts_.log.Write(failed ? LogLevel::kWarning : LogLevel::kInfo, "agent_decision", fields);
  board_.Decide(std::move(decision));
}

void AgentRunner::CountTrials(uint64_t trials) { trials_.insert(trials_.end(), trials, parts_.clock.Now()); }

uint64_t AgentRunner::CountLastHour() {
  const Timestamp begin = After(parts_.clock.Now(), -kBudgetWindow);
  while (!trials_.empty() && trials_.front() <= begin) trials_.pop_front();
  return trials_.size() + running_trials_;
}

access::Request AgentRunner::RequestNow(const Context& context) const {
  access::Request request = access::LocalAdmin(context, parts_.catalog.snapshot());
  request.caller.name = kAgentActor;
  return request;
}

}  // namespace lake::tuning
