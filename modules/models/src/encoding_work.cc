#include "encoding_work.h"

#include <algorithm>
#include <utility>

#include "packing.h"

namespace lake::models {
namespace {

std::vector<std::vector<size_t>> Pack(const std::vector<TokenizedText>& texts) {
  std::vector<size_t> counts;
  counts.reserve(texts.size());
  for (const TokenizedText& text : texts) counts.push_back(text.tokens.size());
  // Pairs may be longer than what is computed together of texts that are not.
  const size_t longest = std::ranges::max(counts);
  return PackTexts(counts, {.tokens = std::max(kBatchTokens, longest), .texts = kBatchTexts});
}

}  // namespace

EncodingWork::EncodingWork(Context context, std::shared_ptr<RunningModel> model,
                           std::vector<TokenizedText> texts)
    : context_(std::move(context)),
      model_(std::move(model)),
      texts_(std::move(texts)),
      batches_(Pack(texts_)),
      values_(texts_.size() * model_->outputs()),
      unfinished_(batches_.size()) {}

void EncodingWork::TakeTurn(size_t turn) {
  if (Failed()) return Finish({});
  Status alive = context_.CheckAlive();
  Finish(alive.ok() ? EncodeBatch(batches_[turn]) : std::move(alive));
}

Status EncodingWork::EncodeBatch(const std::vector<size_t>& batch) {
  std::vector<const TokenizedText*> texts;
  texts.reserve(batch.size());
  for (const size_t text : batch) texts.push_back(&texts_[text]);
  LAKE_ASSIGN_OR_RETURN(const std::vector<float> made, model_->Encode(texts));
  const size_t outputs = model_->outputs();
  for (size_t i = 0; i < batch.size(); ++i)
    std::copy_n(made.begin() + static_cast<std::ptrdiff_t>(i * outputs), outputs,
                values_.begin() + static_cast<std::ptrdiff_t>(batch[i] * outputs));
  return {};
}

void EncodingWork::Finish(Status status) {
  MutexLock lock(mutex_);
  --unfinished_;
  if (!status.ok() && !error_) error_ = std::move(status).error();
  if (unfinished_ == 0 || error_) changed_.NotifyAll();
}

bool EncodingWork::Failed() {
  MutexLock lock(mutex_);
  return error_.has_value();
}

Result<std::vector<float>> EncodingWork::Wait() {
  const CancelRegistration wake = context_.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  while (unfinished_ > 0 && !error_) {
    if (Status alive = context_.CheckAlive(); !alive.ok())
      error_ = std::move(alive).error();
    else if (context_.deadline.never())
      changed_.Wait(mutex_);
    else
      changed_.WaitUntil(mutex_, context_.deadline.when());
  }
  if (error_) return *error_;
  return std::move(values_);
}

}  // namespace lake::models
