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

/// Chunks, files, recall and config of the generation; the rest is for the caller. The same parts, in
/// whatever order they were made, give the same files. Objects that an earlier run left there are replaced.
Result<Generation> MakeGenerationFiles(const Context& context, const FileParts& parts, const IndexJob& job,
                                       PartStore& part_store);

}  // namespace lake::vector
