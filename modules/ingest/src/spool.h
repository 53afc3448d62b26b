// Where uploads wait: small ones in memory, larger ones in a scratch store for as long as their request,
// those of jobs durably as objects under "_uploads/".
#pragma once

#include <memory>
#include <set>
#include <string>

#include "lake/common/clock.h"
#include "lake/common/random.h"
#include "lake/ingest/file_ingest.h"

namespace lake::ingest {

class Spool {
 public:
  Spool(UploadStores stores, Clock& clock, RandomSource& random, const IngestOptions& options);

  /// Gets the first bytes of an upload that turns out too large for memory, once.
  using OnStart = std::function<void(std::string_view start)>;
  Result<Upload> Receive(const Context& context, ByteSource& source, UploadHold hold,
                         const OnStart& on_start);
  Status Discard(const Context& context, const Upload& upload);
  Status Collect(const Context& context, const std::set<std::string>& keys_in_use);
  /// The upload a job left in the spool.
  Upload Recall(std::string key, uint64_t bytes, std::string sha256) const;

 private:
  Result<std::string> NewKey();

  const UploadStores stores_;
  Clock& clock_;
  RandomSource& random_;
  const IngestOptions& options_;
};

}  // namespace lake::ingest
