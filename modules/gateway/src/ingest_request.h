// What the head of an upload says about the file.
#pragma once

#include <string>
#include <string_view>

#include "lake/gateway/exchange.h"
#include "lake/gateway/wire/ingest.h"

namespace lake::gateway {

/// "candidates_2026" of "Candidates 2026.csv": the stem in lower case, everything but letters and digits as
/// '_', none of those in front; "" when nothing is left.
std::string DatasetNameOf(std::string_view file_name);

/// Errors: invalid_argument/name_required when neither the request nor the file has a name;
/// invalid_argument/bad_idempotency_key (1–255 printable ASCII characters).
Result<ingest::FileRequest> MakeFileRequest(const wire::IngestFile& wanted, const RequestHead& head,
                                            std::string_view file_name);

}  // namespace lake::gateway
