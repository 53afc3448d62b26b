// GenerationWork: one text on its way out of a model, some tokens a turn.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "running_model.h"
#include "turn_queue.h"
#include "written_text.h"

namespace lake::models {

class GenerationWork final : public Work {
 public:
  /// `prompt`: at least one token, fewer than the writer holds.
  GenerationWork(Context context, std::shared_ptr<RunningModel> model, WriterPool::Lease writer,
                 WrittenPrompt prompt, const GenerationRequest& request);

  Order order() const override { return Order::kOneAfterAnother; }
  size_t turns() const override;
  void TakeTurn(size_t turn) override;

  /// The text once it is complete, given to `sink` on the way. Errors: those of the writer, the sink and the
  /// context; no further turn is taken then.
  Result<Generation> Wait(const TextSink& sink);

 private:
  /// Whether there is more to do.
  Result<bool> ReadPrompt();
  Result<bool> Write();
  void Show(std::string_view text);
  void Finish(std::optional<Error> error);
  /// What was written since the last time, once there is something; empty at the end.
  Result<std::string> NextPiece();

  const Context context_;
  const std::shared_ptr<RunningModel> model_;
  const WriterPool::Lease writer_;  ///< Of `model_`; used by turns only.
  const std::vector<int32_t> prompt_;
  const WritingOptions options_;
  const uint32_t max_tokens_;
  // Of the turns, which come one after another.
  WrittenText text_;
  size_t read_ = 0;  ///< Tokens that the writer has read.
  uint32_t written_ = 0;
  FinishReason finish_ = FinishReason::kStop;

  mutable Mutex mutex_;
  CondVar changed_;
  std::string shown_ LAKE_GUARDED_BY(mutex_);  ///< For the listener; bounded by max_tokens.
  bool done_ LAKE_GUARDED_BY(mutex_) = false;
  std::optional<Error> error_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::models
