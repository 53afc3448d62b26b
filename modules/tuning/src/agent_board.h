// What people see of the agent and may ask of it, while it works.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/mutex.h"
#include "lake/tuning/agent.h"

namespace lake::tuning {

/// Any thread.
class AgentBoard {
 public:
  explicit AgentBoard(const AgentOptions& options);

  /// Its place from 1; an index that waits already keeps the one it has, and what asks for more than kWake.
  /// Error: resource_exhausted/agent_queue_full.
  Result<uint64_t> Enqueue(QueuedIndex index) LAKE_EXCLUDES(mutex_);
  bool IsQueued(std::string_view index_name) const LAKE_EXCLUDES(mutex_);
  void Leave(std::string_view index_name) LAKE_EXCLUDES(mutex_);

  void Decide(AgentDecision decision) LAKE_EXCLUDES(mutex_);
  void SetRunning(std::optional<AgentJob> running) LAKE_EXCLUDES(mutex_);
  void SetPaused(std::optional<std::string> paused) LAKE_EXCLUDES(mutex_);
  void SetTrialsLastHour(uint64_t trials) LAKE_EXCLUDES(mutex_);

  AgentStatus status() const LAKE_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  AgentStatus status_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::tuning
