// lake_bench ID [--quick] [--rows N] [--base F --query F [--truth F] [--metric M]] [--filter-seed N]
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "benchmarks.h"
#include "echo_server.h"

namespace {

using namespace lake::bench;

constexpr std::string_view kFilterSeed = "--filter-seed";

struct Benchmark {
  std::string_view id;
  std::string_view what;
  lake::Status (*run)(const RunOptions&, Report&);
  bool takes_vectors = false;  ///< Whether it can be run on vectors that are given.
  bool draws_filters = false;  ///< Whether it takes a seed for them.
};

constexpr std::array kBenchmarks = {
    Benchmark{"P1",
              "CPU time to build an index of 100,000 x 768 vectors, sets A and B, beside hnswlib, faiss and "
              "usearch",
              RunP1, true},
    Benchmark{"P2",
              "latency of a search at a recall of 0.99, sets A and B, beside hnswlib, faiss and usearch",
              RunP2, true},
    Benchmark{"P3", "opening an index and its memory after searches, set A, beside the same", RunP3, true},
    Benchmark{.id = "P4",
              .what = "a filtered search by share and correlation, set A, beside the exact scan",
              .run = RunP4,
              .takes_vectors = true,
              .draws_filters = true},
    Benchmark{"P5", "building and searching an index of 1,000,000 x 768 vectors, sets A and B", RunP5, true},
    Benchmark{"P6", "22 analytic queries over HTTP as administrator and as masked roles, beside DuckDB",
              RunP6},
    Benchmark{"P8", "CSV over HTTP to catalogued Parquet, beside DuckDB's COPY", RunP8},
    Benchmark{"P10", "durable append and tombstone, beside fdatasync", RunP10},
    Benchmark{"P11", "what strategies of tuning reach for the same CPU time, sets A and B", RunP11},
    Benchmark{"P12", "texts embedded a second by a job that builds an index, beside the bare model", RunP12},
    Benchmark{"P13", "a tiny HTTP request beside bare Beast, and 10,000 idle clients", RunP13},
    Benchmark{"P14", "start, page and commit of a catalog of 100,000 datasets", RunP14},
    Benchmark{"P15", "exec of the server to ready and to its first answer", RunP15},
    Benchmark{"P16", "what searches find by meaning, by words and by both, of planted answers", RunP16},
};

std::string Usage() {
  std::string text =
      "usage: lake bench ID [--quick] [--rows N] [--base FILE --query FILE [--truth FILE] [--metric M]]\n"
      "                     [--filter-seed N]\n"
      "  --quick   at most two minutes on a quiet machine\n"
      "  --rows N  size of the sample company (P6, P15); 2,469,278 unless told; vectors of P11\n"
      "  --base, --query, --truth  P1 to P5 on vectors of your own: .fvecs or .npy (f32), truth as .ivecs "
      "or\n"
      "            .npy (i32, i64); without truth all rows are compared\n"
      "  --metric M  cosine (unless told), l2 or ip\n"
      "  --filter-seed N  other filters than the usual ones (P4)\n";
  for (const Benchmark& benchmark : kBenchmarks)
    text += fmt::format("  {:<9} {}\n", benchmark.id, benchmark.what);
  return text;
}

std::optional<lake::ann::Metric> MetricOf(std::string_view word) {
  if (word == "cosine") return lake::ann::Metric::kCosine;
  if (word == "l2") return lake::ann::Metric::kL2;
  if (word == "ip") return lake::ann::Metric::kInnerProduct;
  return std::nullopt;
}

/// Whether the value is a number and nothing else.
template <class Number>
bool TakeNumber(std::string_view value, Number* number) {
  const char* end = value.data() + value.size();
  const std::from_chars_result read = std::from_chars(value.data(), end, *number);
  return read.ec == std::errc() && read.ptr == end;
}

/// Whether the option and its value make sense.
bool TakeValue(std::string_view option, std::string_view value, RunOptions* options, GivenVectors* given) {
  if (option == "--rows") return TakeNumber(value, &options->rows);
  if (option == kFilterSeed) return TakeNumber(value, &options->filter_seed);
  if (option == "--metric") {
    const std::optional<lake::ann::Metric> metric = MetricOf(value);
    if (metric) given->metric = *metric;
    return metric.has_value();
  }
  std::filesystem::path* file = option == "--base"    ? &given->base
                                : option == "--query" ? &given->queries
                                : option == "--truth" ? &given->truth
                                                      : nullptr;
  if (file != nullptr) *file = value;
  return file != nullptr;
}

std::optional<RunOptions> ParseOptions(const Benchmark& benchmark, std::span<char* const> words) {
  RunOptions options;
  GivenVectors given;
  bool about_vectors = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--quick") {
      options.effort = Effort::kQuick;
      continue;
    }
    ++i;  // To its value.
    if (i == words.size() || !TakeValue(word, words[i], &options, &given)) return std::nullopt;
    if (word == kFilterSeed && !benchmark.draws_filters) return std::nullopt;
    about_vectors |= word != "--rows" && word != kFilterSeed;
  }
  if (!about_vectors) return options;
  if (given.base.empty() || given.queries.empty() || !benchmark.takes_vectors) return std::nullopt;
  options.given = std::move(given);
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char* const> words(argv, static_cast<size_t>(argc));
  const std::string_view id = argc > 1 ? words[1] : "";
  if (id == kEchoServerWord) return RunEchoServer();
  if (id == "--help") {
    fmt::print("{}", Usage());
    return 0;
  }
  const auto found = std::ranges::find(kBenchmarks, id, &Benchmark::id);
  const std::optional<RunOptions> options =
      found == kBenchmarks.end() ? std::nullopt : ParseOptions(*found, words.subspan(2));
  if (!options) {
    fmt::print(stderr, "{}", Usage());
    return 2;
  }
  Report report{std::string(id)};
  const lake::Status done = found->run(*options, report);
  if (!done.ok()) fmt::print(stderr, "lake bench: {}\n", done.error().ToString());
  return done.ok() ? 0 : 1;
}
