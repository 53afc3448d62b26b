#include "trial_rows.h"

#include <fmt/format.h>

#include "lake/app/http_client.h"

namespace lake::app {
namespace {

/// A figure with so many decimals; nothing where it was not measured.
JsonValue Rounded(const JsonValue* metrics, std::string_view name, int decimals) {
  const JsonValue* figure = metrics == nullptr ? nullptr : metrics->Find(name);
  if (figure == nullptr || !figure->is_number()) return JsonValue();
  return fmt::format("{:.{}f}", figure->as_double(), decimals);
}

JsonValue ValueOf(const JsonValue* object, std::string_view name) {
  const JsonValue* value = object == nullptr ? nullptr : object->Find(name);
  return value == nullptr ? JsonValue() : *value;
}

}  // namespace

std::string TrialsPath(const std::string& index) { return "/vectors/hnsw/trials/" + UrlEncode(index); }

JsonValue TrialRow(const JsonValue& trial) {
  const JsonValue* config = trial.Find("config");
  const JsonValue* metrics = trial.Find("metrics");
  return JsonValue::MakeObject({{"id", ValueOf(&trial, "id")},
                                {"ef_construction", ValueOf(config, "ef_construction")},
                                {"ef_search", ValueOf(config, "ef_search")},
                                {"degree", ValueOf(config, "degree")},
                                {"alpha", ValueOf(config, "alpha")},
                                {"code", ValueOf(config, "code")},
                                {"rerank", ValueOf(config, "rerank")},
                                {"recall_at_k", Rounded(metrics, "recall_at_k", 4)},
                                {"recall_low", Rounded(metrics, "recall_low", 4)},
                                {"p50_us", Rounded(metrics, "search_latency_p50_us", 1)},
                                {"p95_us", Rounded(metrics, "search_latency_p95_us", 1)},
                                {"p99_us", Rounded(metrics, "search_latency_p99_us", 1)},
                                {"build_secs", Rounded(metrics, "build_time_secs", 2)},
                                {"memory_bytes", ValueOf(metrics, "memory_bytes")},
                                {"eval_set", ValueOf(&trial, "eval_set")},
                                {"note", ValueOf(&trial, "note")}});
}

const std::vector<std::string>& TrialColumns() {
  static const std::vector<std::string> columns = {
      "id",     "ef_construction", "ef_search",  "recall_at_k",  "recall_low", "p50_us",
      "p95_us", "p99_us",          "build_secs", "memory_bytes", "eval_set",   "note"};
  return columns;
}

}  // namespace lake::app
