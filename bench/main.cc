// lake_bench ID [--quick]
#include <cstdio>
#include <map>
#include <string_view>

#include "benchmarks.h"

int main(int argc, char** argv) {
  using namespace lake::bench;
  const std::map<std::string_view, lake::Status (*)(Effort, Report&)> benchmarks = {
      {"P8", RunP8}, {"P10", RunP10}, {"P14", RunP14}};
  const auto found = argc > 1 ? benchmarks.find(argv[1]) : benchmarks.end();
  const bool quick = argc == 3 && std::string_view(argv[2]) == "--quick";
  if (found == benchmarks.end() || argc > 3 || (argc == 3 && !quick)) {
    fmt::print(stderr, "usage: lake bench ID [--quick]; the benchmarks here are:");
    for (const auto& [id, run] : benchmarks) fmt::print(stderr, " {}", id);
    fmt::print(stderr, "\n");
    return 2;
  }
  Report report{std::string(found->first)};
  const lake::Status done = found->second(quick ? Effort::kQuick : Effort::kFull, report);
  if (!done.ok()) fmt::print(stderr, "lake bench: {}\n", done.error().ToString());
  return done.ok() ? 0 : 1;
}
