#include "local_generator.h"

#include <utility>

#include "generation_work.h"
#include "request_checks.h"

namespace lake::models {

Result<ModelFingerprint> LocalGenerator::Fingerprint(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, model_->Use(context));
  return model->fingerprint();
}

Result<Generation> LocalGenerator::Generate(const Context& context, const GenerationRequest& request,
                                            const TextSink& sink) {
  LAKE_RETURN_IF_ERROR(CheckGeneration(request));
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, model_->Use(context));
  LAKE_ASSIGN_OR_RETURN(WrittenPrompt prompt, model->Prompt(request));
  const uint32_t most = model->writers().context_tokens();
  if (prompt.tokens.empty() || prompt.tokens.size() >= most)
    return InvalidArgument("prompt_too_long",
                           "the prompt has {} tokens; the model '{}' holds {} with its answer",
                           prompt.tokens.size(), model_->source().name, most);
  LAKE_ASSIGN_OR_RETURN(WriterPool::Lease writer, model->writers().Take(context));
  const auto work =
      std::make_shared<GenerationWork>(context, model, std::move(writer), std::move(prompt), request);
  LAKE_RETURN_IF_ERROR(model_->parts().queue.Add(work));
  return work->Wait(sink);
}

}  // namespace lake::models
