// What a stored ingest job knows: enough to run again after a restart.
#pragma once

#include <optional>
#include <string>

#include "lake/common/describe.h"
#include "lake/ingest/file_ingest.h"

namespace lake::ingest {

struct IngestPayload {
  std::string dataset;
  std::string file_name;
  IngestMode mode = IngestMode::kAuto;
  std::string bucket;
  std::optional<std::string> idempotency_key;
  std::string upload_key;
  uint64_t bytes = 0;
  std::string sha256;
  std::string caller;
  std::string role;
};

}  // namespace lake::ingest

template <>
struct lake::Describe<lake::ingest::IngestPayload> {
  using T = lake::ingest::IngestPayload;
  static constexpr std::string_view kName = "IngestPayload";
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "Dataset the rows go to."),
                 Required("file_name", &T::file_name, "The file as the client called it."),
                 Required("mode", &T::mode, "auto, create, append or replace."),
                 Required("bucket", &T::bucket, "Bucket of a new dataset."),
                 Optional("idempotency_key", &T::idempotency_key, "The request's key."),
                 Required("upload_key", &T::upload_key, "Object that holds the upload."),
                 Required("bytes", &T::bytes, "Bytes of the upload."),
                 Required("sha256", &T::sha256, "Digest of the upload."),
                 Required("caller", &T::caller, "Who asked."),
                 Required("role", &T::role, "Role of the caller when it asked.")};
};
