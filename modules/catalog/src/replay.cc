#include "replay.h"

#include "draft.h"

namespace lake::catalog {

Result<std::shared_ptr<const State>> ReplayCommit(const std::shared_ptr<const State>& state,
                                                  const CommitObject& commit) {
  const Version version{commit.version};
  Draft draft(state, version, commit.time);
  for (const LogEntry& entry : commit.entries)
    if (const Status status = draft.Replay(entry); !status.ok())
      return DataLoss("log_damaged", "the commit log object {} contradicts the commits before it: {}",
                      CommitLog::KeyOf(version).text(), status.error().message());
  return draft.MakeState(commit.commit_id);
}

Result<std::shared_ptr<const State>> ReplayTail(const Context& context, const CommitLog& commits,
                                                std::shared_ptr<const State> state) {
  while (true) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(const auto commit, commits.Read(context, Version{state->version().number + 1}));
    if (!commit) return state;
    LAKE_ASSIGN_OR_RETURN(state, ReplayCommit(state, *commit));
  }
}

Result<std::shared_ptr<const State>> ReplayWholeTail(const Context& context, const CommitLog& commits,
                                                     std::shared_ptr<const State> state) {
  LAKE_ASSIGN_OR_RETURN(state, ReplayTail(context, commits, std::move(state)));
  LAKE_ASSIGN_OR_RETURN(const bool more, commits.HasCommitAfter(context, state->version()));
  if (!more) return state;
  // Another process may have committed between the last read and the listing: then the next version is there
  // now.
  const Version end = state->version();
  LAKE_ASSIGN_OR_RETURN(state, ReplayTail(context, commits, std::move(state)));
  if (state->version() > end) return state;
  return DataLoss("log_damaged", "the commit log object {} is missing, but later ones exist",
                  CommitLog::KeyOf(Version{end.number + 1}).text());
}

}  // namespace lake::catalog
