// Draft: the next commit while it is being put together. Transactions are validated one after the other, each
// against the state after its predecessors; a refused one leaves nothing behind.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lake/catalog/action.h"
#include "lake/catalog/catalog.h"
#include "overlay.h"

namespace lake::catalog {

class Draft {
 public:
  /// `version` follows the version of `base`; `time` is not before its time.
  Draft(std::shared_ptr<const State> base, Version version, Timestamp time)
      : overlay_(std::move(base)), version_(version), time_(time) {}

  /// None: accepted. An outcome: the idempotency key was used before, and this is what it answered then
  /// (which is this very draft when `outcome.version` is). Errors: those of Catalog::Commit that mean a
  /// refusal.
  Result<std::optional<CommitOutcome>> Add(const Transaction& transaction, const EntityKinds& kinds);
  /// A transaction of a commit that exists. An error means that the log contradicts itself.
  Status Replay(const Transaction& transaction);

  bool empty() const { return entries_ == 0; }
  Version version() const { return version_; }
  Timestamp time() const { return time_; }
  std::shared_ptr<const State> MakeState(std::string commit_id) const;

 private:
  Status Apply(const Transaction& transaction, const EntityKinds* kinds);
  Status CheckReadSet(const Transaction& transaction) const;

  Overlay overlay_;
  const Version version_;
  const Timestamp time_;
  size_t entries_ = 0;
};

}  // namespace lake::catalog
