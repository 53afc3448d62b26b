// What the agent does at each of its looks: one step of the trial on its way, or the beginning of the next.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent_board.h"
#include "agent_state.h"
#include "agent_turns.h"

namespace lake::tuning {

/// One thread.
class AgentRunner {
 public:
  /// `board` must outlive it.
  AgentRunner(const AgentParts& parts, const AgentOptions& options, AgentBoard& board);

  /// Sees how a trial ended and decides, takes note of commits, begins what may begin now; waits for no job.
  /// Returns the version that it saw.
  catalog::Version Look(const Context& context);

 private:
  /// What is known of an index since this process runs.
  struct Turns {
    std::optional<Timestamp> not_before;     ///< Of the next turn.
    std::chrono::minutes pause{0};           ///< After the last failure.
    std::vector<vector::HnswConfig> failed;  ///< At most kMaxFailed.
    std::optional<std::string> enough_of;    ///< Generation that needs no more trials.
  };

  /// Once, at the first look: what waited, what runs, and the trials of the last hour.
  void Recall(const Context& context, const catalog::Snapshot& snapshot);
  void RecallBudget(const Context& context, const catalog::Snapshot& snapshot);
  void AdoptJob();

  void Follow(const catalog::Snapshot& snapshot);
  void FollowRows(const catalog::Snapshot& snapshot, const vector::IndexRecord& record);
  void Wake();
  void Save(const Context& context);

  /// Whether a job ended at this look.
  bool Settle(const Context& context);
  void Conclude(const Context& context, const jobs::Job& job);
  void EndTurnBy(const Context& context, const jobs::Job& job);
  /// Asks for the graph of what was promoted, where it is not built and the rows are the same; says what.
  std::string Rebuild(const Context& context, const std::string& index_name);

  void StartNext(const Context& context);
  std::optional<std::string> FindDue();
  /// Why no trial begins now.
  std::optional<std::string> WhyNot();
  Status Begin(const Context& context, const std::string& index_name);
  Status BeginQueries(const Context& context, const vector::IndexRecord& record);
  Status BeginTurn(const Context& context, const vector::IndexRecord& record, EnqueuedBy by);
  Status Submit(const Context& context, AgentJob job, JsonValue payload);
  void CountTrials(uint64_t trials);

  /// The index leaves the queue, and its next turn is after the cooldown.
  void EndTurn(const std::string& index_name);
  void Fail(const std::string& index_name, const std::string& reason);
  void Decide(AgentDecision decision);
  uint64_t CountLastHour();
  access::Request RequestNow(const Context& context) const;

  const AgentParts parts_;
  const AgentOptions options_;
  AgentBoard& board_;
  const std::unique_ptr<AgentTurns> turn_;
  AgentStateFile file_;
  AgentState state_;
  bool recalled_ = false;
  std::optional<catalog::Version> seen_;
  std::vector<vector::IndexRecord> records_;  ///< As of `seen_`.
  Timestamp next_wake_;
  std::optional<AgentJob> running_;
  uint64_t running_trials_ = 0;  ///< That the job on its way may make.
  std::deque<Timestamp>
      trials_;  ///< When those of the last hour were recorded, or their job ended; ascending.
  std::map<std::string, Turns> turns_;  ///< By folded name.
  double load_ = 0;
};

}  // namespace lake::tuning
