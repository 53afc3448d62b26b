#include "lake/vector/refresh_policies.h"

#include <chrono>
#include <thread>

#include "refresh_runner.h"

namespace lake::vector {
namespace {

constexpr std::chrono::seconds kTick{1};  // A schedule is followed this closely.

class Thread final : public RefreshPolicies {
 public:
  explicit Thread(const RefreshPoliciesParts& parts) : parts_(parts), runner_(parts) {
    thread_ = std::thread([this] { Run(); });
  }
  ~Thread() override {
    stop_.Cancel("shutdown");
    thread_.join();
  }

 private:
  void Run() {
    const Context context = {.cancel = stop_.token()};
    while (!stop_.token().cancelled()) {
      const catalog::Version seen = runner_.Look(context);
      const Context until_tick = {.deadline = Deadline::After(kTick), .cancel = stop_.token()};
      (void)parts_.catalog.WaitForCommit(until_tick, seen).ok();
    }
  }

  const RefreshPoliciesParts parts_;
  RefreshRunner runner_;
  CancelSource stop_;
  std::thread thread_;  ///< Uses the rest.
};

}  // namespace

std::unique_ptr<RefreshPolicies> RefreshPolicies::Start(const RefreshPoliciesParts& parts) {
  return std::make_unique<Thread>(parts);
}

}  // namespace lake::vector
