#include <cmath>
#include <optional>
#include <string>
#include <tuple>

#include "each_index.h"
#include "lake/gateway/system_tables.h"
#include "lake/query/described_rows.h"
#include "lake/tuning/trial_service.h"
#include "lake/vector/index_service.h"

namespace lake::gateway {
namespace {

/// A trial with the members of its configuration and its metrics side by side; what was not measured is NULL.
struct TrialRow {
  std::string index_name;
  std::string id;
  std::string eval_set;
  uint32_t ef_construction = 0;
  uint32_t ef_search = 0;
  std::optional<uint64_t> seed;
  std::optional<uint32_t> k;
  std::optional<double> recall_at_k;
  std::optional<double> recall_low;
  std::optional<double> recall_high;
  std::optional<double> search_latency_p50_us;
  std::optional<double> search_latency_p95_us;
  std::optional<double> search_latency_p99_us;
  std::optional<double> brute_force_latency_us;
  std::optional<double> build_time_secs;
  uint64_t memory_bytes = 0;
  uint64_t vectors = 0;
  uint64_t eval_queries = 0;
  Timestamp created_at;
  std::optional<std::string> created_by;
  std::optional<std::string> note;
  std::optional<std::string> build_id;
  std::optional<std::string> generation;
  std::optional<uint64_t> dataset_version;
  std::optional<std::string> code_version;
  std::optional<std::string> cpu_features;
  std::optional<uint32_t> degree;
  std::optional<double> alpha;
  std::optional<ann::Code> code;
  std::optional<uint32_t> rerank;
};

}  // namespace
}  // namespace lake::gateway

template <>
struct lake::Describe<lake::gateway::TrialRow> {
  using T = lake::gateway::TrialRow;
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "The index."),
      Required("id", &T::id, "Trial id."),
      Required("eval_set", &T::eval_set, "Queries it was measured with."),
      Required("ef_construction", &T::ef_construction, "Of its configuration."),
      Required("ef_search", &T::ef_search, "Of its configuration."),
      Optional("seed", &T::seed, "Of its configuration."),
      Optional("k", &T::k, "Neighbours that were asked for."),
      Optional("recall_at_k", &T::recall_at_k, "Share of the k nearest that were found."),
      Optional("recall_low", &T::recall_low, "Lower end of its 95 % confidence interval."),
      Optional("recall_high", &T::recall_high, "Upper end of its 95 % confidence interval."),
      Optional("search_latency_p50_us", &T::search_latency_p50_us, "Median latency."),
      Optional("search_latency_p95_us", &T::search_latency_p95_us, "95th percentile."),
      Optional("search_latency_p99_us", &T::search_latency_p99_us, "99th percentile."),
      Optional("brute_force_latency_us", &T::brute_force_latency_us, "Median latency of an exact search."),
      Optional("build_time_secs", &T::build_time_secs, "Seconds the build took."),
      Required("memory_bytes", &T::memory_bytes, "Bytes of all that a search reads."),
      Required("vectors", &T::vectors, "Vectors in the index."),
      Required("eval_queries", &T::eval_queries, "Queries with ground truth."),
      Required("created_at", &T::created_at, "When it was done."),
      Optional("created_by", &T::created_by, "Who asked for it."),
      Optional("note", &T::note, "What somebody wanted to remember of it."),
      Optional("build_id", &T::build_id, "Equal for trials that measured the same build."),
      Optional("generation", &T::generation, "Generation of the index whose vectors they are."),
      Optional("dataset_version", &T::dataset_version, "Catalog version that the generation covers."),
      Optional("code_version", &T::code_version, "Version of the program."),
      Optional("cpu_features", &T::cpu_features, "Instruction set of the inner loops."),
      Optional("degree", &T::degree, "Of its configuration; none is the default."),
      Optional("alpha", &T::alpha, "Of its configuration; none is the default."),
      Optional("code", &T::code, "What its walks compare; none is what the build chose."),
      Optional("rerank", &T::rerank, "Of its configuration; none is the default.")};
};

namespace lake::gateway {
namespace {

using tuning::Trial;

std::optional<double> Measured(double figure) {
  return std::isnan(figure) ? std::nullopt : std::optional(figure);
}

TrialRow MakeRow(const Trial& trial) {
  const tuning::TrialMetrics& metrics = trial.metrics;
  return {.index_name = trial.index_name,
          .id = trial.id,
          .eval_set = trial.eval_set,
          .ef_construction = trial.config.ef_construction,
          .ef_search = trial.config.ef_search,
          .seed = trial.config.seed,
          .k = trial.k,
          .recall_at_k = Measured(metrics.recall_at_k),
          .recall_low = metrics.recall_low,
          .recall_high = metrics.recall_high,
          .search_latency_p50_us = Measured(metrics.search_latency_p50_us),
          .search_latency_p95_us = Measured(metrics.search_latency_p95_us),
          .search_latency_p99_us = Measured(metrics.search_latency_p99_us),
          .brute_force_latency_us = Measured(metrics.brute_force_latency_us),
          .build_time_secs = Measured(metrics.build_time_secs),
          .memory_bytes = metrics.memory_bytes,
          .vectors = metrics.vectors,
          .eval_queries = metrics.eval_queries,
          .created_at = trial.created_at,
          .created_by = trial.created_by,
          .note = trial.note,
          .build_id = trial.build_id,
          .generation = trial.generation,
          .dataset_version = trial.dataset_version,
          .code_version = trial.code_version,
          .cpu_features = trial.cpu_features,
          .degree = trial.config.degree,
          .alpha = trial.config.alpha,
          .code = trial.config.code,
          .rerank = trial.config.rerank};
}

/// By index, the oldest first.
Status FillTrials(const vector::IndexService& indexes, const tuning::TrialService& trials,
                  const access::Request& request, query::DescribedRows<TrialRow>& rows) {
  return ForEachIndex(indexes, request, [&](const vector::IndexInfo& index) -> Status {
    LAKE_ASSIGN_OR_RETURN(const tuning::TrialJournal journal, trials.Read(request, index.record.name));
    for (const Trial& trial : journal.trials) LAKE_RETURN_IF_ERROR(rows.Add(MakeRow(trial)));
    return {};
  });
}

}  // namespace

void AddTrialTable(query::RelationProviders& tables, const vector::IndexService& indexes,
                   const tuning::TrialService& trials) {
  tables.push_back(std::make_shared<query::DescribedRelation<TrialRow>>(
      "trials", [&indexes, &trials](const access::Request& request, query::DescribedRows<TrialRow>& rows) {
        return FillTrials(indexes, trials, request, rows);
      }));
}

}  // namespace lake::gateway
