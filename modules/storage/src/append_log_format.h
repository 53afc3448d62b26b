// The bytes of an append log's objects. See docs/formats/append-log.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/storage/append_log.h"

namespace lake::storage {

struct LogObjectBody {
  std::vector<LogRecord> records;     ///< In the order of lines.
  std::vector<std::string> damaged;   ///< Lines that are not what was written, as they were found.
  std::vector<std::string> replaces;  ///< Keys of objects of earlier formats whose records this object holds.
};

/// Header line, one line for each record, then the damaged lines.
std::string EncodeLogObject(const LogObjectBody& body);

/// Never fails on damage. Error: failed_precondition/newer_format.
Result<LogObjectBody> DecodeLogObject(std::string_view bytes);

}  // namespace lake::storage
