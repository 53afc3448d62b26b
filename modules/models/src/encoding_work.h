// EncodingWork: the texts, or pairs of texts, of one call on their way through a model, batch by batch.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"
#include "running_model.h"
#include "token_text.h"
#include "turn_queue.h"

namespace lake::models {

class EncodingWork final : public Work {
 public:
  /// `texts`: at least one, none longer than the model reads.
  EncodingWork(Context context, std::shared_ptr<RunningModel> model, std::vector<TokenizedText> texts);

  size_t turns() const override { return batches_.size(); }
  void TakeTurn(size_t turn) override;

  /// What LlamaContext::Encode makes of them, in the texts' order, once all turns were taken. Errors: the
  /// first of a batch, those of the context; what did not begin then does not begin.
  Result<std::vector<float>> Wait();

 private:
  Status EncodeBatch(const std::vector<size_t>& batch);
  void Finish(Status status);
  bool Failed();

  const Context context_;
  const std::shared_ptr<RunningModel> model_;
  const std::vector<TokenizedText> texts_;
  const std::vector<std::vector<size_t>> batches_;
  std::vector<float> values_;  ///< Each turn writes the places of its own texts; read when all are done.
  Mutex mutex_;
  CondVar changed_;
  size_t unfinished_ LAKE_GUARDED_BY(mutex_);
  std::optional<Error> error_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::models
