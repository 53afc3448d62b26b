// Rows of a file that cannot be read: counted, judged, and kept as rows of "<dataset>__rejects".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lake/catalog/metadata.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"
#include "lake/ingest/file_ingest.h"

namespace lake::ingest {

struct Reject {
  uint64_t line = 0;  ///< 1-based, the header included.
  std::string reason;
};

struct RejectSummary {
  uint64_t rows = 0;             ///< Distinct lines.
  std::vector<Reject> examples;  ///< The first few, for an error people can act on.
};

inline constexpr std::string_view kRejectsTable = "lake_rejects";
inline constexpr std::string_view kRejectScansTable = "lake_reject_scans";

/// Reads the session's rejects table after the file was read.
Result<RejectSummary> SummarizeRejects(engine::Session& session);

/// Error: invalid_argument/too_many_rejected_rows with the first reasons, when the file is not what it seems.
Status JudgeRejects(const RejectSummary& rejects, uint64_t rows_read, const IngestOptions& options);

/// "<dataset>__rejects" and its columns: source_file, line, column_name, reason, message, text.
std::string RejectsDatasetName(const std::string& dataset);
std::vector<catalog::Column> RejectsColumns();
/// Its metadata: what quotes the file is restricted, for nobody has said yet what is in there.
JsonValue RejectsMetadata(const std::string& dataset);
/// Trusted SQL giving the rejected lines as rows of that dataset.
std::string SelectRejects(const std::string& source_file);

}  // namespace lake::ingest
