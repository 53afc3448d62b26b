// From commits to states.
#pragma once

#include <memory>

#include "commit_log.h"
#include "state.h"

namespace lake::catalog {

/// The state after `commit`, which follows `state`. Error: data_loss/log_damaged when the commit says what
/// cannot be.
Result<std::shared_ptr<const State>> ReplayCommit(const std::shared_ptr<const State>& state,
                                                  const CommitObject& commit);

/// `state` with all commits that follow, found by reading N+1 until there is none. Errors: those of
/// CommitLog::Read.
Result<std::shared_ptr<const State>> ReplayTail(const Context& context, const CommitLog& commits,
                                                std::shared_ptr<const State> state);

/// ReplayTail, and the proof that nothing is missing: data_loss/log_damaged when later commits exist behind a
/// gap.
Result<std::shared_ptr<const State>> ReplayWholeTail(const Context& context, const CommitLog& commits,
                                                     std::shared_ptr<const State> state);

}  // namespace lake::catalog
