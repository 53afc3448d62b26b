#include "mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace lake::ann {
namespace {

Error Unreadable(int error) {
  if (error == ENOENT) return NotFound("segment_missing", "the index file does not exist");
  return Internal("segment_unreadable", "the index file cannot be read")
      .WithCause(std::generic_category().message(error));
}

}  // namespace

Result<MappedFile> MappedFile::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Unreadable(errno);
  struct stat status = {};
  if (fstat(file, &status) != 0 || status.st_size == 0) {
    const int error = errno;
    close(file);
    if (status.st_size == 0) return DataLoss("segment_damaged", "the index file is damaged: it is empty");
    return Unreadable(error);
  }
  const auto size = static_cast<size_t>(status.st_size);
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  const int error = errno;
  close(file);
  if (mapped == MAP_FAILED) return Unreadable(error);
  return MappedFile(std::string_view(static_cast<const char*>(mapped), size));
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace lake::ann
