#include "lake/storage/disk_error.h"

#include <cerrno>
#include <system_error>

namespace lake::storage {
namespace {

Error Translated(int error_number, std::string_view action) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:  // a symbolic link where none is followed
    case EXDEV:  // a path that would leave the root
      return NotFound("path_not_found", "there is no such file while {}", action);
    case EEXIST:
      return FailedPrecondition("object_exists", "the name is taken while {}", action);
    case EISDIR:
      return FailedPrecondition("path_conflict", "something else has the name while {}", action);
    case ENOTEMPTY:
      return FailedPrecondition("directory_not_empty", "the directory is not empty while {}", action);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:  // A limit on file sizes: the file system's or the one set for this process.
      return ResourceExhausted("storage_full", "the disk is full while {}", action);
    case EACCES:
    case EPERM:
    case EROFS:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ESTALE:
      return Unavailable("store_unreachable", "the disk cannot be used while {}", action);
    default:
      return Internal("io_error", "the disk failed while {}", action);
  }
}

}  // namespace

Error DiskError(int error_number, std::string_view action, std::string_view detail) {
  return Translated(error_number, action)
      .WithCause(fmt::format("{}: {} (errno {})", detail, std::generic_category().message(error_number),
                             error_number));
}

}  // namespace lake::storage
