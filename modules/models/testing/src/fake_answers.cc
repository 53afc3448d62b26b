#include "fake_answers.h"

#include <algorithm>

#include "lake/common/digest.h"

namespace lake::models {

std::vector<std::string> FakeWords(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t count = std::min(text.find(' '), text.size() - 1) + 1;
    words.emplace_back(text.substr(0, count));
    text.remove_prefix(count);
  }
  return words;
}

JsonValue FakeVector(std::string_view text) {
  std::vector<double> counts(kFakeDimension);
  for (std::string word : FakeWords(text)) {
    std::erase(word, ' ');
    if (!word.empty()) counts[Hash64(word) % kFakeDimension] += 1;
  }
  JsonValue vector = JsonValue::MakeArray();
  for (const double count : counts) vector.Append(count);
  return vector;
}

std::vector<std::string> FakeInputs(const JsonValue& body, std::string_view key) {
  std::vector<std::string> texts;
  const JsonValue* input = body.Find(key);
  if (input != nullptr && input->is_string()) texts.push_back(input->as_string());
  if (input != nullptr && input->is_array())
    for (const JsonValue& text : input->as_array()) texts.push_back(text.as_string());
  return texts;
}

JsonValue FakeVectors(std::string_view model, const std::vector<std::string>& texts) {
  JsonValue vectors = JsonValue::MakeArray();
  for (const std::string& text : texts) vectors.Append(FakeVector(text));
  if (texts.empty()) return vectors;
  JsonValue& last = vectors.as_array().back();
  if (model == "few-vectors") vectors.as_array().pop_back();
  if (model == "mixed-vectors") last.Append(1.0);
  if (model == "odd-vectors") last.as_array().front() = "nan";
  if (model == "zero-vectors") last = JsonValue::Array(kFakeDimension, JsonValue(0.0));
  return vectors;
}

JsonValue FakeRanking(std::string_view path, const JsonValue& body) {
  const bool jina = path == "/v1/rerank";
  const std::vector<std::string> texts = FakeInputs(body, jina ? "documents" : "texts");
  const std::string_view query = body.FindString("query");
  JsonValue results = JsonValue::MakeArray();
  for (size_t i = texts.size(); i-- > 0;)  // In another order than they were asked, as real ones do.
    results.Append(
        JsonValue::MakeObject({{"index", i},
                               {jina ? "relevance_score" : "score",
                                0.125 * static_cast<double>(std::ranges::count(texts[i], query.front()))}}));
  std::string_view model = body.FindString("model");
  if (query == "few") results.as_array().pop_back();
  if (query == "twice") results.as_array().front() = results.as_array().back();
  if (query == "beyond") results.as_array().front().Set("index", texts.size());
  if (query == "odd") results.as_array().front().Set(jina ? "relevance_score" : "score", "high");
  if (!jina) return results;
  return JsonValue::MakeObject({{"model", model}, {"results", std::move(results)}});
}

}  // namespace lake::models
