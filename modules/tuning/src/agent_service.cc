#include <chrono>
#include <optional>
#include <utility>

#include "agent_board.h"
#include "agent_runner.h"
#include "lake/catalog/commit_follower.h"
#include "lake/tuning/agent.h"

namespace lake::tuning {
namespace {

using access::Request;

constexpr std::chrono::seconds kAgentTick{1};  // A pause, a cooldown or the end of a trial is seen this soon.

class LocalAgentService final : public AgentService {
 public:
  LocalAgentService(const AgentParts& parts, const AgentOptions& options)
      : parts_(parts), options_(options), board_(options), runner_(parts, options, board_) {
    if (options.enabled)
      follower_.emplace(parts.catalog, kAgentTick,
                        [this](const Context& context) { return runner_.Look(context); });
  }

  Result<EnqueuedIndex> Enqueue(const Request& request, std::string_view index_name) override {
    LAKE_ASSIGN_OR_RETURN(const vector::IndexInfo info, parts_.indexes.Find(request, index_name));
    if (!options_.enabled)
      return FailedPrecondition("agent_disabled",
                                "the tuning agent is not enabled; set [agent] enabled = true");
    if (!info.record.live)
      return FailedPrecondition("index_not_ready", "index '{}' was not built yet", info.record.name);
    const QueuedIndex wanted = {
        .index_name = info.record.name, .by = EnqueuedBy::kRequest, .since = parts_.clock.Now()};
    LAKE_ASSIGN_OR_RETURN(const uint64_t place, board_.Enqueue(wanted));
    return EnqueuedIndex{.index_name = info.record.name, .place = place};
  }

  AgentStatus status(const Request& request) const override {
    AgentStatus status = board_.status();
    const auto hidden = [&](const auto& of) { return !MayKnowIndex(parts_.indexes, request, of.index_name); };
    std::erase_if(status.queue, hidden);
    std::erase_if(status.decisions, hidden);
    const bool visible = request.Has(access::Permission::kAdmin) ||
                         (status.running && status.running->index_name &&
                          MayKnowIndex(parts_.indexes, request, *status.running->index_name));
    if (!visible) status.running.reset();
    return status;
  }

 private:
  const AgentParts parts_;
  const AgentOptions options_;
  AgentBoard board_;
  AgentRunner runner_;
  std::optional<catalog::CommitFollower> follower_;  ///< Uses the rest.
};

}  // namespace

Result<std::unique_ptr<AgentService>> AgentService::Start(const AgentParts& parts,
                                                          const AgentOptions& options) {
  const uint64_t least = MakeAgentTurns(parts, options)->least_trials();
  const uint64_t most = options.max_trials_per_hour;
  if (options.enabled && most != 0 && most < least)
    return InvalidArgument("too_few_trials",
                           "agent.max_trials_per_hour must be {} or more with agent.strategy '{}'", least,
                           NameOf(options.strategy));
  return std::unique_ptr<AgentService>(std::make_unique<LocalAgentService>(parts, options));
}

}  // namespace lake::tuning
