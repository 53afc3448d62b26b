#include "rejects.h"

#include "lake/common/json_io.h"

namespace lake::ingest {
namespace {

/// The engine calls text after a closing quote a quote without end; those without end never come so far.
constexpr std::string_view kMessage =
    "CASE WHEN error_type = 'UNQUOTED VALUE' THEN 'Text stands behind a closing quote.' ELSE error_message "
    "END";
constexpr uint64_t kExamples = 5;  // Enough to see what is wrong; the rest is in the table, or in the file.

/// All rows of a small trusted result as JSON arrays.
Result<JsonValue> ReadSmallResult(engine::Session& session, const std::string& sql) {
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<engine::ResultStream> stream, session.ExecuteTrusted(sql));
  std::unique_ptr<engine::RowWriter> writer = engine::MakeJsonArrayWriter(*stream);
  std::string text = "[";
  while (true) {
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<engine::Batch> batch, stream->Next());
    if (batch == nullptr) break;
    writer->Append(*batch, 0, batch->rows(), &text);
  }
  return ParseJson(text + "]");
}

}  // namespace

Result<RejectSummary> SummarizeRejects(engine::Session& session) {
  RejectSummary summary;
  LAKE_ASSIGN_OR_RETURN(
      JsonValue count,
      ReadSmallResult(session, fmt::format("SELECT count(DISTINCT line) FROM {}", kRejectsTable)));
  summary.rows = static_cast<uint64_t>(count.as_array().at(0).as_array().at(0).as_int());
  if (summary.rows == 0) return summary;
  LAKE_ASSIGN_OR_RETURN(
      JsonValue examples,
      ReadSmallResult(session, fmt::format("SELECT line, left(first({} ORDER BY column_idx), 200) FROM {} "
                                           "GROUP BY line ORDER BY line LIMIT {}",
                                           kMessage, kRejectsTable, kExamples)));
  for (const JsonValue& row : examples.as_array())
    summary.examples.push_back(
        {.line = static_cast<uint64_t>(row.as_array().at(0).as_int()),
         .reason = row.as_array().at(1).is_string() ? row.as_array().at(1).as_string() : ""});
  return summary;
}

Status JudgeRejects(const RejectSummary& rejects, uint64_t rows_read, const IngestOptions& options) {
  const double all = static_cast<double>(rejects.rows + rows_read);
  const bool too_many = rejects.rows > options.max_rejected_rows ||
                        static_cast<double>(rejects.rows) > options.max_rejected_fraction * all;
  if (rejects.rows == 0 || !too_many) return {};
  Error error =
      InvalidArgument("too_many_rejected_rows",
                      "{} of {} rows cannot be read; nothing was ingested. At most {:.0f} % may be broken",
                      rejects.rows, rejects.rows + rows_read, options.max_rejected_fraction * 100);
  for (const Reject& reject : rejects.examples)
    error.AddDetail("", fmt::format("line {}: {}", reject.line, reject.reason));
  return error;
}

std::string RejectsDatasetName(const std::string& dataset) { return dataset + "__rejects"; }

std::vector<catalog::Column> RejectsColumns() {
  return {{.field_id = 1, .name = "source_file", .type = "VARCHAR"},
          {.field_id = 2, .name = "line", .type = "BIGINT"},
          {.field_id = 3, .name = "column_name", .type = "VARCHAR"},
          {.field_id = 4, .name = "reason", .type = "VARCHAR"},
          {.field_id = 5, .name = "message", .type = "VARCHAR"},
          {.field_id = 6, .name = "text", .type = "VARCHAR"}};
}

JsonValue RejectsMetadata(const std::string& dataset) {
  catalog::DatasetMetadata metadata;
  metadata.unknown = {{"source_system", "rejects"}, {"of", dataset}};
  for (const catalog::Column& column : RejectsColumns())
    if (column.name == "message" || column.name == "text")
      metadata.Column(column.field_id).sensitivity = catalog::ColumnSensitivity::kRestricted;
  return ToJson(metadata);
}

std::string SelectRejects(const std::string& source_file) {
  return fmt::format(
      "SELECT {} AS source_file, CAST(line AS BIGINT) AS line, first(column_name ORDER BY column_idx) AS "
      "column_name, "
      "lower(CAST(first(error_type ORDER BY column_idx) AS VARCHAR)) AS reason, "
      "first({} ORDER BY column_idx) AS message, first(csv_line ORDER BY column_idx) AS text "
      "FROM {} GROUP BY line ORDER BY line",
      engine::QuoteText(source_file), kMessage, kRejectsTable);
}

}  // namespace lake::ingest
