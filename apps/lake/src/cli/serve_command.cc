#include "serve_command.h"

#include <cstdio>

#include "exit_code.h"
#include "lake/app/lake.h"
#include "lake/common/json_log.h"
#include "terminal.h"
#include "wait_for_cancel.h"

namespace lake::app {

int RunServe(const Context& context, const ConfigOptions& options) {
  Result<Loaded<Settings>> loaded = LoadConfig<Settings>(options.sources);
  if (!loaded.ok()) return Fail(loaded.error());
  const Settings& settings = loaded->value;
  std::optional<LogLevel> level = ParseLogLevel(settings.telemetry.log_level);
  if (!level)
    return Fail(InvalidArgument("bad_config", "telemetry.log_level '{}' is not debug, info, warning or error",
                                settings.telemetry.log_level));
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<Log> log = MakeJsonLog(*level);
  Result<std::unique_ptr<Lake>> lake = Lake::Open(settings, {.clock = clock, .random = random, .log = *log});
  if (!lake.ok()) {
    log->Failure("not_started", {{"error", lake.error().ToString()}});
    return Fail(lake.error());
  }
  const std::string_view scheme = settings.server.tls_cert.empty() ? "http" : "https";
  fmt::print("lakehouse is serving {}://{}:{} from {}\n", scheme, settings.server.address, (*lake)->port(),
             settings.storage.root);
  if (const std::string file = (*lake)->first_key_file(); !file.empty())
    fmt::print("the first administrator's key is in {}; use it with --key-file\n", file);
  std::fflush(stdout);
  WaitForCancel(context.cancel);
  log->Info("stopping");
  (*lake)->Stop();
  log->Info("stopped");
  return kExitOk;
}

}  // namespace lake::app
