// P10: an append of 100 rows and a tombstone, each until it is acknowledged as durable, beside one fdatasync
// on the same disk, with the number of syncs each asks for. Interleaved, so that a slow moment of the machine
// hits all three; ratios are of medians.
#include "benchmarks.h"
#include "served_lake.h"
#include "sync_calls.h"

namespace lake::bench {
namespace {

constexpr int kRowsPerAppend = 100;
constexpr int kAppendWarmups = 5;

std::string Rows(int round) {
  std::string csv = "id,name,amount\n";
  for (int row = 0; row < kRowsPerAppend; ++row)
    csv += fmt::format("{},name {},{}.25\n", round * kRowsPerAppend + row, row, round);
  return csv;
}

JsonValue Tombstone(int round) {
  JsonValue values = JsonValue::MakeArray();
  values.Append(fmt::format("{}", round * kRowsPerAppend));
  return JsonValue::MakeObject(
      {{"row_key_column", "id"}, {"row_key_values", std::move(values)}, {"reason", "benchmark"}});
}

}  // namespace

Status RunP10(const RunOptions& options, Report& report) {
  const int rounds = options.effort == Effort::kQuick ? 60 : 300;
  ScratchDirectory scratch;
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<ServedLake> lake, ServedLake::Open(scratch.path() / "data"));
  SyncProbe probe(scratch.path() / "probe");
  std::vector<double> appends;
  std::vector<double> tombstones;
  std::vector<double> syncs;
  std::vector<double> append_calls;
  std::vector<double> tombstone_calls;
  for (int round = 0; round < kAppendWarmups + rounds; ++round) {
    const double sync_us = probe.MeasureUs();
    std::string csv = Rows(round);
    const uint64_t calls_before = SyncCalls();
    Stopwatch append;
    if (auto done = lake->Ingest("events", std::move(csv)); !done.ok()) return std::move(done).error();
    const double append_us = append.us();
    const uint64_t calls_between = SyncCalls();
    Stopwatch tombstone;
    if (auto done = lake->Post("/catalog/datasets/by-name/events/tombstone", Tombstone(round)); !done.ok())
      return std::move(done).error();
    const double tombstone_us = tombstone.us();
    if (round < kAppendWarmups) continue;
    syncs.push_back(sync_us);
    appends.push_back(append_us);
    tombstones.push_back(tombstone_us);
    append_calls.push_back(static_cast<double>(calls_between - calls_before));
    tombstone_calls.push_back(static_cast<double>(SyncCalls() - calls_between));
  }
  const JsonValue params = JsonValue::MakeObject({{"rounds", rounds}, {"rows", kRowsPerAppend}});
  auto add = [&](const char* name, const char* system, const std::vector<double>& values) {
    report.Add({name, system, "p50_us", Percentile(values, 0.5), params});
    report.Add({name, system, "p99_us", Percentile(values, 0.99), params});
  };
  add("fdatasync of 4 KiB", "disk", syncs);
  add("append of 100 rows", "lake", appends);
  add("tombstone", "lake", tombstones);
  report.Add({"append of 100 rows", "lake", "p50_syncs", Percentile(append_calls, 0.5), params});
  report.Add({"tombstone", "lake", "p50_syncs", Percentile(tombstone_calls, 0.5), params});
  const double sync = Percentile(syncs, 0.5);
  report.Add({"append / fdatasync", "lake", "ratio", Percentile(appends, 0.5) / sync, params});
  report.Add({"tombstone / fdatasync", "lake", "ratio", Percentile(tombstones, 0.5) / sync, params});
  return {};
}

}  // namespace lake::bench
