// Parts to the files that answer: the segment with its graph, the texts, and what their recall is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "index_job.h"
#include "lake/models/embedder.h"
#include "lake/storage/object_store.h"
#include "part_store.h"

namespace lake::vector {

struct FileParts {
  storage::ObjectStore& store;
  models::Embedder& embedder;
  std::filesystem::path work_directory;  ///< For files on their way; exists.
  size_t threads = 1;
};

/// What a generation is made of.
struct Material {
  PartStore parts;
  PartStore questions;  ///< That its recall is measured with; their texts are left out.
};

/// Chunks, files, recall and config of the generation; the rest is for the caller. The same parts, in
/// whatever order they were made, give the same files. Objects that an earlier run left there are replaced.
/// Questions are made when there are too few.
Result<Generation> MakeGenerationFiles(const Context& context, const FileParts& parts, const IndexJob& job,
                                       Material& material);

}  // namespace lake::vector
