#include "embedding_pipeline.h"

#include <string>
#include <thread>
#include <unordered_set>
#include <utility>

#include "bounded_queue.h"
#include "chunk_embedder.h"

namespace lake::vector {
namespace {

constexpr size_t kWaitingPortions = 2;  // Read ahead; each is some megabytes.

}  // namespace

EmbeddingPipeline::EmbeddingPipeline(SourceReader source, PartStore& parts, models::Embedder& embedder,
                                     models::ModelFingerprint model, jobs::JobRun& run)
    : source_(std::move(source)), parts_(parts), embedder_(embedder), model_(std::move(model)), run_(run) {}

Result<PipelineCounts> EmbeddingPipeline::Run() {
  LAKE_ASSIGN_OR_RETURN(counts_, source_.Count(context()));
  LAKE_RETURN_IF_ERROR(parts_.Load(context()));
  std::unordered_set<std::string> in_parts;
  LAKE_RETURN_IF_ERROR(
      parts_.ForEachDocument(context(), [&](std::string_view doc_id) { in_parts.emplace(doc_id); }));
  done_ = {.documents = in_parts.size(), .skipped = counts_.without_id};
  Report();

  BoundedQueue<Portion> queue(kWaitingPortions);
  Status read;
  std::thread reader([&] {
    read = source_.Read(
        context(), [&](std::string_view doc_id) { return in_parts.contains(std::string(doc_id)); },
        [&](Portion portion) { return queue.Push(std::move(portion)); });
    queue.Close();
  });
  Status embedded;
  for (std::optional<Portion> portion; embedded.ok() && (portion = queue.Pop());)
    embedded = Embed(std::move(*portion));
  queue.Close();
  reader.join();
  LAKE_RETURN_IF_ERROR(std::move(embedded));
  LAKE_RETURN_IF_ERROR(std::move(read));
  return done_;
}

Status EmbeddingPipeline::Embed(Portion portion) {
  LAKE_RETURN_IF_ERROR(context().CheckAlive());
  if (!portion.chunks.empty()) {
    LAKE_ASSIGN_OR_RETURN(const Part part,
                          EmbedChunks(context(), embedder_, model_, std::move(portion.chunks)));
    if (!part.chunks.empty()) LAKE_RETURN_IF_ERROR(parts_.Append(context(), part));
  }
  done_.documents += portion.documents;
  done_.skipped += portion.wordless;
  Report();
  return {};
}

void EmbeddingPipeline::Report() {
  const uint64_t wordless = done_.skipped - counts_.without_id;
  run_.ReportProgress(done_.documents + wordless, counts_.rows, "documents");
}

}  // namespace lake::vector
