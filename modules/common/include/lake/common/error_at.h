// The place of a mistake, for an error that has none yet.
#pragma once

#include <string>
#include <utility>

#include "lake/common/error.h"

namespace lake {

/// The error with its message once more as the detail of the member at `pointer` (RFC 6901).
inline Error At(Error error, std::string pointer) {
  std::string message = error.message();
  error.AddDetail(std::move(pointer), std::move(message));
  return error;
}

}  // namespace lake
