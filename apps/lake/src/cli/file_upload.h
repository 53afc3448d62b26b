// One file to POST /ingest/file, and its job to the end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lake/common/json.h"
#include "lake/common/result.h"
#include "rest.h"

namespace lake::app {

struct FileUpload {
  std::string path;
  std::string dataset;  ///< Empty: the server makes it from the file's name.
  std::string mode = "auto";
  std::string bucket;
};

using UploadProgress =
    std::function<void(uint64_t done, std::optional<uint64_t> total, std::string_view unit)>;

/// The ingest result document. An interrupt cancels the job. Errors: not_found/file_not_found, those of the
/// server, of the job.
Result<JsonValue> UploadFile(Rest& rest, const FileUpload& upload, const UploadProgress& progress);

}  // namespace lake::app
