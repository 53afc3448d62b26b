// Trial: one configuration of an index, built, measured and on record. It is a contract on disk and on the
// wire alike; page: docs/formats/trial.md.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/json.h"
#include "lake/common/random.h"
#include "lake/common/result.h"
#include "lake/tuning/eval_set.h"
#include "lake/vector/index_record.h"

namespace lake::tuning {

/// What a figure is that nobody measured, or that was written as null: best trials have others.
inline constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

/// Latencies are of one query on one thread, in microseconds; percentiles by nearest rank.
struct TrialMetrics {
  double build_time_secs = kNotMeasured;  ///< Wall time.
  double search_latency_p50_us = kNotMeasured;
  double search_latency_p95_us = kNotMeasured;
  double search_latency_p99_us = kNotMeasured;
  double recall_at_k = kNotMeasured;  ///< Mean over the queries with ground truth.
  uint64_t memory_bytes = 0;          ///< Of all that a search reads.
  uint64_t vectors = 0;
  uint64_t eval_queries = 0;  ///< Those with ground truth.
  double brute_force_latency_us = kNotMeasured;
  std::optional<double> recall_low = {};  ///< Of the 95 % confidence interval.
  std::optional<double> recall_high = {};
  std::optional<double> distances_mean = {};  ///< Codes compared, a query.
  std::optional<double> hops_mean = {};       ///< Rows whose neighbours were read, a query.
  JsonValue::Object unknown = {};
};

/// How an index was built.
struct BuildStatistics {
  double cpu_secs = 0;  ///< Of the whole process while it was built.
  uint32_t threads = 0;
  uint32_t degree = 0;  ///< Most neighbours of a row.
  double alpha = 0;
  std::string code;  ///< What rows are compared by: "int4", "int8", "f32".
  /// Of choosing anew among the candidates of another build; none: it was built whole. cpu_secs has both.
  std::optional<double> rewire_cpu_secs = {};
  JsonValue::Object unknown = {};
};

struct Trial {
  std::string id;  ///< "trial-<unix ms>-<8 hex>".
  std::string index_name;
  std::string eval_set;
  vector::HnswConfig config;
  TrialMetrics metrics;
  Timestamp created_at;
  std::optional<std::string> note = {};

  // What records of earlier systems do not have.
  std::optional<uint32_t> k = {};  ///< Neighbours that were asked for.
  /// Equal for trials that evaluated the same build with other ef_search.
  std::optional<std::string> build_id = {};
  std::optional<BuildStatistics> build = {};
  std::optional<std::string> generation = {};  ///< Whose vectors they are.
  std::optional<uint64_t> dataset_version = {};
  std::optional<std::string> code_version = {};
  std::optional<std::string> cpu_features = {};  ///< Instruction set of the inner loops.
  std::optional<std::string> created_by = {};
  /// Those it was measured with; none: all.
  std::optional<EvalHalf> half = {};
  /// Of each query with ground truth (of the half), in the eval set's order, how many of its k nearest were
  /// found.
  std::optional<std::vector<uint32_t>> per_query_hits = {};
  JsonValue::Object unknown = {};
};

/// An id of now.
std::string NewTrialId(Timestamp now, RandomSource& random);

/// A record as it was kept: members that are not known are kept, figures that are null are not measured.
/// Error: invalid_argument/{bad_json, invalid_request}.
Result<Trial> ReadTrial(std::string_view json);

}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::TrialMetrics> {
  using T = lake::tuning::TrialMetrics;
  static constexpr std::string_view kName = "TrialMetrics";
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields = std::tuple{
      Optional("build_time_secs", &T::build_time_secs, "Seconds the build took."),
      Optional("search_latency_p50_us", &T::search_latency_p50_us,
               "Median latency of a query on one thread."),
      Optional("search_latency_p95_us", &T::search_latency_p95_us, "95th percentile."),
      Optional("search_latency_p99_us", &T::search_latency_p99_us, "99th percentile."),
      Optional("recall_at_k", &T::recall_at_k,
               "Share of the k nearest that were found, mean over the queries."),
      Optional("memory_bytes", &T::memory_bytes, "Bytes of all that a search reads."),
      Optional("vectors", &T::vectors, "Vectors in the index."),
      Optional("eval_queries", &T::eval_queries, "Queries with ground truth."),
      Optional("brute_force_latency_us", &T::brute_force_latency_us,
               "Median latency of an exact search on one thread."),
      Optional("recall_low", &T::recall_low, "Lower end of the 95 % confidence interval of the recall."),
      Optional("recall_high", &T::recall_high, "Upper end of the 95 % confidence interval of the recall."),
      Optional("distances_mean", &T::distances_mean, "Codes compared, mean over the queries."),
      Optional("hops_mean", &T::hops_mean, "Rows whose neighbours were read, mean over the queries.")};
};
template <>
struct lake::Describe<lake::tuning::BuildStatistics> {
  using T = lake::tuning::BuildStatistics;
  static constexpr std::string_view kName = "BuildStatistics";
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields =
      std::tuple{Optional("cpu_secs", &T::cpu_secs, "CPU seconds of the process while it was built."),
                 Optional("threads", &T::threads, "Threads of the build."),
                 Optional("degree", &T::degree, "Most neighbours of a row."),
                 Optional("alpha", &T::alpha, "How much longer than needed a way may be kept."),
                 Optional("code", &T::code, "What rows are compared by: int4, int8 or f32."),
                 Optional("rewire_cpu_secs", &T::rewire_cpu_secs,
                          "Of these, of choosing links anew among the candidates of another build.")};
};
template <>
struct lake::Describe<lake::tuning::Trial> {
  using T = lake::tuning::Trial;
  static constexpr std::string_view kName = "Trial";
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields = std::tuple{
      Required("id", &T::id, "Trial id.").Between(1, 255),
      Required("index_name", &T::index_name, "The index."),
      Optional("eval_set", &T::eval_set, "Queries it was measured with."),
      Required("config", &T::config, "What was tried."),
      Required("metrics", &T::metrics, "What was measured."),
      Required("created_at", &T::created_at, "When it was done."),
      Optional("note", &T::note, "What somebody wanted to remember of it.").NullWhenNone(),
      Optional("k", &T::k, "Neighbours that were asked for."),
      Optional("build_id", &T::build_id, "Equal for trials that measured the same build."),
      Optional("build", &T::build, "How the index was built."),
      Optional("generation", &T::generation, "Generation of the index whose vectors they are."),
      Optional("dataset_version", &T::dataset_version, "Catalog version that the generation covers."),
      Optional("code_version", &T::code_version, "Version of the program."),
      Optional("cpu_features", &T::cpu_features, "Instruction set of the inner loops."),
      Optional("created_by", &T::created_by, "Who asked for it."),
      Optional("half", &T::half, "Half of the queries that it was measured with; absent: all."),
      Optional("per_query_hits", &T::per_query_hits,
               "How many of its k nearest each query with ground truth found, in the eval set's order.")};
};
