// P13: what the HTTP server costs around a tiny request, and what idle clients cost. The client and the two
// servers are three processes; the client (http_load.h) is the same for both.
//   beast        a bare Beast server (echo_server.h) reads a request and writes the same body.
//   lake         `lake serve` as people start it, GET /health: read, admitted, answered on the I/O thread;
//                a line in the access log, which is a file.
//   lake worker  the same server, GET /access/me: over to a worker thread and back.
// 1, 16 and 64 connections that stay, with one request at a time on each; the three take turns of one second
// (0.4 s when quick) and change their order. Figures are medians over the turns. `vs_beast` is the median of
// the ratios within each round, where what else the machine does falls on both. Where client and server
// share the cores, requests per second measure the client too: `cpu_us` is the CPU time of the server per
// request, user and system.
//
// Idle clients: 10,000 connections that have asked once, or as many as the limit of file descriptors allows.
// One more asks on and on, without and with them, in turns. `rss_kib` is what the server's resident memory
// grew by for each when they came the first time.
#include <algorithm>
#include <array>
#include <span>

#include "benchmarks.h"
#include "echo_server.h"
#include "http_load.h"
#include "served_lake.h"
#include "server_process.h"

namespace lake::bench {
namespace {

constexpr size_t kIdleClients = 10'000;
/// Descriptors that a process has besides its idle connections.
constexpr size_t kOtherDescriptors = 500;
constexpr std::chrono::milliseconds kWarmUp{100};

/// How long it takes.
struct Extent {
  int rounds = 0;
  int idle_rounds = 0;
  std::chrono::milliseconds turn{};
};

struct Target {
  const char* system;
  ServerProcess* server;
  const char* path;
};

/// One figure for each turn.
struct Turns {
  std::vector<double> per_second;
  std::vector<double> p50_us;
  std::vector<double> p99_us;
  std::vector<double> cpu_us;
};

Status RunTurn(const Target& target, LoadClient& client, std::chrono::milliseconds duration, Turns* turns) {
  LAKE_ASSIGN_OR_RETURN([[maybe_unused]] const LoadResult warm, client.Run(kWarmUp));
  const double cpu_before = target.server->CpuMs();
  LAKE_ASSIGN_OR_RETURN(const LoadResult result, client.Run(duration));
  const double requests = static_cast<double>(result.latencies_us.size());
  turns->cpu_us.push_back((target.server->CpuMs() - cpu_before) * 1000 / requests);
  turns->per_second.push_back(requests / result.seconds);
  turns->p50_us.push_back(Percentile(result.latencies_us, 0.5));
  turns->p99_us.push_back(Percentile(result.latencies_us, 0.99));
  return {};
}

std::vector<double> Ratios(const std::vector<double>& values, const std::vector<double>& bases) {
  std::vector<double> ratios;
  for (size_t i = 0; i < values.size(); ++i) ratios.push_back(values[i] / bases[i]);
  return ratios;
}

class Reporter {
 public:
  Reporter(Report& report, JsonValue params) : report_(report), params_(std::move(params)) {}

  void Add(const std::string& case_name, const char* system, const char* metric,
           const std::vector<double>& values) {
    report_.Add({case_name, system, metric, Percentile(values, 0.5), params_, Spread(values)});
  }
  void AddTurns(const std::string& case_name, const char* system, const Turns& turns) {
    Add(case_name, system, "per_s", turns.per_second);
    Add(case_name, system, "p50_us", turns.p50_us);
    Add(case_name, system, "p99_us", turns.p99_us);
    Add(case_name, system, "cpu_us", turns.cpu_us);
  }

 private:
  Report& report_;
  const JsonValue params_;
};

Status MeasureTinyRequests(std::span<const Target> targets, size_t connections, const Extent& effort,
                           Reporter& report) {
  std::vector<Turns> turns(targets.size());
  for (int round = 0; round < effort.rounds; ++round) {
    for (size_t i = 0; i < targets.size(); ++i) {
      const size_t t = (i + static_cast<size_t>(round)) % targets.size();
      LAKE_ASSIGN_OR_RETURN(
          const std::unique_ptr<LoadClient> client,
          LoadClient::Connect(MakeTinyRequest(targets[t].server->url(), targets[t].path), connections));
      LAKE_RETURN_IF_ERROR(RunTurn(targets[t], *client, effort.turn, &turns[t]));
    }
  }
  const std::string name = fmt::format("{} connection{}", connections, connections == 1 ? "" : "s");
  for (size_t t = 0; t < targets.size(); ++t) {
    report.AddTurns(name, targets[t].system, turns[t]);
    if (t == 0) continue;
    report.Add(name, targets[t].system, "vs_beast", Ratios(turns[t].per_second, turns[0].per_second));
    report.Add(name, targets[t].system, "cpu_vs_beast", Ratios(turns[t].cpu_us, turns[0].cpu_us));
  }
  return {};
}

Status MeasureIdleClients(const Target& target, size_t count, const Extent& effort, Reporter& report) {
  const TinyRequest request = MakeTinyRequest(target.server->url(), target.path);
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<LoadClient> active, LoadClient::Connect(request, 1));
  Turns without;
  Turns with;
  std::vector<double> grown_kib;
  for (int round = 0; round < effort.idle_rounds; ++round) {
    LAKE_RETURN_IF_ERROR(RunTurn(target, *active, effort.turn, &without));
    const double resident_before = target.server->ResidentMiB();
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<LoadClient> idle, LoadClient::Connect(request, count));
    grown_kib.push_back((target.server->ResidentMiB() - resident_before) * 1024 / static_cast<double>(count));
    LAKE_RETURN_IF_ERROR(RunTurn(target, *active, effort.turn, &with));
  }
  report.AddTurns("no idle clients", target.system, without);
  report.AddTurns("idle clients", target.system, with);
  report.Add("idle clients", target.system, "p50_vs_none", Ratios(with.p50_us, without.p50_us));
  report.Add("idle clients", target.system, "p99_vs_none", Ratios(with.p99_us, without.p99_us));
  report.Add("idle clients", target.system, "rss_kib", {grown_kib.front()});
  return {};
}

}  // namespace

Status RunP13(const RunOptions& options, Report& report) {
  const Extent effort = options.effort == Effort::kQuick
                            ? Extent{.rounds = 7, .idle_rounds = 3, .turn = std::chrono::milliseconds(400)}
                            : Extent{.rounds = 21, .idle_rounds = 7, .turn = std::chrono::milliseconds(1000)};
  const uint64_t descriptors = RaiseDescriptorLimit();
  const size_t idle = std::min<size_t>(kIdleClients, descriptors - std::min(descriptors, kOtherDescriptors));
  ScratchDirectory scratch;
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> beast, ServerProcess::StartEcho());
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> lake,
                        ServerProcess::Start(scratch.path() / "data", scratch.path() / "log"));
  const std::array targets = {Target{"beast", beast.get(), "/health"}, Target{"lake", lake.get(), "/health"},
                              Target{"lake worker", lake.get(), "/access/me"}};
  Reporter reporter(report, JsonValue::MakeObject({{"rounds", effort.rounds},
                                                   {"idle_rounds", effort.idle_rounds},
                                                   {"turn_ms", effort.turn.count()},
                                                   {"idle_clients", static_cast<int64_t>(idle)},
                                                   {"io_threads", 2}}));
  // First, while the servers' memory is as they started.
  for (const Target& target : {targets[0], targets[1]})
    LAKE_RETURN_IF_ERROR(MeasureIdleClients(target, idle, effort, reporter));
  for (const size_t connections : {1u, 16u, 64u})
    LAKE_RETURN_IF_ERROR(MeasureTinyRequests(targets, connections, effort, reporter));
  LAKE_RETURN_IF_ERROR(lake->Stop());
  return beast->Stop();
}

}  // namespace lake::bench
