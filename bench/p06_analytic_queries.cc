// P6: 22 analytic queries over the sample company, answered by the served lakehouse over HTTP beside DuckDB
// embedded. One process, the same library, threads and memory limit on both sides, Parquet footers cached on
// both sides.
//   duckdb  the statement text on a connection that stays, tables as views of read_parquet; the result is
//           turned into Arrow arrays.
//   arrow   POST /query/sql on a connection that stays, the Arrow IPC stream received over loopback and
//           decoded to Arrow arrays: the client ends with what the embedded one has.
//   json    the same in JSON, received as text; beside the same run of duckdb.
// Three cases:
//   as administrator  no keys; DuckDB reads the very files that the lakehouse wrote and catalogued.
//   as masked         with auth, under the key of a role with masks, hashes and NULLs (masked_roles.cc).
//   as filtered       with auth, under the key of a role with row filters, some candidates tombstoned.
// In the last two DuckDB reads a copy of what the role is shown, masked, filtered and written beforehand:
// what the lakehouse does for each query, hashing too, the peer does not do at all.
//
// All three take turns within each query, their order changes from round to round, and all 22 queries make a
// round, so that no side finds its own last query in the CPU's caches. Warm: the files are in the page cache,
// the first rounds do not count. Every answer of every round is compared cell by cell with DuckDB's of the
// same turn; each query orders its rows totally, so their order counts too. Sums are exact decimals; what is
// floating may differ in the last bits. The CPU time is that of the whole process, client and server: where
// something else keeps the machine busy, it is the figure to look at. Ratios are of medians.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <thread>

#include "benchmarks.h"
#include "duckdb_peer.h"
#include "lake/demo_data/files.h"
#include "lake/demo_data/queries.h"
#include "masked_roles.h"
#include "sample_company.h"
#include "served_lake.h"

namespace lake::bench {
namespace {

constexpr int kQueryWarmups = 2;
constexpr double kFloatTolerance = 1e-9;  // Relative: two orders of summing a few million doubles.
constexpr uint64_t kMemoryBytes = 8ull << 30;

enum System { kDuckDb, kArrow, kJson };
constexpr std::array<const char*, 3> kSystemNames = {"duckdb", "lake arrow", "lake json"};

struct Samples {
  std::vector<double> wall_ms;
  std::vector<double> cpu_ms;

  double wall() const { return Percentile(wall_ms, 0.5); }
  double cpu() const { return Percentile(cpu_ms, 0.5); }
};
using QuerySamples = std::array<Samples, kSystemNames.size()>;  // By System.

/// Of every thread of this process.
double ProcessCpuMs() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

bool SameCell(const JsonValue& left, const JsonValue& right) {
  if (left == right) return true;
  if (!left.is_number() || !right.is_number() || (!left.is_double() && !right.is_double())) return false;
  const double a = left.as_double();
  const double b = right.as_double();
  return std::abs(a - b) <= kFloatTolerance * std::max(std::abs(a), std::abs(b));
}

bool SameRow(const JsonValue& left, const JsonValue& right) {
  return left.is_array() && right.is_array() &&
         std::ranges::equal(left.as_array(), right.as_array(), SameCell);
}

Status CheckRows(std::string_view query, const char* system, const JsonValue::Array& expected,
                 const JsonValue::Array& rows) {
  const auto [wanted, got] = std::ranges::mismatch(expected, rows, SameRow);
  if (wanted == expected.end() && got == rows.end()) return {};
  return DataLoss("wrong_answer",
                  "{}: {} answers with {} rows, duckdb with {}; the first that differs is {}, not {}", query,
                  system, rows.size(), expected.size(), got == rows.end() ? "none" : WriteJson(*got),
                  wanted == expected.end() ? "none" : WriteJson(*wanted));
}

/// Runs one query on all three systems and compares what they answer.
class Turn {
 public:
  Turn(ServedLake& lake, DuckDbPeer& peer, const demo_data::AnalyticQuery& query)
      : lake_(lake), peer_(peer), query_(query) {}

  Status Run(System system, Samples* samples) {
    const double cpu_before = ProcessCpuMs();
    Stopwatch watch;
    LAKE_RETURN_IF_ERROR(Answer(system));
    const double wall_ms = watch.us() / 1000;
    if (samples == nullptr) return {};
    samples->wall_ms.push_back(wall_ms);
    samples->cpu_ms.push_back(ProcessCpuMs() - cpu_before);
    return {};
  }

  Status Check() const {
    LAKE_ASSIGN_OR_RETURN(const JsonValue::Array expected, RowsOf(embedded_));
    LAKE_ASSIGN_OR_RETURN(const JsonValue::Array rows, RowsOf(streamed_));
    LAKE_RETURN_IF_ERROR(CheckRows(query_.name, kSystemNames[kArrow], expected, rows));
    LAKE_ASSIGN_OR_RETURN(const JsonValue document, ParseJson(text_));
    const JsonValue* text_rows = document.Find("rows");
    if (expected.empty() || text_rows == nullptr || !text_rows->is_array())
      return DataLoss("no_answer", "{} is answered without rows", query_.name);
    return CheckRows(query_.name, kSystemNames[kJson], expected, text_rows->as_array());
  }

 private:
  Status Answer(System system) {
    if (system == kDuckDb) {
      LAKE_ASSIGN_OR_RETURN(embedded_, peer_.Query(std::string(query_.sql)));
    } else if (system == kArrow) {
      LAKE_ASSIGN_OR_RETURN(const std::string bytes,
                            lake_.Query(query_.sql, "application/vnd.apache.arrow.stream"));
      LAKE_ASSIGN_OR_RETURN(streamed_, DecodeIpcStream(bytes));
    } else {
      LAKE_ASSIGN_OR_RETURN(text_, lake_.Query(query_.sql, "application/json"));
    }
    return {};
  }

  ServedLake& lake_;
  DuckDbPeer& peer_;
  const demo_data::AnalyticQuery& query_;
  ArrowTable embedded_;
  ArrowTable streamed_;
  std::string text_;
};

Status ShowTablesToPeer(ServedLake& lake, const std::filesystem::path& data, DuckDbPeer& peer) {
  for (const demo_data::Table table : demo_data::kTables) {
    const std::string_view name = demo_data::TableName(table);
    LAKE_ASSIGN_OR_RETURN(const std::vector<std::filesystem::path> files, FilesOfDataset(lake, data, name));
    LAKE_RETURN_IF_ERROR(ShowFilesToPeer(name, files, peer));
  }
  return {};
}

Status RunRounds(ServedLake& lake, DuckDbPeer& peer, int rounds, std::vector<QuerySamples>* samples) {
  const std::span<const demo_data::AnalyticQuery> queries = demo_data::AnalyticQueries();
  samples->resize(queries.size());
  for (int round = -kQueryWarmups; round < rounds; ++round) {
    for (size_t q = 0; q < queries.size(); ++q) {
      Turn turn(lake, peer, queries[q]);
      for (size_t i = 0; i < kSystemNames.size(); ++i) {
        const auto system =
            static_cast<System>((i + q + static_cast<size_t>(round + kQueryWarmups)) % kSystemNames.size());
        LAKE_RETURN_IF_ERROR(turn.Run(system, round < 0 ? nullptr : &(*samples)[q][system]));
      }
      LAKE_RETURN_IF_ERROR(turn.Check());
    }
  }
  return {};
}

void ReportQueries(const std::string& role, const std::vector<QuerySamples>& samples, const JsonValue& params,
                   Report& report) {
  fmt::print(stderr, "as {}\n{:<40} {:>17} {:>17} {:>6} {:>17} {:>6}\n", role,
             "median ± half the quartiles' distance", "duckdb ms", "arrow ms", "ratio", "json ms", "ratio");
  for (size_t q = 0; q < samples.size(); ++q) {
    const std::string name(demo_data::AnalyticQueries()[q].name);
    std::array<std::string, kSystemNames.size()> cells;
    for (size_t s = 0; s < kSystemNames.size(); ++s) {
      const Samples& sample = samples[q][s];
      const double spread = Spread(sample.wall_ms);
      report.AddUntabled({name, kSystemNames[s], "p50_ms", sample.wall(), params, spread});
      report.AddUntabled({name, kSystemNames[s], "cpu_ms", sample.cpu(), params, Spread(sample.cpu_ms)});
      cells[s] = fmt::format("{:.2f} ± {:.2f}", sample.wall(), spread);
    }
    const double base = samples[q][kDuckDb].wall();
    fmt::print(stderr, "{:<40} {:>17} {:>17} {:>6.2f} {:>17} {:>6.2f}\n", name, cells[kDuckDb], cells[kArrow],
               samples[q][kArrow].wall() / base, cells[kJson], samples[q][kJson].wall() / base);
  }
}

void ReportTotals(const std::string& role, const std::vector<QuerySamples>& samples, const JsonValue& params,
                  Report& report) {
  const std::string name_of_case = "all queries as " + role;
  std::array<double, kSystemNames.size()> wall{};
  std::array<double, kSystemNames.size()> cpu{};
  for (size_t s = 0; s < kSystemNames.size(); ++s) {
    for (const QuerySamples& query : samples) {
      wall[s] += query[s].wall();
      cpu[s] += query[s].cpu();
    }
    report.Add({name_of_case, kSystemNames[s], "sum_of_p50_ms", wall[s], params});
    report.Add({name_of_case, kSystemNames[s], "sum_of_cpu_ms", cpu[s], params});
  }
  for (const System system : {kArrow, kJson}) {
    double logs = 0;
    double cpu_logs = 0;
    double worst = 0;
    for (const QuerySamples& query : samples) {
      const double ratio = query[system].wall() / query[kDuckDb].wall();
      logs += std::log(ratio);
      cpu_logs += std::log(query[system].cpu() / query[kDuckDb].cpu());
      worst = std::max(worst, ratio);
    }
    const char* name = kSystemNames[system];
    const auto count = static_cast<double>(samples.size());
    report.Add({name_of_case, name, "ratio_geomean", std::exp(logs / count), params});
    report.Add({name_of_case, name, "cpu_ratio_geomean", std::exp(cpu_logs / count), params});
    report.Add({name_of_case, name, "ratio_of_sums", wall[system] / wall[kDuckDb], params});
    report.Add({name_of_case, name, "ratio_worst", worst, params});
    report.Add({name_of_case, name, "cpu_ratio_of_sums", cpu[system] / cpu[kDuckDb], params});
  }
}

class Bench {
 public:
  Bench(const RunOptions& options, Report& report) : options_(options), report_(report) {
    settings_.query.threads = std::max(1u, std::thread::hardware_concurrency());
    settings_.query.memory_bytes = kMemoryBytes;
    settings_.query.cache_bytes = 0;  // Each answer is computed.
  }

  Status Run() {
    LAKE_ASSIGN_OR_RETURN(peer_, DuckDbPeer::Open(settings_.query));
    LAKE_ASSIGN_OR_RETURN([[maybe_unused]] const int64_t set,
                          peer_->Execute("SET parquet_metadata_cache = true"));
    LAKE_RETURN_IF_ERROR(RunAsAdministrator());
    return RunAsMaskedRoles();
  }

 private:
  Status RunAsAdministrator() {
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ServedLake> lake, ServedLake::Open(data_, settings_));
    LAKE_RETURN_IF_ERROR(IngestSampleCompany(*lake, options_.rows));
    LAKE_RETURN_IF_ERROR(ShowTablesToPeer(*lake, data_, *peer_));
    return RunCase("administrator", *lake);
  }

  Status RunAsMaskedRoles() {
    settings_.access.auth = true;
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ServedLake> lake, ServedLake::Open(data_, settings_));
    for (const MaskedRole& role : MaskedRoles()) {
      LAKE_ASSIGN_OR_RETURN(std::string key, MakeRoleAndKey(*lake, role));
      std::string administrator = lake->UseKey(std::move(key));
      LAKE_RETURN_IF_ERROR(ShowMaskedCopyToPeer(*lake, scratch_.path() / role.name, *peer_));
      LAKE_RETURN_IF_ERROR(RunCase(std::string(role.name), *lake));
      lake->UseKey(std::move(administrator));
    }
    return {};
  }

  Status RunCase(const std::string& role, ServedLake& lake) {
    const int rounds = options_.effort == Effort::kQuick ? 3 : 15;
    std::vector<QuerySamples> samples;
    LAKE_RETURN_IF_ERROR(RunRounds(lake, *peer_, rounds, &samples));
    const JsonValue params = JsonValue::MakeObject({{"role", role},
                                                    {"rows", options_.rows},
                                                    {"generator", demo_data::kGeneratorVersion},
                                                    {"rounds", rounds},
                                                    {"threads", settings_.query.threads},
                                                    {"memory_bytes", settings_.query.memory_bytes}});
    ReportQueries(role, samples, params, report_);
    ReportTotals(role, samples, params, report_);
    return {};
  }

  const RunOptions& options_;
  Report& report_;
  app::Settings settings_;
  const ScratchDirectory scratch_;
  const std::filesystem::path data_ = scratch_.path() / "data";
  std::unique_ptr<DuckDbPeer> peer_;
};

}  // namespace

Status RunP6(const RunOptions& options, Report& report) { return Bench(options, report).Run(); }

}  // namespace lake::bench
