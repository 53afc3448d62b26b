// lake config, lake doctor, lake version: how the server is set up, and whether it can work here.
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "commands.h"
#include "exit_code.h"
#include "lake/app/build_info.h"
#include "lake/app/settings.h"
#include "rest.h"
#include "terminal.h"

namespace lake::app {
namespace {

constexpr uint64_t kLowDiskBytes = 1ull << 30;  // Below this an ingest of an ordinary file may fail.

std::string TomlText(const JsonValue& value) { return value.is_null() ? "" : WriteJson(value); }

/// One line of the doctor's report; a finding that stops the server counts.
class Report {
 public:
  void Good(const std::string& line) { fmt::print("ok    {}\n", line); }
  void Note(const std::string& line) { fmt::print("note  {}\n", line); }
  void Bad(const std::string& line) {
    fmt::print("FAIL  {}\n", line);
    ++failures_;
  }
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
};

void CheckDataDirectory(const std::string& root, Report& report) {
  std::error_code error;
  if (!std::filesystem::exists(root, error)) {
    report.Note(fmt::format("data directory {} does not exist yet; `lake serve` makes it", root));
    return;
  }
  if (::access(root.c_str(), R_OK | W_OK | X_OK) != 0)
    report.Bad(fmt::format("data directory {} cannot be read and written by this user", root));
  else
    report.Good(fmt::format("data directory {}", root));
  struct statvfs space{};
  if (::statvfs(root.c_str(), &space) != 0) return;
  const uint64_t free = uint64_t{space.f_bavail} * space.f_frsize;
  const std::string line = fmt::format("{} free on its disk", FormatBytes(free));
  free < kLowDiskBytes ? report.Bad(line) : report.Good(line);
}

void CheckServer(const Context& context, const ClientOptions& client, Report& report) {
  Result<JsonValue> ready = Rest(context, client).Get("/readyz");
  if (ready.ok())
    report.Good(fmt::format("the server at {} is ready", client.url));
  else if (ready.error().Is("server_unreachable"))
    report.Note(fmt::format("no server answers at {}", client.url));
  else
    report.Bad(fmt::format("the server at {} is not ready: {}", client.url, ready.error().message()));
}

}  // namespace

int RunConfigShow(const ConfigOptions& options, OutputFormat output) {
  Result<Loaded<Settings>> loaded = LoadConfig<Settings>(options.sources);
  if (!loaded.ok()) return Fail(loaded.error());
  const bool with_origin = options.show == ConfigOptions::Show::kValuesWithOrigin;
  JsonValue::Array items;
  for (const ConfigOrigin& setting : loaded->origins) {
    JsonValue item = JsonValue::MakeObject({{"setting", setting.path}, {"value", TomlText(setting.value)}});
    if (with_origin) item.Set("origin", setting.origin);
    items.emplace_back(std::move(item));
  }
  std::vector<std::string> members = {"setting", "value"};
  if (with_origin) members.emplace_back("origin");
  Status printed = PrintItems(items, members, output);
  return printed.ok() ? kExitOk : Fail(printed.error());
}

int RunConfigCheck(const ConfigOptions& options) {
  Result<Loaded<Settings>> loaded = LoadConfig<Settings>(options.sources);
  if (!loaded.ok()) return Fail(loaded.error());
  fmt::print("the configuration is valid\n");
  return kExitOk;
}

int RunDoctor(const Context& context, const ClientOptions& client, const ConfigOptions& options) {
  Report report;
  Result<Loaded<Settings>> loaded = LoadConfig<Settings>(options.sources);
  if (!loaded.ok()) {
    report.Bad(loaded.error().message());
  } else {
    report.Good("the configuration is valid");
    CheckDataDirectory(loaded->value.storage.root, report);
  }
  CheckServer(context, client, report);
  return report.failures() == 0 ? kExitOk : kExitFailed;
}

int RunVersion(const Context& context, const ClientOptions& client) {
  fmt::print("lake {}\n", kBuildVersion);
  Result<JsonValue> server = Rest(context, client).Get("/version");
  if (server.ok()) fmt::print("server at {}: {}\n", client.url, server->FindString("version"));
  return kExitOk;
}

}  // namespace lake::app
