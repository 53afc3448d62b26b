#include "generation_work.h"

#include <algorithm>
#include <utility>

namespace lake::models {
namespace {

/// Tokens written before others have their turn: about as long as a batch that is read.
constexpr size_t kTurnTokens = 8;

std::vector<std::string> Together(std::vector<std::string> stops, const std::vector<std::string>& more) {
  stops.insert(stops.end(), more.begin(), more.end());
  return stops;
}

}  // namespace

GenerationWork::GenerationWork(Context context, std::shared_ptr<RunningModel> model, WriterPool::Lease writer,
                               WrittenPrompt prompt, const GenerationRequest& request)
    : context_(std::move(context)),
      model_(std::move(model)),
      writer_(std::move(writer)),
      prompt_(std::move(prompt.tokens)),
      options_({.temperature = request.temperature, .seed = request.seed}),
      max_tokens_(request.max_tokens),
      text_(Together(std::move(prompt.stop), request.stop)) {}

size_t GenerationWork::turns() const {
  MutexLock lock(mutex_);
  return done_ ? 0 : SIZE_MAX;
}

void GenerationWork::TakeTurn(size_t) {
  {
    MutexLock lock(mutex_);
    if (done_) return;
  }
  if (Status alive = context_.CheckAlive(); !alive.ok()) return Finish(std::move(alive).error());
  Result<bool> more = read_ < prompt_.size() ? ReadPrompt() : Write();
  if (!more.ok()) return Finish(std::move(more).error());
  if (!*more) Finish({});
}

Result<bool> GenerationWork::ReadPrompt() {
  if (read_ == 0) LAKE_RETURN_IF_ERROR(writer_->Begin(options_));
  const size_t count = std::min(kBatchTokens, prompt_.size() - read_);
  LAKE_RETURN_IF_ERROR(writer_->Read(std::span(prompt_).subspan(read_, count)));
  read_ += count;
  return true;
}

Result<bool> GenerationWork::Write() {
  for (size_t i = 0; i < kTurnTokens; ++i) {
    LAKE_RETURN_IF_ERROR(context_.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(const std::optional<int32_t> token, writer_->Next());
    if (!token) return false;
    ++written_;
    Show(text_.Add(writer_->Bytes(*token)));
    if (text_.stopped()) return false;
    if (written_ == max_tokens_ || read_ == model_->writers().context_tokens()) {
      finish_ = FinishReason::kLength;
      return false;
    }
    LAKE_RETURN_IF_ERROR(writer_->Read({&*token, 1}));
    ++read_;
  }
  return true;
}

void GenerationWork::Show(std::string_view text) {
  if (text.empty()) return;
  MutexLock lock(mutex_);
  shown_ += text;
  changed_.NotifyAll();
}

void GenerationWork::Finish(std::optional<Error> error) {
  std::string rest = error ? std::string() : text_.End();
  MutexLock lock(mutex_);
  shown_ += rest;
  done_ = true;
  if (!error_) error_ = std::move(error);
  changed_.NotifyAll();
}

Result<std::string> GenerationWork::NextPiece() {
  MutexLock lock(mutex_);
  while (shown_.empty() && !done_) {
    if (Status alive = context_.CheckAlive(); !alive.ok()) {
      error_ = std::move(alive).error();
      done_ = true;
    } else if (context_.deadline.never()) {
      changed_.Wait(mutex_);
    } else {
      changed_.WaitUntil(mutex_, context_.deadline.when());
    }
  }
  if (error_) return *error_;
  return std::exchange(shown_, {});
}

Result<Generation> GenerationWork::Wait(const TextSink& sink) {
  const CancelRegistration wake = context_.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  Generation made = {.model = model_->fingerprint(), .text = {}, .prompt_tokens = prompt_.size()};
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const std::string piece, NextPiece());
    if (piece.empty()) break;
    made.text += piece;
    Status taken = sink ? sink(piece) : Status();
    // The rest may be written already: whoever wants no more of it hears the same at any speed.
    if (taken.ok()) taken = context_.CheckAlive();
    if (!taken.ok()) {
      Finish(taken.error());
      return std::move(taken).error();
    }
  }
  // Nobody takes turns any more: this thread saw that under the lock.
  made.finish = finish_;
  made.tokens = written_;
  return made;
}

}  // namespace lake::models
