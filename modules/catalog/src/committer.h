// Committer: turns a batch of transactions into the next commit.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commit_log.h"
#include "commit_queue.h"
#include "draft.h"
#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/common/log.h"
#include "lake/common/random.h"
#include "published_state.h"

namespace lake::catalog {

class Committer {
 public:
  struct Surroundings {
    Clock& clock;
    RandomSource& random;
    Log& log;
  };

  Committer(CommitLog& commits, PublishedState& published, Surroundings around, EntityKinds kinds,
            std::string writer)
      : commits_(commits),
        published_(published),
        around_(around),
        kinds_(std::move(kinds)),
        writer_(std::move(writer)) {}

  /// Gives each of them an outcome; a commit is published before. One thread at a time.
  void Commit(std::span<PendingCommit* const> batch);

 private:
  using Batch = std::vector<PendingCommit*>;
  /// The batch put together on one state.
  struct Attempt {
    Draft draft;
    Batch accepted;
    /// Refused or answered because of an accepted one before them: true only when the commit comes about.
    std::vector<std::pair<PendingCommit*, Result<CommitOutcome>>> depending;
  };

  Attempt Validate(const Batch& undecided);
  /// One try. True: every one has its outcome. False: another writer has the version.
  bool Try(const Batch& undecided);
  void Settle(Attempt& attempt, std::shared_ptr<const State> state);
  void LeaveOpen(Attempt& attempt, const Error& why);
  /// Reads what other writers committed.
  Status CatchUp(const Context& context);

  CommitLog& commits_;
  PublishedState& published_;
  const Surroundings around_;
  const EntityKinds kinds_;
  const std::string writer_;
};

}  // namespace lake::catalog
