// Source to parts: one thread reads and cuts, this one embeds and stores. What is in a part is never embedded
// again: after a crash or a failure, the next run goes on with the documents that are in none.
#pragma once

#include <cstdint>

#include "lake/jobs/job_service.h"
#include "lake/models/embedder.h"
#include "part_store.h"
#include "source_reader.h"

namespace lake::vector {

struct PipelineCounts {
  uint64_t documents = 0;  ///< In parts.
  uint64_t skipped = 0;    ///< Without an id or without a word.
};

/// One thread.
class EmbeddingPipeline {
 public:
  /// The references outlive it.
  EmbeddingPipeline(SourceReader source, PartStore& parts, models::Embedder& embedder,
                    models::ModelFingerprint model, jobs::JobRun& run);

  /// Every document of the source is in a part on ok. Errors: those of the source, the embedder and the
  /// store.
  Result<PipelineCounts> Run();

 private:
  Status Embed(Portion portion);
  void Report();
  const Context& context() const { return run_.context(); }

  SourceReader source_;
  PartStore& parts_;
  models::Embedder& embedder_;
  const models::ModelFingerprint model_;
  jobs::JobRun& run_;
  SourceCounts counts_;
  PipelineCounts done_;
};

}  // namespace lake::vector
