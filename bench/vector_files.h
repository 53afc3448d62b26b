// Vectors from the files that the field passes around: .fvecs and .ivecs (each row an int32 with its length,
// then as many float32 or int32; http://corpus-texmex.irisa.fr), and .npy of two dimensions in C order
// (float32; int32 or int64 for truth).
#pragma once

#include <filesystem>
#include <vector>

#include "lake/common/result.h"

namespace lake::bench {

struct FileVectors {
  std::vector<float> values;  ///< By rows.
  size_t rows = 0;
  size_t dimensions = 0;
};

/// Errors: not_found/file_missing, invalid_argument/bad_vector_file.
Result<FileVectors> ReadVectors(const std::filesystem::path& file);

/// Of each query the rows nearest to it, the nearest first. Errors: as ReadVectors.
Result<std::vector<std::vector<uint64_t>>> ReadTruth(const std::filesystem::path& file);

}  // namespace lake::bench
