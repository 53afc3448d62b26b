// The bytes of an append log's objects. See docs/formats/append-log.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/storage/append_log.h"

namespace lake::storage {

/// An object of an earlier format, by name and contents: its writer may use the name again.
struct ReplacedObject {
  std::string key;
  uint32_t checksum = 0;  ///< CRC-32C of its bytes.
  bool operator==(const ReplacedObject&) const = default;
};

struct LogObjectBody {
  std::vector<LogRecord> records;        ///< In the order of lines.
  std::vector<std::string> damaged;      ///< Lines that are not what was written, as they were found.
  std::vector<ReplacedObject> replaces;  ///< Objects of earlier formats whose records this object holds.
};

/// Header line, one line for each record, then the damaged lines.
std::string EncodeLogObject(const LogObjectBody& body);

/// Never fails on damage. Error: failed_precondition/newer_format.
Result<LogObjectBody> DecodeLogObject(std::string_view bytes);

}  // namespace lake::storage
