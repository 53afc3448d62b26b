// P15: from exec of `lake serve` to the line that says where it listens, to the first 200 of /readyz and to
// the first answered query, on an empty directory and on one with the sample company, beside `lake
// --version`, which is what loading the program alone costs. Warm: the binary and the data are in the page
// cache; the server was stopped as Ctrl-C stops it, so its last checkpoint is there. The three take turns.
// CPU time and resident memory are those of the server process when it has answered that query.
//
// The other half of P15, a fresh machine's first README command to its first answer, cannot be timed from
// inside a program that it builds. On a fresh Debian 12 with a fresh clone:
//   time ./lake demo --exit --data "$(mktemp -d)/data"
// Its own lines give the parts: "Done in" is generating, ingesting and asking; what is left of the total is
// installing, fetching and compiling. `rm -rf build` with an empty CCACHE_DIR repeats the compiling part on a
// used machine.
#include "benchmarks.h"
#include "lake/demo_data/files.h"
#include "sample_company.h"
#include "served_lake.h"
#include "server_process.h"

namespace lake::bench {
namespace {

constexpr int kStartWarmups = 1;
constexpr int kMaxReadyPolls = 1000;

struct Start {
  std::vector<double> listening_ms;
  std::vector<double> ready_ms;
  std::vector<double> answered_ms;
  std::vector<double> cpu_ms;
  std::vector<double> resident_mib;
};

Status AwaitReady(app::HttpClient& client) {
  for (int poll = 0; poll < kMaxReadyPolls; ++poll) {
    LAKE_ASSIGN_OR_RETURN(const app::HttpResponse response, client.Send(Context{}, {.path = "/readyz"}));
    if (response.status == 200) return {};
  }
  return Internal("not_ready", "the server listens but does not become ready");
}

Status Ask(app::HttpClient& client, std::string_view sql) {
  LAKE_ASSIGN_OR_RETURN(const app::HttpResponse response,
                        client.Send(Context{}, {.method = "POST",
                                                .path = "/query/sql",
                                                .headers = {{"Content-Type", "application/json"}},
                                                .body = WriteJson(JsonValue::MakeObject({{"sql", sql}}))}));
  if (response.status != 200) return app::ProblemToError(response);
  return {};
}

Status MeasureStart(const std::filesystem::path& data, std::string_view sql, Start* start) {
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                        ServerProcess::Start(data, data.string() + ".log"));
  const double listening_us = server->us_since_exec();
  app::HttpClient client(server->url());
  LAKE_RETURN_IF_ERROR(AwaitReady(client));
  const double ready_us = server->us_since_exec();
  LAKE_RETURN_IF_ERROR(Ask(client, sql));
  const double answered_us = server->us_since_exec();
  start->listening_ms.push_back(listening_us / 1000);
  start->ready_ms.push_back(ready_us / 1000);
  start->answered_ms.push_back(answered_us / 1000);
  start->cpu_ms.push_back(server->CpuMs());
  start->resident_mib.push_back(server->ResidentMiB());
  return server->Stop();
}

void ReportStart(const char* name, const Start& start, const JsonValue& params, Report& report) {
  const auto add = [&](const char* metric, const std::vector<double>& values) {
    report.Add({name, "lake", metric, Percentile(values, 0.5), params, Spread(values)});
  };
  add("listening_p50_ms", start.listening_ms);
  add("ready_p50_ms", start.ready_ms);
  add("answered_p50_ms", start.answered_ms);
  report.Add({name, "lake", "answered_worst_ms", Percentile(start.answered_ms, 1), params});
  add("cpu_p50_ms", start.cpu_ms);
  add("rss_p50_mib", start.resident_mib);
}

}  // namespace

Status RunP15(const RunOptions& options, Report& report) {
  const int rounds = options.effort == Effort::kQuick ? 10 : 30;
  ScratchDirectory scratch;
  const std::filesystem::path full = scratch.path() / "full";
  {
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ServedLake> lake, ServedLake::Open(full));
    LAKE_RETURN_IF_ERROR(IngestSampleCompany(*lake, options.rows));
  }
  Start on_empty;
  Start on_full;
  std::vector<double> loads_ms;
  for (int round = -kStartWarmups; round < rounds; ++round) {
    if (round == 0) {
      on_empty = {};
      on_full = {};
      loads_ms.clear();
    }
    const std::filesystem::path empty = scratch.path() / fmt::format("empty_{}", round + kStartWarmups);
    Stopwatch load;
    LAKE_RETURN_IF_ERROR(RunLakeHelp());
    loads_ms.push_back(load.us() / 1000);
    LAKE_RETURN_IF_ERROR(MeasureStart(empty, "SELECT 42", &on_empty));
    LAKE_RETURN_IF_ERROR(MeasureStart(
        full, "SELECT status, count(*) AS people FROM candidates GROUP BY ALL ORDER BY 1", &on_full));
  }
  const JsonValue params = JsonValue::MakeObject(
      {{"rows", options.rows}, {"generator", demo_data::kGeneratorVersion}, {"rounds", rounds}});
  report.Add({"lake --help", "lake", "p50_ms", Percentile(loads_ms, 0.5), params, Spread(loads_ms)});
  ReportStart("start on an empty directory", on_empty, params, report);
  ReportStart("start on the sample company", on_full, params, report);
  return {};
}

}  // namespace lake::bench
