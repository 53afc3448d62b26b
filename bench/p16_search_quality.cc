// P16: what a search finds, over HTTP, by meaning, by words (BM25) and by both, also reranked where ./models
// has a model for that. The corpus are the résumés of a sample company, in which the generator knows who
// answers a question: three candidates each for rare experiences, everybody in one role with one specialty
// for the others. Questions are paraphrases: résumés say it in three other ways, some of which share no word
// with the question. The measure is nDCG@10 with binary relevance; intervals are 95 % of 10,000 bootstrap
// samples of the questions, of the ratio with both sides sampled together. Nothing in the search was set by
// these questions: decision 0023 says by which. Indexes: chunks as they are unless told (a résumé is one),
// and of a sentence each; a search asks for one hit a résumé. Latency is that of whole requests, one after
// another, and of the stages that the server names.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <ranges>
#include <string>
#include <string_view>
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
constexpr int64_t kSentenceWords = 20;
constexpr int kSamples = 10'000;

/// How a question is asked.
struct Way {
  std::string name;
  JsonValue request;  ///< What is said besides index, question and k.
};
using Ways = std::vector<Way>;
constexpr size_t kHybrid = 2;  // Those before it are what it is made of.

/// Reranked too where the server has a model for that.
Result<Ways> WaysOf(ServedLake& lake) {
  const auto hybrid = [](const char* fusion) {
    return JsonValue::MakeObject({{"mode", "hybrid"}, {"fusion", fusion}});
  };
  Ways ways = {{.name = "vector", .request = JsonValue::MakeObject({{"mode", "vector"}})},
               {.name = "text", .request = JsonValue::MakeObject({{"mode", "text"}})},
               {.name = "hybrid", .request = hybrid("dbsf")},
               {.name = "hybrid by ranks", .request = hybrid("rrf")}};
  LAKE_ASSIGN_OR_RETURN(const std::string listed, lake.Get("/ai/models"));
  LAKE_ASSIGN_OR_RETURN(const JsonValue models, ParseJson(listed));
  for (const JsonValue& model : models.Find("items")->as_array()) {
    const auto& tasks = model.Find("default_for")->as_array();
    if (std::ranges::find(tasks, JsonValue("rerank")) == tasks.end()) continue;
    JsonValue reranked = hybrid("dbsf");
    reranked.Set("rerank", JsonValue::MakeObject({}));
    ways.push_back({fmt::format("hybrid, reranked by {}", model.FindString("name")), std::move(reranked)});
    return ways;
  }
  fmt::print(stderr, "P16: ./models has no model that ranks: nothing is reranked\n");
  return ways;
}

/// One question asked in one way.
struct Outcome {
  double ndcg = 0;
  double latency_us = 0;
  std::map<std::string, double> stages_us = {};
};
using Outcomes = std::vector<std::vector<Outcome>>;  ///< By way, then by question.

double Ndcg(const std::vector<std::string>& found, const std::vector<std::string>& relevant) {
  const auto gain = [](size_t rank) { return 1 / std::log2(static_cast<double>(rank) + 2); };
  double sum = 0;
  for (size_t rank = 0; rank < found.size(); ++rank)
    if (std::ranges::binary_search(relevant, found[rank])) sum += gain(rank);
  double ideal = 0;
  for (size_t rank = 0; rank < std::min(kDepth, relevant.size()); ++rank) ideal += gain(rank);
  return sum / ideal;
}

/// "rights;dur=0.1, embed;dur=8.0", in milliseconds.
std::map<std::string, double> StagesOf(std::string_view server_timing) {
  std::map<std::string, double> stages;
  for (const auto part : std::views::split(server_timing, std::string_view(", "))) {
    const std::string_view stage(part);
    const size_t mark = stage.find(";dur=");
    if (mark == std::string_view::npos) continue;
    stages.emplace(stage.substr(0, mark),
                   1000 * std::strtod(std::string(stage.substr(mark + 5)).c_str(), nullptr));
  }
  return stages;
}

Result<Outcome> Search(ServedLake& lake, const std::string& index, const RetrievalQuery& query,
                       const Way& way) {
  JsonValue request = way.request;
  request.Set("index_name", index);
  request.Set("query", query.text);
  request.Set("k", kDepth);
  request.Set("per_document", 1);
  const Stopwatch watch;
  LAKE_ASSIGN_OR_RETURN(const app::HttpResponse response, lake.ExchangePost("/vectors/search", request));
  Outcome outcome = {.latency_us = watch.us(), .stages_us = StagesOf(response.Find("server-timing"))};
  LAKE_ASSIGN_OR_RETURN(const JsonValue answer, ParseJson(response.body));
  const JsonValue* hits = answer.Find("hits");
  if (hits == nullptr || !hits->is_array()) return Internal("no_hits", "the answer has no hits");
  std::vector<std::string> found;
  for (const JsonValue& hit : hits->as_array()) found.emplace_back(hit.FindString("doc_id"));
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
void AddQuality(const std::string& kind, const Ways& ways, const std::vector<size_t>& questions,
                const Outcomes& outcomes, Report& report) {
  const auto resampled = [&](const std::vector<size_t>& sample) {
    std::vector<size_t> chosen;
    for (const size_t position : sample) chosen.push_back(questions[position]);
    return chosen;
  };
  std::vector<double> means(ways.size());
  for (size_t way = 0; way < ways.size(); ++way) {
    means[way] = MeanNdcg(outcomes[way], questions);
    const Interval interval = Bootstrap(questions.size(), [&](const std::vector<size_t>& sample) {
      return MeanNdcg(outcomes[way], resampled(sample));
    });
    report.Add({kind, ways[way].name, "ndcg_at_10", means[way], Params(questions.size(), interval)});
  }
  const size_t better = means[0] > means[1] ? 0 : 1;
  for (size_t way = kHybrid; way < ways.size(); ++way) {
    const auto ratio = [&](const std::vector<size_t>& chosen) {
      return MeanNdcg(outcomes[way], chosen) / MeanNdcg(outcomes[better], chosen);
    };
    const Interval interval = Bootstrap(
        questions.size(), [&](const std::vector<size_t>& sample) { return ratio(resampled(sample)); });
    report.Add({kind, fmt::format("{} / {}", ways[way].name, ways[better].name), "ndcg_ratio",
                ratio(questions), Params(questions.size(), interval)});
  }
}

void AddLatency(const std::string& index, const Ways& ways, const Outcomes& outcomes, Report& report) {
  for (size_t way = 0; way < ways.size(); ++way) {
    std::vector<double> latencies;
    std::map<std::string, std::vector<double>> stages;
    for (const Outcome& outcome : outcomes[way]) {
      latencies.push_back(outcome.latency_us);
      for (const auto& [stage, us] : outcome.stages_us) stages[stage].push_back(us);
    }
    const JsonValue params = JsonValue::MakeObject({{"searches", latencies.size()}});
    report.Add({index, ways[way].name, "p50_us", Percentile(latencies, 0.5), params, Spread(latencies)});
    report.Add({index, ways[way].name, "p99_us", Percentile(latencies, 0.99), params});
    for (auto& [stage, us] : stages)
      report.Add(
          {index, fmt::format("{}: {}", ways[way].name, stage), "p50_us", Percentile(us, 0.5), params});
  }
}

/// All questions in all ways to one index.
Status AskAll(ServedLake& lake, const std::string& index, const Ways& ways,
              const std::vector<RetrievalQuery>& queries, Report& report) {
  Outcomes outcomes(ways.size());
  for (const RetrievalQuery& query : queries) {
    for (size_t way = 0; way < ways.size(); ++way) {
      LAKE_ASSIGN_OR_RETURN(const Outcome outcome, Search(lake, index, query, ways[way]));
      outcomes[way].push_back(outcome);
    }
  }
  std::vector<size_t> all;
  std::vector<size_t> rare;
  std::vector<size_t> specialty;
  for (size_t i = 0; i < queries.size(); ++i) {
    all.push_back(i);
    (queries[i].kind == RetrievalQuery::Kind::kRareExperience ? rare : specialty).push_back(i);
  }
  AddQuality(index + ": all", ways, all, outcomes, report);
  AddQuality(index + ": rare experience", ways, rare, outcomes, report);
  AddQuality(index + ": specialty", ways, specialty, outcomes, report);
  AddLatency(index, ways, outcomes, report);
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
  LAKE_ASSIGN_OR_RETURN(const Ways ways, WaysOf(*lake));
  LAKE_RETURN_IF_ERROR(BuildResumeIndex(*lake, "resumes", {}));
  LAKE_RETURN_IF_ERROR(AskAll(*lake, "resumes", ways, queries, report));
  LAKE_RETURN_IF_ERROR(BuildResumeIndex(*lake, "sentences", kSentenceWords));
  return AskAll(*lake, "sentences", ways, queries, report);
}

}  // namespace lake::bench
