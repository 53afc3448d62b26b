// lake tune: configurations of an index are tried, and the best promoted.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <set>
#include <string>

#include "commands.h"
#include "exit_code.h"
#include "follow_job.h"
#include "lake/common/json_io.h"
#include "recall_plot.h"
#include "request_body.h"
#include "rest.h"
#include "terminal.h"
#include "trial_rows.h"

namespace lake::app {
namespace {

constexpr int64_t kMostRunTrials = 202;  // Of one run.

/// "80:30" or "80:30:42".
Result<JsonValue> GridOf(const std::vector<std::string>& words) {
  JsonValue::Array grid;
  for (const std::string& word : words) {
    JsonValue config = JsonValue::MakeObject();
    constexpr std::array<const char*, 3> kNames = {"ef_construction", "ef_search", "seed"};
    size_t begin = 0;
    size_t parts = 0;
    for (; parts < kNames.size() && begin <= word.size(); ++parts) {
      const size_t end = std::min(word.find(':', begin), word.size());
      int64_t number = 0;
      const auto read = std::from_chars(word.data() + begin, word.data() + end, number);
      if (read.ec != std::errc() || read.ptr != word.data() + end) break;
      config.Set(kNames[parts], number);
      begin = end + 1;
    }
    if (parts < 2 || begin <= word.size())
      return InvalidArgument("bad_grid", "'{}' is no configuration: ef_construction:ef_search, as in 80:30",
                             word);
    grid.push_back(std::move(config));
  }
  return JsonValue(std::move(grid));
}

/// Shows the trials of a run as they come.
class LiveTrials {
 public:
  LiveTrials(Rest& rest, const ClientOptions& client, const std::string& index)
      : rest_(rest), client_(client), path_(TrialsPath(index)) {}

  /// What is there before is not of this run.
  Status Start() {
    LAKE_ASSIGN_OR_RETURN(const JsonValue::Array known, rest_.List(path_, kMostRunTrials));
    for (const JsonValue& trial : known) known_.emplace(trial.FindString("id"));
    return {};
  }

  /// Lines for those that came since.
  void Look() {
    Result<JsonValue::Array> listed = rest_.List(path_, kMostRunTrials);
    if (!listed.ok()) return;
    for (auto trial = listed->rbegin(); trial != listed->rend(); ++trial) {
      if (trial->FindString("note") != "autotune" || !known_.emplace(trial->FindString("id")).second)
        continue;
      if (client_.output == OutputFormat::kTable) fmt::print("{}\n", LineOf(*trial));
      trials_.push_back(std::move(*trial));
    }
    std::fflush(stdout);
  }

  const JsonValue::Array& trials() const { return trials_; }

 private:
  static std::string LineOf(const JsonValue& trial) {
    const JsonValue row = TrialRow(trial);
    const auto text = [&](std::string_view name) {
      const JsonValue* value = row.Find(name);
      return value->is_string() ? std::string(value->as_string())
             : value->is_int()  ? fmt::format("{}", value->as_int())
                                : std::string("-");
    };
    std::string line = fmt::format(
        "  ef_construction {:>3}  ef_search {:>3}  recall {:>6} (at least {})  p50 {:>7} us  build {} s",
        text("ef_construction"), text("ef_search"), text("recall_at_k"), text("recall_low"), text("p50_us"),
        text("build_secs"));
    for (const char* option : {"degree", "alpha", "code", "rerank"})
      if (const JsonValue* value = row.Find(option); !value->is_null())
        line += fmt::format("  {} {}", option, CellText(*value));
    return line;
  }

  Rest& rest_;
  const ClientOptions& client_;
  const std::string path_;
  std::set<std::string> known_;
  JsonValue::Array trials_;
};

double Figure(const JsonValue& trial, std::string_view name) {
  const JsonValue* metrics = trial.Find("metrics");
  const JsonValue* figure = metrics == nullptr ? nullptr : metrics->Find(name);
  return figure != nullptr && figure->is_number() ? figure->as_double() : 0;
}

/// "0.9571 [0.9512, 0.9640]"
std::string IntervalOf(const JsonValue* figure) {
  return fmt::format("{:.4f} [{:.4f}, {:.4f}]", figure->Find("value")->as_double(),
                     figure->Find("low")->as_double(), figure->Find("high")->as_double());
}

/// The numbers of a decision.
void PrintDecision(const JsonValue& decision) {
  for (const char* who : {"champion", "candidate"}) {
    const JsonValue* judged = decision.Find(who);
    fmt::print("{:<9}  recall {:.4f} (at least {:.4f})  p50 {:.1f} us  {}\n", who,
               judged->Find("recall_at_k")->as_double(), judged->Find("recall_bound")->as_double(),
               judged->Find("search_latency_p50_us")->as_double(), WriteJson(*judged->Find("config")));
  }
  fmt::print(
      "of {} queries that nothing was chosen by: recall {}, p50 ratio {}, memory {:.3f}, build {:.3f}\n",
      decision.Find("queries")->as_int(), IntervalOf(decision.Find("recall_difference")),
      IntervalOf(decision.Find("p50_ratio")), decision.Find("memory_ratio")->as_double(),
      decision.Find("build_ratio")->as_double());
  fmt::print("{}\n", decision.FindString("reason"));
}

void PrintOutcome(const JsonValue& tuned, const JsonValue::Array& trials) {
  const JsonValue* winner = tuned.Find("winner");
  const bool won = winner != nullptr && winner->is_object();
  std::vector<PlotPoint> points;
  for (const JsonValue& trial : trials)
    points.push_back({.recall = Figure(trial, "recall_at_k"),
                      .latency_us = Figure(trial, "search_latency_p50_us"),
                      .is_winner = won && trial.FindString("id") == winner->FindString("trial_id")});
  fmt::print("\n{}\n", PlotRecall(points));
  for (const JsonValue& skipped : tuned.Find("skipped")->as_array())
    fmt::print("skipped: {}\n", skipped.as_string());
  for (const JsonValue& failed : tuned.Find("failed")->as_array())
    fmt::print("failed: {}\n", failed.FindString("error"));
  if (won)
    fmt::print("winner: {} {}\n", winner->FindString("trial_id"),
               tuned.Find("promoted")->as_bool() ? "is promoted" : "could not be promoted");
  const JsonValue* decision = tuned.Find("decision");
  if (decision != nullptr && decision->is_object()) return PrintDecision(*decision);
  if (const std::string_view reason = tuned.FindString("reason"); !reason.empty()) fmt::print("{}\n", reason);
}

}  // namespace

int RunTune(const Context& context, const ClientOptions& client, const TuneOptions& options) {
  JsonValue body = JsonValue::MakeObject({{"index_name", options.index}, {"harness", options.eval_set}});
  if (options.min_recall) body.Set("min_recall", *options.min_recall);
  if (options.max_p95_us) body.Set("max_p95_us", *options.max_p95_us);
  if (options.max_build_secs) body.Set("max_build_secs", *options.max_build_secs);
  SetIfGiven(&body, "max_memory_bytes", options.max_memory_bytes);
  SetUnlessEmpty(&body, "strategy", options.strategy);
  SetIfGiven(&body, "max_trials", options.max_trials);
  SetIfGiven(&body, "max_cpu_secs", options.max_cpu_secs);
  if (!options.grid.empty()) {
    Result<JsonValue> grid = GridOf(options.grid);
    if (!grid.ok()) {
      Fail(grid.error());
      return kExitUsage;
    }
    body.Set("grid", *std::move(grid));
  }
  Rest rest(context, client);
  LiveTrials live(rest, client, options.index);
  if (const Status started = live.Start(); !started.ok()) return Fail(started.error());
  const Result<JsonValue> job = rest.PostForJob("/vectors/hnsw/autotune", body);
  if (!job.ok()) return Fail(job.error());
  uint64_t seen = 0;
  const Result<JsonValue> tuned = FollowJob(
      rest, job->FindString("id"), [&](uint64_t done, std::optional<uint64_t>, std::string_view unit) {
        if (unit != "trials" || done == seen) return;
        seen = done;
        live.Look();
      });
  if (tuned.ok()) live.Look();
  if (!tuned.ok() || client.output != OutputFormat::kTable) return PrintDocument(tuned);
  PrintOutcome(*tuned, live.trials());
  return kExitOk;
}

}  // namespace lake::app
