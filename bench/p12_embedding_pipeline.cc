// P12: texts embedded a second by the job that builds an index, beside the bare model: the same texts, the
// same library and threads, in a loop of calls of 1,024 texts that keeps nothing. The texts are the resumes
// of a small sample company; each is one chunk. A job's rate is taken when the last text is in a durable
// part, and again when the index is live (graph, measured recall and commit included). Both take turns; the
// model is loaded before.
#include "benchmarks.h"
#include "lake/common/json_io.h"
#include "lake/models/local_models.h"
#include "resume_index.h"
#include "sample_company.h"
#include "served_lake.h"

namespace lake::bench {
namespace {

Result<std::vector<std::string>> Resumes(ServedLake& lake) {
  LAKE_ASSIGN_OR_RETURN(
      const std::string body,
      lake.Post("/query/sql", JsonValue::MakeObject(
                                  {{"sql", "SELECT resume_text FROM candidates"}, {"limit", 1'000'000}})));
  LAKE_ASSIGN_OR_RETURN(const JsonValue answer, ParseJson(body));
  std::vector<std::string> texts;
  const JsonValue* rows = answer.Find("rows");
  if (rows == nullptr || !rows->is_array()) return Internal("no_rows", "the answer has no rows");
  for (const JsonValue& row : rows->as_array()) texts.push_back(row.as_array().at(0).as_string());
  return texts;
}

Result<double> BareSeconds(models::Embedder& embedder, const std::vector<std::string>& texts) {
  const Stopwatch watch;
  for (size_t first = 0; first < texts.size(); first += models::kMaxTexts) {
    const size_t count = std::min(models::kMaxTexts, texts.size() - first);
    LAKE_RETURN_IF_ERROR(embedder.Embed(Context{}, std::span(texts).subspan(first, count)));
  }
  return watch.us() / 1e6;
}

}  // namespace

Status RunP12(const RunOptions& options, Report& report) {
  const int rounds = options.effort == Effort::kQuick ? 2 : 3;
  const int64_t rows = options.effort == Effort::kQuick ? 50'000 : 123'000;
  const ScratchDirectory scratch;
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ServedLake> lake, ServedLake::Open(scratch.path() / "data"));
  LAKE_RETURN_IF_ERROR(IngestSampleCompany(*lake, rows));
  LAKE_ASSIGN_OR_RETURN(const std::vector<std::string> texts, Resumes(*lake));
  const std::unique_ptr<Log> log = MakeJsonLog(LogLevel::kError);
  const std::unique_ptr<models::LocalModels> models = models::LocalModels::Make(
      {.directories = {LAKE_BUNDLED_MODELS}, .default_embedding = "all-minilm-l6-v2"}, *log);
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<models::Embedder> embedder, models->FindEmbedder(""));
  LAKE_RETURN_IF_ERROR(embedder->Embed(Context{}, std::vector<std::string>{"warm"}));
  LAKE_RETURN_IF_ERROR(
      lake->Post("/ai/embed", JsonValue::MakeObject({{"texts", JsonValue::Array{JsonValue("warm")}}})));
  std::vector<double> bare;
  std::vector<double> embedded;
  std::vector<double> live;
  const auto count = static_cast<double>(texts.size());
  for (int round = 0; round < rounds; ++round) {
    LAKE_ASSIGN_OR_RETURN(const double seconds, BareSeconds(*embedder, texts));
    bare.push_back(count / seconds);
    LAKE_ASSIGN_OR_RETURN(const BuiltIndex built, BuildResumeIndex(*lake, "resumes", {}));
    LAKE_RETURN_IF_ERROR(lake->Send({.method = "DELETE", .path = "/vectors/indexes/resumes"}));
    embedded.push_back(count / built.embedded_s);
    live.push_back(count / built.live_s);
  }
  const JsonValue params = JsonValue::MakeObject({{"texts", texts.size()}, {"rounds", rounds}});
  const auto add = [&](const char* system, const char* metric, const std::vector<double>& values) {
    report.Add({"resumes", system, metric, Percentile(values, 0.5), params, Spread(values)});
  };
  add("bare model", "texts_per_s", bare);
  add("lake", "embedded_per_s", embedded);
  add("lake", "live_per_s", live);
  std::vector<double> ratios;
  for (size_t i = 0; i < bare.size(); ++i) ratios.push_back(embedded[i] / bare[i]);
  add("lake / bare model", "rate_ratio", ratios);
  return {};
}

}  // namespace lake::bench
