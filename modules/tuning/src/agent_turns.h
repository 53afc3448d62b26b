// What a turn of an index is: a job, and what is decided when it has ended. There is one kind for each
// strategy of the agent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent_choice.h"
#include "lake/access/request.h"
#include "lake/common/json.h"
#include "lake/tuning/agent.h"

namespace lake::tuning {

/// The job of a turn.
struct PlannedTurn {
  JsonValue payload;
  uint64_t trials = 1;  ///< At most so many; fewer when nothing else promised enough.
  std::optional<vector::HnswConfig> config = {};  ///< What is tried, where that is known before.
  std::string why;
};

/// What a turn came to.
struct EndedTurn {
  AgentDecision decision;  ///< Without its time.
  uint64_t trials = 1;     ///< So many were made.
};

/// One thread.
class AgentTurns {
 public:
  virtual ~AgentTurns() = default;

  virtual std::string_view job_kind() const = 0;
  /// A turn does not begin when fewer trials than these may be made.
  virtual uint64_t least_trials() const = 0;
  /// None when everything was tried. Errors: those of preparing a trial or a run of autotune.
  virtual Result<std::optional<PlannedTurn>> Plan(const access::Request& request, const TunedIndex& index,
                                                  uint64_t trials_left) = 0;
  /// For a turn of which no job was made.
  virtual void Release(const JsonValue& payload) = 0;
  /// Promotes where the strategy says so. `result`: of the job. None when the index is gone. Errors: those of
  /// the journal.
  virtual Result<std::optional<EndedTurn>> End(const Context& context, const JsonValue& result) = 0;
};

/// `parts` must outlive it.
std::unique_ptr<AgentTurns> MakeAgentTurns(const AgentParts& parts, const AgentOptions& options);

}  // namespace lake::tuning
