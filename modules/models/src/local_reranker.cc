#include "local_reranker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "encoding_work.h"
#include "request_checks.h"

namespace lake::models {
namespace {

/// Of what the model reads at once, the query gets half at most.
size_t QueryTokens(const RunningModel& model) { return std::max<size_t>(2, model.max_tokens() / 2); }

}  // namespace

Result<ModelFingerprint> LocalReranker::Fingerprint(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, model_->Use(context));
  return model->fingerprint();
}

Result<Ranking> LocalReranker::Rank(const Context& context, std::string_view query,
                                    std::span<const std::string> texts) {
  LAKE_RETURN_IF_ERROR(CheckText(query, "/query"));
  LAKE_RETURN_IF_ERROR(CheckTexts(texts, kMaxRankedTexts, "/texts"));
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, model_->Use(context));
  Ranking ranking = {.model = model->fingerprint()};
  const TokenText& tokenizer = model->tokenizer();
  const TokenizedText asked = tokenizer.Tokenize(query, QueryTokens(*model));
  if (asked.empty) return NothingToRead("/query");
  ranking.query_truncated = asked.truncated;
  std::vector<TokenizedText> pairs;
  pairs.reserve(texts.size());
  for (size_t text = 0; text < texts.size(); ++text) {
    const TokenizedText& pair =
        pairs.emplace_back(tokenizer.TokenizePair(asked, texts[text], model->max_tokens()));
    if (pair.empty) return NothingToRead(fmt::format("/texts/{}", text));
    if (pair.truncated) ranking.truncated.push_back(text);
    ranking.tokens += pair.tokens.size();
  }
  if (pairs.empty()) return ranking;
  const auto work = std::make_shared<EncodingWork>(context, model, std::move(pairs));
  LAKE_RETURN_IF_ERROR(model_->parts().queue.Add(work));
  LAKE_ASSIGN_OR_RETURN(const std::vector<float> scores, work->Wait());
  ranking.scores.assign(scores.begin(), scores.end());
  return ranking;
}

}  // namespace lake::models
