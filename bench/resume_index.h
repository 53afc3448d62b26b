// An index over the résumés of a sample company, built over HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lake/common/result.h"
#include "served_lake.h"

namespace lake::bench {

struct BuiltIndex {
  double embedded_s = 0;  ///< Until the last text was in a durable part.
  double live_s = 0;      ///< Until it answered: graph, measured recall and commit included.
};

/// An index over candidates.resume_text. Without `chunk_words` its chunks are the server's choice. Error:
/// internal/job_failed.
Result<BuiltIndex> BuildResumeIndex(ServedLake& lake, const std::string& name,
                                    std::optional<int64_t> chunk_words);

}  // namespace lake::bench
