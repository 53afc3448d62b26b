#include "lake/vector/refresh_policies.h"

#include <chrono>

#include "lake/catalog/commit_follower.h"
#include "refresh_runner.h"

namespace lake::vector {
namespace {

constexpr std::chrono::seconds kTick{1};  // A schedule is followed this closely.

class Followed final : public RefreshPolicies {
 public:
  explicit Followed(const RefreshPoliciesParts& parts)
      : runner_(parts),
        follower_(parts.catalog, kTick, [this](const Context& context) { return runner_.Look(context); }) {}

 private:
  RefreshRunner runner_;
  catalog::CommitFollower follower_;  ///< Uses the rest.
};

}  // namespace

std::unique_ptr<RefreshPolicies> RefreshPolicies::Start(const RefreshPoliciesParts& parts) {
  return std::make_unique<Followed>(parts);
}

}  // namespace lake::vector
