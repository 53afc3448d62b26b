// P8: a CSV file of the sample company (timesheets) over HTTP into a catalogued, durable Parquet file, beside
// DuckDB's COPY of the same file to Parquet with the same compression, followed by sync(2)-strength
// durability of its output. Alternating; the ratio is of medians.
#include <fcntl.h>
#include <unistd.h>

#include "benchmarks.h"
#include "duckdb_peer.h"
#include "lake/demo_data/tables.h"
#include "served_lake.h"

namespace lake::bench {
namespace {

Status SyncFile(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  return synced ? Status() : Internal("peer_failed", "the peer's file cannot be synced");
}

}  // namespace

Status RunP8(const RunOptions& options, Report& report) {
  const int64_t total = options.effort == Effort::kQuick ? 500'000 : demo_data::kFullScale.total_rows;
  const int rounds = options.effort == Effort::kQuick ? 3 : 7;
  ScratchDirectory scratch;
  std::string csv;
  int64_t rows = 0;
  LAKE_RETURN_IF_ERROR(demo_data::GenerateCsv(demo_data::Table::kTimesheets, {.total_rows = total}, 2,
                                              [&](std::string_view bytes, int64_t count) -> Status {
                                                csv += bytes;
                                                rows += count;
                                                return {};
                                              }));
  const std::filesystem::path file = scratch.path() / "timesheets.csv";
  {
    std::unique_ptr<FILE, int (*)(FILE*)> out(std::fopen(file.c_str(), "wb"), &std::fclose);
    if (!out || std::fwrite(csv.data(), 1, csv.size(), out.get()) != csv.size())
      return Internal("not_written", "the CSV file cannot be written");
  }
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<ServedLake> lake, ServedLake::Open(scratch.path() / "data"));
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<DuckDbPeer> peer, DuckDbPeer::Open({}));
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int round = 0; round < rounds; ++round) {
    std::string body = csv;
    Stopwatch ingest;
    LAKE_ASSIGN_OR_RETURN(std::string answer,
                          lake->Ingest(fmt::format("timesheets_{}", round), std::move(body)));
    ours.push_back(ingest.us() / 1000);
    LAKE_ASSIGN_OR_RETURN(JsonValue document, ParseJson(answer));
    const std::filesystem::path out = scratch.path() / fmt::format("peer_{}.parquet", round);
    Stopwatch copy;
    LAKE_ASSIGN_OR_RETURN(
        const int64_t copied,
        peer->Execute(fmt::format("COPY (FROM read_csv('{}')) TO '{}' (FORMAT parquet, COMPRESSION zstd)",
                                  file.string(), out.string())));
    LAKE_RETURN_IF_ERROR(SyncFile(out));
    theirs.push_back(copy.us() / 1000);
    if (copied != rows || document.Find("rows")->as_int() != rows)
      return Internal("rows_missing", "{} rows were sent; DuckDB wrote {}, the answer is {}", rows, copied,
                      answer);
  }
  const JsonValue params = JsonValue::MakeObject(
      {{"rows", rows}, {"bytes", static_cast<int64_t>(csv.size())}, {"rounds", rounds}});
  report.Add({"CSV to Parquet", "lake", "p50_ms", Percentile(ours, 0.5), params});
  report.Add({"CSV to Parquet", "duckdb", "p50_ms", Percentile(theirs, 0.5), params});
  report.Add({"CSV to Parquet", "lake", "ratio", Percentile(ours, 0.5) / Percentile(theirs, 0.5), params});
  return {};
}

}  // namespace lake::bench
