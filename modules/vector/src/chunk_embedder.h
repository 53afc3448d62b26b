// Chunks to parts: every chunk is embedded whole, however little the model reads at once.
#pragma once

#include <vector>

#include "lake/models/embedder.h"
#include "part_store.h"

namespace lake::vector {

/// Chunks that the model cannot read to their end are halved until it can, so no word is left out of the
/// vectors (unless one word alone is too long); a chunk in which it finds nothing to read is left out. The
/// chunks of a document are numbered anew. `model` is what the vectors must be of. Errors: the embedder's;
/// failed_precondition/model_changed.
Result<Part> EmbedChunks(const Context& context, models::Embedder& embedder,
                         const models::ModelFingerprint& model, std::vector<DocumentChunk> chunks);

/// Error: failed_precondition/model_changed when the vectors of the two cannot be compared.
Status CheckSameModel(const models::ModelFingerprint& expected, const models::ModelFingerprint& actual);

}  // namespace lake::vector
