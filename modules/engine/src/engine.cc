#include "duckdb_prelude.h"

#include "lake/engine/engine.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "csv_sniff.h"
#include "deadline_watch.h"
#include "errors.h"
#include "instance.h"
#include "parse.h"
#include "session.h"

namespace lake::engine {
namespace {

/// The headers we compile against; the C++ interface differs between builds without notice.
constexpr std::string_view kSourceId = "069cc9f9b5";
/// Every instance spills into a directory of its own below the configured one.
constexpr std::string_view kInstancePrefix = "lake-spill-";

Error BadSpillDirectory(std::string_view why, const std::error_code& cause) {
  return FailedPrecondition("bad_spill_directory", "the spill directory {}", why).WithCause(cause.message());
}

/// Makes the directory and removes what an earlier process left there; files that are not ours stay.
Status PrepareSpillDirectory(const std::filesystem::path& directory) {
  std::error_code error;
  if (!directory.is_absolute()) return BadSpillDirectory("must be an absolute path", error);
  std::filesystem::create_directories(directory, error);
  if (error) return BadSpillDirectory("cannot be made", error);
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (!entry.path().filename().string().starts_with(kInstancePrefix)) continue;
    std::filesystem::remove_all(entry.path(), error);
    if (error) return BadSpillDirectory("cannot be emptied", error);
  }
  if (error) return BadSpillDirectory("cannot be read", error);
  return {};
}

class DuckEngine final : public Engine {
 public:
  explicit DuckEngine(EngineOptions options) : options_(std::move(options)) {}

  Result<SelectTree> Parse(const Context& context, std::string_view sql) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    return ParseSelect(sql, options_.replaced_functions);
  }

  Result<std::unique_ptr<Session>> StartSession(const Context& context, ReadSet read_set) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(auto instance, UsableInstance());
    try {
      return std::unique_ptr<Session>(
          new DuckSession(std::move(instance), watch_, context, std::move(read_set)));
    } catch (const std::exception& failure) {
      return TranslateError(duckdb::ErrorData(failure));
    }
  }

  Result<CsvDialect> SniffCsv(const Context& context, const ScanFile& file) override {
    return SniffCsvFile(*this, context, file);
  }

  std::string library_version() const override { return duckdb::DuckDB::LibraryVersion(); }

  Result<std::shared_ptr<Instance>> UsableInstance() {
    MutexLock lock(mutex_);
    if (instance_ && instance_->usable()) return instance_;
    std::filesystem::path directory(options_.spill_directory);
    directory /= fmt::format("{}{}", kInstancePrefix, next_instance_++);
    LAKE_ASSIGN_OR_RETURN(instance_, Instance::Open(options_, directory.string()));
    return instance_;
  }

 private:
  const EngineOptions options_;
  DeadlineWatch watch_;
  // Held while an instance opens (once, and after a fatal bug in DuckDB): nobody can go on without it.
  Mutex mutex_;
  size_t next_instance_ LAKE_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<Instance> instance_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace

Result<std::unique_ptr<Engine>> Engine::Open(EngineOptions options) {
  if (!std::string_view(duckdb::DuckDB::SourceID()).starts_with(kSourceId))
    return FailedPrecondition("engine_mismatch",
                              "the SQL engine's library is not the build this program was made for")
        .WithCause(duckdb::DuckDB::SourceID());
  LAKE_RETURN_IF_ERROR(PrepareSpillDirectory(options.spill_directory));
  auto engine = std::make_unique<DuckEngine>(std::move(options));
  LAKE_RETURN_IF_ERROR([&]() -> Status {
    LAKE_ASSIGN_OR_RETURN(auto first, engine->UsableInstance());
    return {};
  }());
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace lake::engine
