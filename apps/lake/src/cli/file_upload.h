// One file to POST /ingest/file, and its job to the end.
#pragma once

#include <string>

#include "follow_job.h"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::app {

struct FileUpload {
  std::string path;
  std::string dataset;  ///< Empty: the server makes it from the file's name.
  std::string mode = "auto";
  std::string bucket;
};

/// The ingest result document. An interrupt cancels the job. Errors: not_found/file_not_found, those of the
/// server, of the job.
Result<JsonValue> UploadFile(Rest& rest, const FileUpload& upload, const JobProgress& progress);

}  // namespace lake::app
