// lake ingest: files up, jobs followed, one line per file.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "commands.h"
#include "exit_code.h"
#include "file_upload.h"
#include "rest.h"
#include "terminal.h"

namespace lake::app {
namespace {

void PrintResult(const JsonValue& result, double seconds) {
  auto number = [&](std::string_view member) {
    const JsonValue* value = result.Find(member);
    return value != nullptr && value->is_int() ? static_cast<uint64_t>(value->as_int()) : 0;
  };
  const JsonValue* duplicate = result.Find("deduplicated");
  if (duplicate != nullptr && duplicate->is_bool() && duplicate->as_bool()) {
    fmt::print("{}: nothing new, the same bytes are in it already\n", result.FindString("dataset"));
    return;
  }
  fmt::print("{}: {} rows, {} in {}", result.FindString("dataset"), FormatCount(number("rows")),
             FormatBytes(number("bytes")), FormatSeconds(seconds));
  if (number("rejected_rows") > 0)
    fmt::print("; {} rows could not be read, see {}", FormatCount(number("rejected_rows")),
               result.FindString("rejects_dataset"));
  fmt::print("\n");
}

}  // namespace

int RunIngest(const Context& context, const ClientOptions& client, const IngestOptions& options) {
  if (!options.name.empty() && options.files.size() > 1 && options.mode == "create")
    return Fail(
        InvalidArgument("bad_usage", "several files cannot each create the dataset '{}'", options.name));
  int exit = kExitOk;
  for (const std::string& path : options.files) {
    const auto started = std::chrono::steady_clock::now();
    ProgressBar bar(std::filesystem::path(path).filename().string());
    FileUpload upload{.path = path, .dataset = options.name, .mode = options.mode, .bucket = options.bucket};
    Rest rest(context, client);
    Result<JsonValue> result =
        UploadFile(rest, upload, [&](uint64_t done, std::optional<uint64_t> total, std::string_view unit) {
          bar.Show(done, total, unit);
        });
    bar.Clear();
    if (!result.ok()) return Fail(std::move(result).error().Within(path));
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    if (client.output == OutputFormat::kTable)
      PrintResult(*result, seconds);
    else
      fmt::print("{}\n", WriteJson(*result));
    if (const JsonValue* rejected = result->Find("rejected_rows");
        rejected != nullptr && rejected->is_int() && rejected->as_int() > 0)
      exit = kExitPartial;
  }
  return exit;
}

}  // namespace lake::app
