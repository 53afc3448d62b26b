#include "agent_board.h"

#include <algorithm>
#include <utility>

#include "lake/common/fold.h"

namespace lake::tuning {
namespace {

auto PlaceOf(auto& queue, std::string_view index_name) {
  return std::ranges::find_if(
      queue, [&](const QueuedIndex& queued) { return SameFolded(queued.index_name, index_name); });
}

}  // namespace

AgentBoard::AgentBoard(const AgentOptions& options) {
  MutexLock lock(mutex_);
  status_.enabled = options.enabled;
  status_.strategy = options.strategy;
  status_.max_trials_per_hour = options.max_trials_per_hour;
}

Result<uint64_t> AgentBoard::Enqueue(QueuedIndex index) {
  MutexLock lock(mutex_);
  std::vector<QueuedIndex>& queue = status_.queue;
  const auto place = PlaceOf(queue, index.index_name);
  if (place != queue.end()) {
    if (place->by == EnqueuedBy::kWake) place->by = index.by;
    return static_cast<uint64_t>(place - queue.begin()) + 1;
  }
  if (queue.size() >= kMaxAgentQueue)
    return ResourceExhausted("agent_queue_full", "{} indexes wait for the agent already", kMaxAgentQueue);
  queue.push_back(std::move(index));
  return queue.size();
}

bool AgentBoard::IsQueued(std::string_view index_name) const {
  MutexLock lock(mutex_);
  return PlaceOf(status_.queue, index_name) != status_.queue.end();
}

void AgentBoard::Leave(std::string_view index_name) {
  MutexLock lock(mutex_);
  const auto place = PlaceOf(status_.queue, index_name);
  if (place != status_.queue.end()) status_.queue.erase(place);
}

void AgentBoard::Decide(AgentDecision decision) {
  MutexLock lock(mutex_);
  std::vector<AgentDecision>& decisions = status_.decisions;
  decisions.insert(decisions.begin(), std::move(decision));
  if (decisions.size() > kMaxAgentDecisions) decisions.pop_back();
}

void AgentBoard::SetRunning(std::optional<AgentJob> running) {
  MutexLock lock(mutex_);
  status_.running = std::move(running);
}

void AgentBoard::SetPaused(std::optional<std::string> paused) {
  MutexLock lock(mutex_);
  status_.paused = std::move(paused);
}

void AgentBoard::SetTrialsLastHour(uint64_t trials) {
  MutexLock lock(mutex_);
  status_.trials_last_hour = trials;
}

AgentStatus AgentBoard::status() const {
  MutexLock lock(mutex_);
  return status_;
}

}  // namespace lake::tuning
