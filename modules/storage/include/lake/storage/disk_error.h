// The one translation of errno into errors.
#pragma once

#include <string_view>

#include "lake/common/error.h"

namespace lake::storage {

/// `action` completes "the disk failed while …"; `detail` (a call, a path) goes to the internal cause with
/// the system's own words. Reasons: path_not_found, object_exists, path_conflict, directory_not_empty,
/// storage_full, store_unreachable, io_error.
Error DiskError(int error_number, std::string_view action, std::string_view detail);

}  // namespace lake::storage
