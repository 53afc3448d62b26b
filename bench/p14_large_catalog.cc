// P14: a catalog of 100,000 datasets of four columns and one file: time to start, a page of 100 in the list,
// all of it counted with SQL, and one more dataset committed, beside one fdatasync and beside one durable new
// file on the same disk; and how many syncs a commit asks for.
#include "benchmarks.h"
#include "lake/catalog/catalog.h"
#include "lake/storage/local_store.h"
#include "served_lake.h"
#include "sync_calls.h"

namespace lake::bench {
namespace {

constexpr int kDatasetsPerCommit = 2000;
constexpr int kCatalogWarmups = 3;

std::vector<catalog::Column> Columns() {
  return {{1, "id", "BIGINT"}, {2, "name", "VARCHAR"}, {3, "amount", "DECIMAL(18,2)"}, {4, "day", "DATE"}};
}

void AddDataset(int number, catalog::Transaction& transaction) {
  const catalog::DatasetId id(fmt::format("00000000-0000-7000-8000-{:012}", number));
  transaction.actions.emplace_back(catalog::CreateDataset{.dataset = id,
                                                          .name = fmt::format("dataset_{:06}", number),
                                                          .bucket = "primary",
                                                          .columns = Columns(),
                                                          .metadata = JsonValue::MakeObject({})});
  catalog::DataFile file;
  file.id = catalog::FileId(fmt::format("file-{}", number));
  file.bucket = "primary";
  file.key = fmt::format("data/{}/1.parquet", id.value());
  file.rows = 1000;
  file.bytes = 20'000;
  file.checksum = "sha256:" + std::string(64, '0');
  file.schema_id = 1;
  transaction.actions.emplace_back(catalog::AddFiles{.dataset = id, .files = {std::move(file)}});
}

Status Build(const std::filesystem::path& data, int datasets) {
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<Log> log = MakeJsonLog(LogLevel::kError);
  std::filesystem::create_directories(data);
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<storage::Disk> disk, storage::OpenPosixDisk(data.string()));
  LAKE_ASSIGN_OR_RETURN(std::shared_ptr<storage::ObjectStore> store,
                        storage::OpenLocalStore(std::move(disk)));
  LAKE_ASSIGN_OR_RETURN(
      std::unique_ptr<catalog::Catalog> catalog,
      catalog::Catalog::Open(Context{}, store, clock, random, *log, {}, {.writer = "bench"}));
  for (int first = 0; first < datasets; first += kDatasetsPerCommit) {
    catalog::Transaction transaction{.operation = "create", .actor = "bench"};
    for (int i = 0; i < kDatasetsPerCommit; ++i) AddDataset(first + i, transaction);
    if (auto done = catalog->Commit(Context{}, std::move(transaction)); !done.ok())
      return std::move(done).error();
  }
  return catalog->Checkpoint(Context{});
}

/// Pages one after the other, as a client that reads the list does.
Status ReadPages(ServedLake& lake, int pages, std::vector<double>& times) {
  std::string token;
  for (int page = 0; page < pages; ++page) {
    Stopwatch watch;
    LAKE_ASSIGN_OR_RETURN(std::string body, lake.Get("/catalog/datasets?limit=100" + token));
    const double us = watch.us();
    LAKE_ASSIGN_OR_RETURN(JsonValue document, ParseJson(body));
    if (document.Find("items")->as_array().size() != 100)
      return Internal("wrong_page", "a page of 100 has another size");
    token = "&page_token=" + app::UrlEncode(document.FindString("next_page_token"));
    if (page >= kCatalogWarmups) times.push_back(us);
  }
  return {};
}

/// What system tables cost: their rows are made anew for every statement.
Status CountTables(ServedLake& lake, int datasets, const JsonValue& params, Report& report) {
  for (const std::string table : {"datasets", "columns", "files", "versions"}) {
    std::vector<double> times;
    for (int i = 0; i < 5; ++i) {
      Stopwatch watch;
      LAKE_ASSIGN_OR_RETURN(const std::string answer,
                            lake.Query("SELECT count(*) FROM system." + table, "application/json"));
      times.push_back(watch.us() / 1000);
      const int expected = table == "columns" ? 4 * datasets : datasets;
      if (answer.find(fmt::format("[[{}]]", expected)) == std::string::npos)
        return Internal("wrong_count", "system.{} does not have {} rows", table, expected);
    }
    report.Add({"count system." + table, "lake", "p50_ms", Percentile(times, 0.5), params});
    report.Add({"count system." + table, "lake", "worst_ms", Percentile(times, 1), params});
  }
  return {};
}

/// What was measured of commits, one after the other; between them the disk by itself.
struct Commits {
  std::vector<double> us;
  std::vector<double> sync_us;
  std::vector<double> new_file_us;
  std::vector<double> sync_calls;
};

Status CreateDatasets(ServedLake& lake, SyncProbe& probe, int count, Commits& commits) {
  for (int i = 0; i < count; ++i) {
    JsonValue columns = JsonValue::MakeArray();
    columns.Append(JsonValue::MakeObject({{"name", "id"}, {"type", "BIGINT"}}));
    const JsonValue create =
        JsonValue::MakeObject({{"name", fmt::format("new_{}", i)}, {"columns", std::move(columns)}});
    const double sync_us = probe.MeasureUs();
    const double new_file_us = probe.MeasureNewFileUs();
    const uint64_t calls = SyncCalls();
    Stopwatch watch;
    if (auto done = lake.Post("/catalog/datasets", create); !done.ok()) return std::move(done).error();
    const double us = watch.us();
    if (i < kCatalogWarmups) continue;
    commits.us.push_back(us);
    commits.sync_us.push_back(sync_us);
    commits.new_file_us.push_back(new_file_us);
    commits.sync_calls.push_back(static_cast<double>(SyncCalls() - calls));
  }
  return {};
}

void AddCommits(const Commits& commits, const JsonValue& params, Report& report) {
  const double commit = Percentile(commits.us, 0.5);
  const double sync = Percentile(commits.sync_us, 0.5);
  const double new_file = Percentile(commits.new_file_us, 0.5);
  report.Add({"commit", "lake", "p50_us", commit, params});
  report.Add({"commit", "lake", "p50_syncs", Percentile(commits.sync_calls, 0.5), params});
  report.Add({"commit", "lake", "most_syncs", Percentile(commits.sync_calls, 1), params});
  report.Add({"fdatasync of 4 KiB", "disk", "p50_us", sync, params});
  report.Add({"durable new file of 4 KiB", "disk", "p50_us", new_file, params});
  report.Add({"commit / fdatasync", "lake", "ratio", commit / sync, params});
  report.Add({"commit / durable new file", "lake", "ratio", commit / new_file, params});
}

}  // namespace

Status RunP14(const RunOptions& options, Report& report) {
  const int datasets = options.effort == Effort::kQuick ? 20'000 : 100'000;
  ScratchDirectory scratch;
  const std::filesystem::path data = scratch.path() / "data";
  const JsonValue params = JsonValue::MakeObject({{"datasets", datasets}});
  Stopwatch build;
  LAKE_RETURN_IF_ERROR(Build(data, datasets));
  report.Add({"build and checkpoint", "lake", "total_ms", build.us() / 1000, params});

  std::vector<double> opens;
  std::unique_ptr<ServedLake> lake;
  for (int i = 0; i < 5; ++i) {
    lake.reset();
    Stopwatch open;
    LAKE_ASSIGN_OR_RETURN(lake, ServedLake::Open(data));
    opens.push_back(open.us() / 1000);
  }
  report.Add({"start", "lake", "p50_ms", Percentile(opens, 0.5), params});
  report.Add({"start", "lake", "worst_ms", Percentile(opens, 1), params});

  std::vector<double> pages;
  LAKE_RETURN_IF_ERROR(ReadPages(*lake, 100, pages));
  report.Add({"page of 100", "lake", "p50_ms", Percentile(pages, 0.5) / 1000, params});
  report.Add({"page of 100", "lake", "p99_ms", Percentile(pages, 0.99) / 1000, params});

  LAKE_RETURN_IF_ERROR(CountTables(*lake, datasets, params, report));

  Commits commits;
  SyncProbe probe(scratch.path() / "probe");
  LAKE_RETURN_IF_ERROR(CreateDatasets(*lake, probe, 60, commits));
  AddCommits(commits, params, report);
  return {};
}

}  // namespace lake::bench
