// Session::WriteParquet: COPY into the one file that the session may write, made durable only after COPY
// succeeded.
#include "duckdb_prelude.h"

#include <fmt/format.h>

#include "duck_stream.h"
#include "session.h"

namespace lake::engine {
namespace {

/// Version 1 encodings: those of version 2 save 8 % on mixed columns (measured), and vectorised readers of
/// Iceberg and older Spark refuse them.
std::string CopyStatement(std::string_view select, const std::vector<ParquetColumn>& columns) {
  std::string field_ids;
  for (const ParquetColumn& column : columns)
    fmt::format_to(std::back_inserter(field_ids), "{}{}: {}", field_ids.empty() ? "" : ", ",
                   QuoteText(column.name), column.field_id);
  return fmt::format(
      "COPY ({}) TO '{}' (FORMAT parquet, PARQUET_VERSION v1, COMPRESSION zstd, USE_TMP_FILE false, "
      "FIELD_IDS {{{}}})",
      select, OutputFile::kEnginePath, field_ids);
}

/// Forgets the output when the statement is over, however it ends.
class OutputScope {
 public:
  OutputScope(SessionState& state, std::shared_ptr<OutputFile> output) : state_(state) {
    state_.SetOutput(std::move(output));
  }
  ~OutputScope() { state_.SetOutput(nullptr); }
  OutputScope(const OutputScope&) = delete;
  OutputScope& operator=(const OutputScope&) = delete;

 private:
  SessionState& state_;
};

}  // namespace

Result<WrittenFile> DuckSession::WriteParquet(std::string_view select, const ParquetTarget& target) {
  LAKE_ASSIGN_OR_RETURN(auto writer,
                        target.store->StartPut(state_->context(), target.key, storage::IfAbsent{}));
  const auto output = std::make_shared<OutputFile>(std::move(writer));
  const OutputScope scope(*state_, output);
  LAKE_ASSIGN_OR_RETURN(auto stream, ExecuteTrusted(CopyStatement(select, target.columns)));
  LAKE_ASSIGN_OR_RETURN(auto batch, stream->Next());
  if (!batch) return Internal("engine_failed", "internal error").WithCause("COPY gave no row count");
  const duckdb::Value rows = AsDuckBatch(*batch).chunks().front()->GetValue(0, 0);
  LAKE_ASSIGN_OR_RETURN(auto end, stream->Next());
  LAKE_CHECK(!end);
  WrittenFile written;
  written.rows = rows.GetValue<uint64_t>();
  written.bytes = output->bytes();
  LAKE_ASSIGN_OR_RETURN(written.checksum, output->Finish());
  return written;
}

}  // namespace lake::engine
