#include "generation_builder.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "embedding_pipeline.h"
#include "generation_files.h"
#include "generation_storage.h"

namespace lake::vector {
namespace {

constexpr int kMaxRetries = 5;  // In a row, without a part in between.

bool MayPass(const Error& error) {
  return error.Is(ErrorCode::kUnavailable) || error.Is("models_busy") || error.Is("model_memory");
}

Status Pause(const Context& context, std::chrono::milliseconds pause) {
  const auto until = std::chrono::steady_clock::now() + pause;
  while (std::chrono::steady_clock::now() < until) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    std::this_thread::sleep_for(std::min(pause, std::chrono::milliseconds(20)));
  }
  return {};
}

}  // namespace

GenerationBuilder::GenerationBuilder(const IndexServiceParts& parts, BuildOptions options)
    : parts_(parts), options_(std::move(options)) {}

Result<Generation> GenerationBuilder::Build(jobs::JobRun& run, const IndexJob& job) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store,
                        parts_.buckets.Find(storage::BucketName(job.bucket)));
  PartStore part_store(parts_.engine, job.bucket, store, GenerationPrefix(job.generation));
  for (int attempt = 0;; ++attempt) {
    const size_t before = part_store.count();
    Result<Generation> generation = Attempt(run, job, *store, part_store);
    if (generation.ok() || !MayPass(generation.error())) return generation;
    if (part_store.count() > before) attempt = 0;
    if (attempt == kMaxRetries) return generation;
    const std::chrono::milliseconds pause = options_.retry_pause * (1 << attempt);
    parts_.log.Warning(
        "embedding_retried",
        {{"job", run.id().value()}, {"pause_ms", pause.count()}, {"error", generation.error().ToString()}});
    LAKE_RETURN_IF_ERROR(Pause(run.context(), pause));
  }
}

Result<Generation> GenerationBuilder::Attempt(jobs::JobRun& run, const IndexJob& job,
                                              storage::ObjectStore& store, PartStore& part_store) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<models::Embedder> embedder,
                        parts_.models.FindEmbedder(job.model.name));
  LAKE_ASSIGN_OR_RETURN(SourceReader source,
                        SourceReader::Make(*parts_.catalog.snapshot(), parts_.buckets, parts_.engine, job));
  EmbeddingPipeline pipeline(std::move(source), part_store, *embedder, FingerprintOf(job.model), run);
  LAKE_ASSIGN_OR_RETURN(const PipelineCounts counts, pipeline.Run());
  LAKE_ASSIGN_OR_RETURN(Generation generation, MakeGenerationFiles(run.context(),
                                                                   {.store = store,
                                                                    .embedder = *embedder,
                                                                    .work_directory = options_.work_directory,
                                                                    .threads = options_.threads},
                                                                   job, part_store));
  generation.created_at = parts_.clock.Now();
  generation.documents = counts.documents;
  generation.skipped = counts.skipped;
  return generation;
}

}  // namespace lake::vector
