#include "worker_failure.h"

#include "duckdb/common/progress_bar/progress_bar_display.hpp"
#include "duckdb/execution/executor.hpp"
#include "duckdb/main/client_config.hpp"

namespace lake::engine {
namespace {

/// DuckDB makes one display for each statement and destroys it when the workers have stopped and the
/// executor, which knows their failures, is still there. It is the only thing of ours that sees that moment.
class FailureKeeper final : public duckdb::ProgressBarDisplay {
 public:
  FailureKeeper(duckdb::Executor& executor, duckdb::shared_ptr<SessionState> session)
      : executor_(executor), session_(std::move(session)) {}
  ~FailureKeeper() override {
    if (executor_.HasError()) session_->KeepWorkerFailure(executor_.GetError());
  }

  void Update(double) override {}
  void Finish() override {}

 private:
  duckdb::Executor& executor_;
  const duckdb::shared_ptr<SessionState> session_;
};

}  // namespace

void KeepWorkerFailures(duckdb::ClientContext& client, const duckdb::shared_ptr<SessionState>& session) {
  auto& config = duckdb::ClientConfig::GetConfig(client);
  config.enable_progress_bar = true;  // Only then does DuckDB count progress.
  config.print_progress_bar = true;   // Only then does it make a display.
  config.wait_time = 0;
  duckdb::weak_ptr<SessionState> weak(session);
  config.display_create_func =
      [&client, weak]() -> duckdb::unique_ptr<duckdb::ProgressBarDisplay> {  // The client owns this function.
    return duckdb::make_uniq<FailureKeeper>(client.GetExecutor(), weak.lock());
  };
}

}  // namespace lake::engine
