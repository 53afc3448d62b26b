// Small secrets of this server, outside object storage: files that only their owner may read.
#pragma once

#include <optional>
#include <string>

#include "lake/common/result.h"

namespace lake::access {

/// Replaces the file as a whole, mode 0600; durable on ok. Error: unavailable/secret_not_written.
Status WriteSecretFile(const std::string& path, std::string_view text);

/// None when there is no such file. Errors: failed_precondition/secret_readable_by_others, unavailable/
/// secret_not_read.
Result<std::optional<std::string>> ReadSecretFile(const std::string& path);

}  // namespace lake::access
