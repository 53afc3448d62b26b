// The one place where an error becomes an HTTP status.
#pragma once

#include <string_view>

#include "lake/common/error.h"

namespace lake::gateway {

int HttpStatus(ErrorCode code);
/// As above, except for reasons that HTTP has a more exact status for.
int HttpStatus(const Error& error);
/// "Not Found" for 404.
std::string_view StatusPhrase(int status);

}  // namespace lake::gateway
