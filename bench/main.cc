// lake_bench ID [--quick] [--rows N]
#include <charconv>
#include <cstdio>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "benchmarks.h"

namespace {

using namespace lake::bench;

const std::map<std::string_view, lake::Status (*)(const RunOptions&, Report&)> kBenchmarks = {
    {"P6", RunP6}, {"P8", RunP8}, {"P10", RunP10}, {"P14", RunP14}, {"P15", RunP15}};

std::optional<RunOptions> ParseOptions(std::span<char* const> words) {
  RunOptions options;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--quick") {
      options.effort = Effort::kQuick;
    } else if (word == "--rows" && i + 1 < words.size()) {
      const std::string_view number = words[++i];
      const char* end = number.data() + number.size();
      if (std::from_chars(number.data(), end, options.rows).ptr != end) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char* const> words(argv, static_cast<size_t>(argc));
  const auto found = argc > 1 ? kBenchmarks.find(words[1]) : kBenchmarks.end();
  const std::optional<RunOptions> options =
      found == kBenchmarks.end() ? std::nullopt : ParseOptions(words.subspan(2));
  if (!options) {
    fmt::print(stderr,
               "usage: lake bench ID [--quick] [--rows N]; --rows is the size of the sample company (P6, "
               "P15); the benchmarks here are:");
    for (const auto& [id, run] : kBenchmarks) fmt::print(stderr, " {}", id);
    fmt::print(stderr, "\n");
    return 2;
  }
  Report report{std::string(found->first)};
  const lake::Status done = found->second(*options, report);
  if (!done.ok()) fmt::print(stderr, "lake bench: {}\n", done.error().ToString());
  return done.ok() ? 0 : 1;
}
