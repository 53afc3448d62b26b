#include "report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "lake/common/check.h"

namespace lake::bench {
namespace {

std::string CpuName() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

void Report::AddUntabled(const Measurement& measurement) {
  JsonValue line = JsonValue::MakeObject({{"id", id_},
                                          {"case", measurement.case_name},
                                          {"system", measurement.system},
                                          {"metric", measurement.metric},
                                          {"value", measurement.value},
                                          {"params", measurement.params},
                                          {"cpu", CpuName()}});
  if (measurement.spread) line.Set("spread", *measurement.spread);
  fmt::print("{}\n", WriteJson(line));
  std::fflush(stdout);
}

void Report::Add(Measurement measurement) {
  AddUntabled(measurement);
  measurements_.push_back(std::move(measurement));
}

Report::~Report() {
  for (const Measurement& line : measurements_)
    fmt::print(stderr, "{:<4} {:<28} {:<16} {:<16} {:>14.3f}{}\n", id_, line.case_name, line.system,
               line.metric, line.value, line.spread ? fmt::format(" ± {:.3f}", *line.spread) : "");
}

double Percentile(std::vector<double> values, double part) {
  LAKE_CHECK(!values.empty());
  std::ranges::sort(values);
  return values[static_cast<size_t>(std::lround(static_cast<double>(values.size() - 1) * part))];
}

double Spread(const std::vector<double>& values) {
  return (Percentile(values, 0.75) - Percentile(values, 0.25)) / 2;
}

}  // namespace lake::bench
