// Embedder: texts to vectors by one model, whoever runs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/models/fingerprint.h"

namespace lake::models {

/// Vectors of unit length, one for each text.
struct Embeddings {
  ModelFingerprint model;
  std::vector<float> values;      ///< The texts' order; `model.dimension` floats each.
  std::vector<size_t> truncated;  ///< Positions of texts of which the end was left out, ascending.
  uint64_t tokens = 0;            ///< What the model read, of all texts together.

  std::span<const float> Vector(size_t text) const {
    return std::span(values).subspan(text * model.dimension, model.dimension);
  }
};

/// Most texts in one call: a bound for the memory of an answer (1.5 MiB at 384 dimensions).
inline constexpr size_t kMaxTexts = 1024;

/// How long texts are to a model.
struct TokenCounts {
  std::vector<uint32_t> tokens;  ///< Of each text, without those that stand around every text.
  uint32_t most = 0;             ///< A text of so many is read to its end.
};

/// Any thread; calls at the same time share the model's capacity in turns.
class Embedder {
 public:
  virtual ~Embedder() = default;

  /// What its vectors will be marked with. Loads the model. Errors: those of the file, as in Embed.
  virtual Result<ModelFingerprint> Fingerprint(const Context& context) = 0;

  /// Embeds `texts` (UTF-8). A text that is longer than the model can read is cut and named in `truncated`.
  /// Stops between batches when the context ends. Errors: invalid_argument/too_many_texts, and with the
  /// detail "/<position>" of the first such text invalid_argument/empty_text (nothing to read: no letter,
  /// digit or sign) or invalid_argument/bad_text (no UTF-8); resource_exhausted/models_busy (too many calls
  /// wait), resource_exhausted/model_memory (no room while others are in use); not_found/model_not_found (its
  /// file is gone), data_loss/model_damaged, failed_precondition/model_not_usable; of providers elsewhere
  /// those in remote_models.h; those of the context.
  virtual Result<Embeddings> Embed(const Context& context, std::span<const std::string> texts) = 0;

  /// How many tokens `texts` (UTF-8) are, counted as the model itself reads them; of none, only what it reads
  /// at most. Loads the model. Errors: failed_precondition/tokens_not_counted (providers elsewhere do not
  /// say), invalid_argument/{too_many_texts, bad_text}, those of the file, those of the context.
  virtual Result<TokenCounts> CountTokens(const Context&, std::span<const std::string>) {
    return FailedPrecondition("tokens_not_counted",
                              "the provider of the model does not count tokens; only built-in models do");
  }
};

}  // namespace lake::models
