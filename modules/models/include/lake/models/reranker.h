// Reranker: how well each of some texts answers a query, read together with it by one model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/models/fingerprint.h"

namespace lake::models {

/// Most texts in one call: those of a search's candidates, not of a corpus.
inline constexpr size_t kMaxRankedTexts = 1024;

struct Ranking {
  ModelFingerprint model;
  /// In the order of the texts; greater is better, on a scale of the model's own.
  std::vector<double> scores = {};
  bool query_truncated = false;        ///< The end of the query was left out.
  std::vector<size_t> truncated = {};  ///< Positions of texts of which the end was left out, ascending.
  uint64_t tokens = 0;                 ///< What the model read; 0 when its provider does not say.
};

/// Any thread.
class Reranker {
 public:
  virtual ~Reranker() = default;

  /// `dimension` and `prompt_prefix` say nothing here. Errors: as in Rank.
  virtual Result<ModelFingerprint> Fingerprint(const Context& context) = 0;

  /// A query or a text that is longer than the model can read is cut and named, as far as its provider says
  /// so. Stops between batches when the context ends. Errors: invalid_argument/too_many_texts, with the
  /// detail
  /// "/query" or "/texts/<position>" invalid_argument/empty_text and bad_text (no UTF-8); of a model in this
  /// process those of Embedder::Embed, of others those in remote_models.h; those of the context.
  virtual Result<Ranking> Rank(const Context& context, std::string_view query,
                               std::span<const std::string> texts) = 0;
};

}  // namespace lake::models
