#include "generation_builder.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "embedding_pipeline.h"
#include "generation_storage.h"
#include "take_over.h"

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

Material MaterialOf(engine::Engine& engine, const std::string& bucket,
                    const std::shared_ptr<storage::ObjectStore>& store, std::string_view generation) {
  const std::string prefix = GenerationPrefix(generation);
  return {.parts = PartStore(engine, bucket, store, prefix),
          .questions = PartStore(engine, bucket, store, prefix + "questions-")};
}

/// Before anything else is in the new one: what an earlier run took over is there.
Status TakeOver(const Context& context, const SourceReader& source, Material& previous, Material& material) {
  for (Material* one : {&previous, &material}) {
    LAKE_RETURN_IF_ERROR(one->parts.Load(context));
    LAKE_RETURN_IF_ERROR(one->questions.Load(context));
  }
  if (material.questions.count() == 0)
    LAKE_RETURN_IF_ERROR(TakeOverPresent(context, source, previous.questions, material.questions));
  if (material.parts.count() > 0) return {};
  return TakeOverUnchanged(context, source, previous.parts, material.parts);
}

}  // namespace

GenerationBuilder::GenerationBuilder(const IndexServiceParts& parts, BuildOptions options)
    : parts_(parts), options_(std::move(options)) {}

Result<Generation> GenerationBuilder::Build(jobs::JobRun& run, const IndexJob& job) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store,
                        parts_.buckets.Find(storage::BucketName(job.bucket)));
  Material material = MaterialOf(parts_.engine, job.bucket, store, job.generation);
  for (int attempt = 0;; ++attempt) {
    const size_t before = material.parts.count();
    Result<Generation> generation = Attempt(run, job, store, material);
    if (generation.ok() || !MayPass(generation.error())) return generation;
    if (material.parts.count() > before) attempt = 0;
    if (attempt == kMaxRetries) return generation;
    const std::chrono::milliseconds pause = options_.retry_pause * (1 << attempt);
    parts_.log.Warning(
        "embedding_retried",
        {{"job", run.id().value()}, {"pause_ms", pause.count()}, {"error", generation.error().ToString()}});
    LAKE_RETURN_IF_ERROR(Pause(run.context(), pause));
  }
}

Result<Generation> GenerationBuilder::Attempt(jobs::JobRun& run, const IndexJob& job,
                                              const std::shared_ptr<storage::ObjectStore>& store,
                                              Material& material) {
  const Context& context = run.context();
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<models::Embedder> embedder,
                        parts_.models.FindEmbedder(job.model.name));
  LAKE_ASSIGN_OR_RETURN(SourceReader source, SourceReader::Make(*parts_.catalog.snapshot(), parts_.buckets,
                                                                parts_.engine, *embedder, job));
  std::optional<Material> previous;
  if (job.previous) {
    previous.emplace(MaterialOf(parts_.engine, job.bucket, store, *job.previous));
    LAKE_RETURN_IF_ERROR(TakeOver(context, source, *previous, material));
  }
  EmbeddingPipeline pipeline(std::move(source), material.parts, *embedder, FingerprintOf(job.model), run);
  LAKE_ASSIGN_OR_RETURN(const PipelineCounts counts, pipeline.Run());
  // Rows without a word are more likely the wrong column than what somebody wants to search. A dataset that
  // is empty yet, and one that became so, are indexed as they are.
  if (!job.previous && material.parts.count() == 0 && counts.documents + counts.skipped > 0)
    return InvalidArgument("nothing_to_index",
                           "no row of the dataset has an id and a word in the text column");
  parts_.log.Info("building_graph", {{"index", job.index_name},
                                     {"generation", job.generation},
                                     {"message", "building HNSW " + ToText(job.config)}});
  LAKE_ASSIGN_OR_RETURN(Generation generation, MakeGenerationFiles(context,
                                                                   {.store = *store,
                                                                    .embedder = *embedder,
                                                                    .work_directory = options_.work_directory,
                                                                    .threads = options_.threads},
                                                                   job, material));
  if (previous) {
    LAKE_ASSIGN_OR_RETURN(generation.taken_over,
                          Compare(context, parts_.engine, previous->parts, material.parts));
  }
  generation.created_at = parts_.clock.Now();
  generation.documents = counts.documents;
  generation.skipped = counts.skipped;
  return generation;
}

}  // namespace lake::vector
