// Ingest over the wire; the answer is ingest::IngestResult, or a Job when it was accepted only.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "lake/common/describe.h"
#include "lake/ingest/file_ingest.h"

namespace lake::gateway::wire {

struct IngestFile {
  std::optional<std::string> name;
  std::optional<std::string> file_name;
  ingest::IngestMode mode = ingest::IngestMode::kAuto;
  std::optional<std::string> bucket;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::IngestFile> {
  using T = lake::gateway::wire::IngestFile;
  static constexpr auto kFields = std::tuple{
      Optional("name", &T::name, "Dataset name; made from the file's name when absent.").Between(1, 255),
      Optional("file_name", &T::file_name, "The file as the client calls it, for a body that is no form.")
          .Between(1, 255),
      Optional("mode", &T::mode,
               "create: must be new; append: must exist; replace: its rows become the file's; auto: "
               "create when new, append otherwise."),
      Optional("bucket", &T::bucket, "Where a new dataset's objects go; also X-Lakehouse-Bucket.")
          .Between(1, 63)};
};
