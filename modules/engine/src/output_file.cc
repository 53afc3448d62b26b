#include "output_file.h"

namespace lake::engine {

Status OutputFile::Append(std::string_view bytes) {
  MutexLock lock(mutex_);
  LAKE_RETURN_IF_ERROR(writer_->Append(bytes));
  digest_.Update(bytes);
  bytes_ += bytes.size();
  return {};
}

uint64_t OutputFile::bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

Result<std::string> OutputFile::Finish() {
  MutexLock lock(mutex_);
  LAKE_RETURN_IF_ERROR(writer_->Finish());
  return "sha256:" + digest_.FinishHex();
}

}  // namespace lake::engine
