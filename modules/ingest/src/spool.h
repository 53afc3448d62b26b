// Where uploads wait: small ones in memory, large or long-lived ones as objects under "_uploads/".
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
  Spool(std::shared_ptr<storage::ObjectStore> store, Clock& clock, RandomSource& random,
        const IngestOptions& options);

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

  std::shared_ptr<storage::ObjectStore> store_;
  Clock& clock_;
  RandomSource& random_;
  const IngestOptions& options_;
};

}  // namespace lake::ingest
