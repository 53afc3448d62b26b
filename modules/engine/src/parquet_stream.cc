// ParquetStreamWriter over DuckDB's own COPY function, driven from outside: a COPY statement would write from
// the engine's threads, which a slow client must not hold.
#include "duckdb_prelude.h"

#include "lake/engine/parquet_stream.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "duck_stream.h"
#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/copy_function_catalog_entry.hpp"
#include "duckdb/common/type_visitor.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/connection.hpp"
#include "errors.h"
#include "unique_names.h"

namespace lake::engine {
namespace {

using duckdb::LogicalTypeId;

/// A file gives back every value of these types, if not always their name: an ENUM comes back as its text, an
/// array as a list. What is new in the engine is refused until somebody looked at it.
bool IsChanged(const duckdb::LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::SQLNULL:
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::UTINYINT:
    case LogicalTypeId::USMALLINT:
    case LogicalTypeId::UINTEGER:
    case LogicalTypeId::UBIGINT:
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
    case LogicalTypeId::DECIMAL:
    case LogicalTypeId::DATE:
    case LogicalTypeId::TIME:
    case LogicalTypeId::TIME_NS:
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP_TZ:
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::CHAR:
    case LogicalTypeId::BLOB:
    case LogicalTypeId::UUID:
    case LogicalTypeId::ENUM:
    case LogicalTypeId::LIST:
    case LogicalTypeId::ARRAY:
    case LogicalTypeId::STRUCT:
    case LogicalTypeId::MAP:
      return false;
    default:
      return true;
  }
}

/// Takes what the engine writes to its file.
class TextSink final : public storage::ObjectWriter {
 public:
  explicit TextSink(std::string& text) : text_(text) {}
  Status Append(std::string_view bytes) override {
    text_.append(bytes);
    return {};
  }
  Result<storage::Etag> Finish() override { return storage::Etag("none"); }

 private:
  std::string& text_;
};

class DuckParquetStreamWriter final : public ParquetStreamWriter {
 public:
  explicit DuckParquetStreamWriter(const DuckStream& stream)
      : types_(stream.types()),
        connection_(*stream.client()->db),
        state_(duckdb::make_shared_ptr<SessionState>(stream.session()->context(), ReadSet())) {
    for (std::string& name : UniqueNames(stream)) names_.push_back(std::move(name));
    client().registered_state->Insert(SessionState::kName, state_);
    state_->StartStatement(StatementTrust::kTrusted);
    state_->SetOutput(std::make_shared<OutputFile>(std::make_unique<TextSink>(written_)));
  }

  Status Begin(std::string* out) override {
    return Guarded(out, [&] {
      copy_ = duckdb::Catalog::GetEntry<duckdb::CopyFunctionCatalogEntry>(client(), SYSTEM_CATALOG,
                                                                          DEFAULT_SCHEMA, "parquet")
                  .function;
      duckdb::CopyInfo info;
      info.options["compression"] = {duckdb::Value("zstd")};
      // They are kept until the footer; nobody looks up single values in an answer.
      info.options["write_bloom_filter"] = {duckdb::Value::BOOLEAN(false)};
      duckdb::CopyFunctionBindInput input(info, copy_->function_info);
      bound_ = copy_->copy_to_bind(client(), input, names_, types_);
      file_ = copy_->copy_to_initialize_global(client(), *bound_, std::string(OutputFile::kEnginePath));
    });
  }

  Status Append(const Batch& batch, size_t count, std::string* out) override {
    return Guarded(out, [&] {
      for (const auto& chunk : AsDuckBatch(batch).chunks()) {
        const size_t rows = std::min<size_t>(count, chunk->size());
        if (rows == 0) break;
        AppendRows(*chunk, rows);
        count -= rows;
      }
    });
  }

  Status End(std::string* out) override {
    return Guarded(out, [&] {
      if (group_) WriteGroup();
      copy_->copy_to_finalize(client(), *bound_, *file_);
    });
  }

 private:
  duckdb::ClientContext& client() { return *connection_.context; }

  /// Runs the engine's code and hands on what it has written.
  template <class Work>
  Status Guarded(std::string* out, Work work) {
    LAKE_RETURN_IF_ERROR(state_->context().CheckAlive());
    try {
      client().RunFunctionInTransaction(work);
    } catch (const std::exception& failure) {
      return TranslateError(duckdb::ErrorData(failure), *state_);
    }
    out->append(written_);
    written_.clear();
    return {};
  }

  void AppendRows(duckdb::DataChunk& chunk, size_t rows) {
    if (!group_) group_ = duckdb::make_uniq<duckdb::ColumnDataCollection>(client(), types_);
    if (rows == chunk.size()) {
      group_->Append(chunk);
    } else {
      duckdb::DataChunk first;
      first.InitializeEmpty(types_);
      first.Reference(chunk);
      first.SetCardinality(rows);
      group_->Append(first);
    }
    if (group_->Count() >= kParquetGroupRows || group_->SizeInBytes() >= kParquetGroupBytes) WriteGroup();
  }

  void WriteGroup() {
    const auto prepared = copy_->prepare_batch(client(), *bound_, *file_, std::move(group_));
    copy_->flush_batch(client(), *bound_, *file_, *prepared);
  }

  const duckdb::vector<duckdb::LogicalType> types_;
  duckdb::vector<std::string> names_;
  std::string written_;  // Outlives the file that writes into it.
  duckdb::Connection connection_;
  duckdb::shared_ptr<SessionState> state_;
  std::optional<duckdb::CopyFunction> copy_;
  duckdb::unique_ptr<duckdb::FunctionData> bound_;
  duckdb::unique_ptr<duckdb::GlobalFunctionData> file_;
  duckdb::unique_ptr<duckdb::ColumnDataCollection> group_;  // The rows of the next row group.
};

}  // namespace

Result<std::unique_ptr<ParquetStreamWriter>> MakeParquetStreamWriter(const ResultStream& stream) {
  const DuckStream& rows = AsDuckStream(stream);
  for (size_t i = 0; i < rows.types().size(); ++i)
    if (duckdb::TypeVisitor::Contains(rows.types()[i], IsChanged))
      return InvalidArgument("type_not_storable",
                             "column {} has the type {}, which Parquet does not keep exactly; cast it",
                             rows.columns()[i].name, rows.columns()[i].type);
  try {
    return std::make_unique<DuckParquetStreamWriter>(rows);
  } catch (const std::exception& failure) {
    return TranslateError(duckdb::ErrorData(failure));
  }
}

}  // namespace lake::engine
