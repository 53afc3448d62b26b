// The sample data as a folder of CSV files with a manifest; what is there already and right is not written
// again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/cancel.h"
#include "lake/common/result.h"
#include "lake/demo_data/scale.h"

namespace lake::demo_data {

/// Changes whenever a byte of any file would.
inline constexpr int kGeneratorVersion = 1;
inline constexpr std::string_view kManifestName = "manifest.json";

enum class Origin { kWritten, kReused };

struct GeneratedFile {
  Table table;
  std::filesystem::path path;
  int64_t rows = 0;  ///< Without the header.
  int64_t bytes = 0;
  std::string sha256;  ///< Of the whole file, as sha256sum prints it.
  Origin origin = Origin::kWritten;
};

struct GeneratedFiles {
  std::filesystem::path manifest;
  std::vector<GeneratedFile> files;  ///< One per table, in the order of kTables.
};

struct Progress {
  Table table;            ///< Being written or checked.
  int64_t rows_done = 0;  ///< Over all tables.
  int64_t rows_total = 0;
};

struct WriteOptions {
  std::filesystem::path directory;  ///< Created when missing. One writer at a time.
  Scale scale;
  size_t threads = 1;
  std::function<void(const Progress&)> progress;  ///< May be empty. One call at a time, from any thread.
  CancelToken cancel;
};

/// Writes TABLE.csv for every table, and manifest.json last. A file appears whole or not at all (written
/// beside and renamed); a file whose size and digest are those of a manifest for the same scale and generator
/// is kept. Errors: invalid_argument/bad_scale; cancelled/…; unavailable/demo_data_not_written;
/// resource_exhausted/disk_full.
Result<GeneratedFiles> WriteAll(const WriteOptions& options);

}  // namespace lake::demo_data
