// P16: what a search finds, over HTTP, by meaning, by words (BM25) and by both. The corpus are the résumés of
// a sample company, in which the generator knows who answers a question: three candidates each for rare
// experiences, everybody in one role with one specialty for the others. Questions are paraphrases: résumés
// say it in three other ways, some of which share no word with the question. The measure is nDCG@10 with
// binary relevance; intervals are 95 % of 10,000 bootstrap samples of the questions, of the ratio with both
// sides sampled together. Nothing in the search was set by these questions: ranks are fused with the constant
// 60 of the literature. Indexes: chunks as they are unless told (a résumé is one), and of a sentence each; a
// hit counts for its résumé. Latency is that of whole requests, one after another.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "benchmarks.h"
#include "lake/common/json_io.h"
#include "lake/common/seeded_numbers.h"
#include "lake/demo_data/queries.h"
#include "resume_index.h"
#include "sample_company.h"
#include "served_lake.h"

namespace lake::bench {
namespace {

using demo_data::RetrievalQuery;

constexpr size_t kDepth = 10;
constexpr size_t kHits = 50;  // Of them, the first ten résumés.
constexpr int64_t kSentenceWords = 20;
constexpr int kSamples = 10'000;
constexpr std::array<const char*, 3> kModes = {"vector", "text", "hybrid"};
constexpr size_t kHybrid = 2;

/// One question in one mode.
struct Outcome {
  double ndcg = 0;
  double latency_us = 0;
};

double Ndcg(const std::vector<std::string>& found, const std::vector<std::string>& relevant) {
  const auto gain = [](size_t rank) { return 1 / std::log2(static_cast<double>(rank) + 2); };
  double sum = 0;
  for (size_t rank = 0; rank < found.size(); ++rank)
    if (std::ranges::binary_search(relevant, found[rank])) sum += gain(rank);
  double ideal = 0;
  for (size_t rank = 0; rank < std::min(kDepth, relevant.size()); ++rank) ideal += gain(rank);
  return sum / ideal;
}

Result<Outcome> Search(ServedLake& lake, const std::string& index, const RetrievalQuery& query,
                       const char* mode) {
  const Stopwatch watch;
  LAKE_ASSIGN_OR_RETURN(
      const std::string body,
      lake.Post("/vectors/search",
                JsonValue::MakeObject(
                    {{"index_name", index}, {"query", query.text}, {"mode", mode}, {"k", kHits}})));
  Outcome outcome = {.latency_us = watch.us()};
  LAKE_ASSIGN_OR_RETURN(const JsonValue answer, ParseJson(body));
  const JsonValue* hits = answer.Find("hits");
  if (hits == nullptr || !hits->is_array()) return Internal("no_hits", "the answer has no hits");
  std::vector<std::string> found;
  for (const JsonValue& hit : hits->as_array()) {
    std::string name(hit.FindString("doc_id"));
    if (found.size() < kDepth && std::ranges::find(found, name) == found.end())
      found.push_back(std::move(name));
  }
  outcome.ndcg = Ndcg(found, query.relevant);
  return outcome;
}

struct Interval {
  double low = 0;
  double high = 0;
};

/// Of what `statistic` says of samples of `n` questions, drawn with repetition.
Interval Bootstrap(size_t n, const std::function<double(const std::vector<size_t>&)>& statistic) {
  SeededNumbers random(42);
  std::vector<double> values;
  std::vector<size_t> sample(n);
  for (int i = 0; i < kSamples; ++i) {
    for (size_t& question : sample) question = random.Next() % n;
    values.push_back(statistic(sample));
  }
  return {Percentile(values, 0.025), Percentile(values, 0.975)};
}

double MeanNdcg(const std::vector<Outcome>& outcomes, const std::vector<size_t>& questions) {
  double sum = 0;
  for (const size_t question : questions) sum += outcomes[question].ndcg;
  return sum / static_cast<double>(questions.size());
}

JsonValue Params(size_t questions, Interval interval) {
  return JsonValue::MakeObject({{"questions", questions}, {"low", interval.low}, {"high", interval.high}});
}

/// Of the questions of one kind.
void AddQuality(const std::string& kind, const std::vector<size_t>& questions,
                const std::array<std::vector<Outcome>, kModes.size()>& outcomes, Report& report) {
  const auto resampled = [&](const std::vector<size_t>& sample) {
    std::vector<size_t> chosen;
    for (const size_t position : sample) chosen.push_back(questions[position]);
    return chosen;
  };
  std::array<double, kModes.size()> means = {};
  for (size_t mode = 0; mode < kModes.size(); ++mode) {
    means[mode] = MeanNdcg(outcomes[mode], questions);
    const Interval interval = Bootstrap(questions.size(), [&](const std::vector<size_t>& sample) {
      return MeanNdcg(outcomes[mode], resampled(sample));
    });
    report.Add({kind, kModes[mode], "ndcg_at_10", means[mode], Params(questions.size(), interval)});
  }
  const size_t better = means[0] > means[1] ? 0 : 1;
  const auto ratio = [&](const std::vector<size_t>& chosen) {
    return MeanNdcg(outcomes[kHybrid], chosen) / MeanNdcg(outcomes[better], chosen);
  };
  const Interval interval = Bootstrap(
      questions.size(), [&](const std::vector<size_t>& sample) { return ratio(resampled(sample)); });
  report.Add({kind, fmt::format("hybrid / {}", kModes[better]), "ndcg_ratio", ratio(questions),
              Params(questions.size(), interval)});
}

void AddLatency(const std::string& index, const std::array<std::vector<Outcome>, kModes.size()>& outcomes,
                Report& report) {
  for (size_t mode = 0; mode < kModes.size(); ++mode) {
    std::vector<double> latencies;
    for (const Outcome& outcome : outcomes[mode]) latencies.push_back(outcome.latency_us);
    const JsonValue params = JsonValue::MakeObject({{"searches", latencies.size()}});
    report.Add({index, kModes[mode], "p50_us", Percentile(latencies, 0.5), params, Spread(latencies)});
    report.Add({index, kModes[mode], "p99_us", Percentile(latencies, 0.99), params});
  }
}

/// All questions in all modes to one index.
Status AskAll(ServedLake& lake, const std::string& index, const std::vector<RetrievalQuery>& queries,
              Report& report) {
  std::array<std::vector<Outcome>, kModes.size()> outcomes;
  for (const RetrievalQuery& query : queries) {
    for (size_t mode = 0; mode < kModes.size(); ++mode) {
      LAKE_ASSIGN_OR_RETURN(const Outcome outcome, Search(lake, index, query, kModes[mode]));
      outcomes[mode].push_back(outcome);
    }
  }
  std::vector<size_t> all;
  std::vector<size_t> rare;
  std::vector<size_t> specialty;
  for (size_t i = 0; i < queries.size(); ++i) {
    all.push_back(i);
    (queries[i].kind == RetrievalQuery::Kind::kRareExperience ? rare : specialty).push_back(i);
  }
  AddQuality(index + ": all", all, outcomes, report);
  AddQuality(index + ": rare experience", rare, outcomes, report);
  AddQuality(index + ": specialty", specialty, outcomes, report);
  AddLatency(index, outcomes, report);
  return {};
}

}  // namespace

Status RunP16(const RunOptions& options, Report& report) {
  const int64_t rows = options.effort == Effort::kQuick ? 50'000 : 123'000;
  const ScratchDirectory scratch;
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ServedLake> lake, ServedLake::Open(scratch.path() / "data"));
  LAKE_RETURN_IF_ERROR(IngestSampleCompany(*lake, rows));
  LAKE_ASSIGN_OR_RETURN(const std::vector<RetrievalQuery> queries,
                        demo_data::RetrievalQueries({.total_rows = rows}));
  LAKE_RETURN_IF_ERROR(BuildResumeIndex(*lake, "resumes", {}));
  LAKE_RETURN_IF_ERROR(AskAll(*lake, "resumes", queries, report));
  LAKE_RETURN_IF_ERROR(BuildResumeIndex(*lake, "sentences", kSentenceWords));
  return AskAll(*lake, "sentences", queries, report);
}

}  // namespace lake::bench
