// OutputFile: the one object a connection is writing, hashed as it goes. Bytes arrive in order; nothing is
// visible before Finish.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lake/common/digest.h"
#include "lake/common/mutex.h"
#include "lake/storage/object_store.h"

namespace lake::engine {

class OutputFile {
 public:
  static constexpr std::string_view kEnginePath = "lake://out/0";

  explicit OutputFile(std::unique_ptr<storage::ObjectWriter> writer) : writer_(std::move(writer)) {}

  Status Append(std::string_view bytes);
  uint64_t bytes() const;
  /// Makes the object durable and gives "sha256:<hex>" of its bytes. Once.
  Result<std::string> Finish();

 private:
  // One COPY writes from several threads, one after another under DuckDB's own lock; writes go straight to
  // the object, so this lock is held across I/O by intent: it keeps hash and bytes in one order.
  mutable Mutex mutex_;
  std::unique_ptr<storage::ObjectWriter> writer_ LAKE_GUARDED_BY(mutex_);
  Sha256 digest_ LAKE_GUARDED_BY(mutex_);
  uint64_t bytes_ LAKE_GUARDED_BY(mutex_) = 0;
};

}  // namespace lake::engine
