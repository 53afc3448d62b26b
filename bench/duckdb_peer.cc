#include "duckdb_peer.h"

namespace lake::bench {
namespace {

class QueryResult {
 public:
  QueryResult() = default;
  ~QueryResult() { duckdb_destroy_result(&result_); }
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;

  Status Run(duckdb_connection connection, const std::string& sql) {
    if (duckdb_query(connection, sql.c_str(), &result_) == DuckDBSuccess) return {};
    return Internal("peer_failed", "DuckDB: {}", duckdb_result_error(&result_));
  }
  duckdb_result* get() { return &result_; }

 private:
  duckdb_result result_{};
};

Status TakeError(duckdb_error_data error) {
  if (error == nullptr) return {};
  Status status = duckdb_error_data_has_error(error)
                      ? Status(Internal("peer_failed", "DuckDB: {}", duckdb_error_data_message(error)))
                      : Status();
  duckdb_destroy_error_data(&error);
  return status;
}

Status ReadSchema(duckdb_result* result, duckdb_arrow_options options, ArrowSchema* out) {
  const idx_t count = duckdb_column_count(result);
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> names;
  for (idx_t i = 0; i < count; ++i) {
    types.push_back(duckdb_column_logical_type(result, i));
    names.push_back(duckdb_column_name(result, i));
  }
  Status status = TakeError(duckdb_to_arrow_schema(options, types.data(), names.data(), count, out));
  for (duckdb_logical_type& type : types) duckdb_destroy_logical_type(&type);
  return status;
}

Status ReadBatches(duckdb_result* result, duckdb_arrow_options options, ArrowTable* table) {
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(*result)) {
    nanoarrow::UniqueArray batch;
    Status status = TakeError(duckdb_data_chunk_to_arrow(options, chunk, batch.get()));
    duckdb_destroy_data_chunk(&chunk);
    LAKE_RETURN_IF_ERROR(status);
    table->batches.push_back(std::move(batch));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<DuckDbPeer>> DuckDbPeer::Open(const app::QuerySettings& settings) {
  std::unique_ptr<DuckDbPeer> peer(new DuckDbPeer());
  duckdb_config config = nullptr;
  bool good = duckdb_create_config(&config) == DuckDBSuccess;
  const auto set = [&](const char* name, const std::string& value) {
    good = good && duckdb_set_config(config, name, value.c_str()) == DuckDBSuccess;
  };
  if (settings.threads != 0) set("threads", fmt::to_string(settings.threads));
  if (settings.memory_bytes != 0) set("memory_limit", fmt::format("{}B", settings.memory_bytes));
  good = good && duckdb_open_ext(nullptr, &peer->database_, config, nullptr) == DuckDBSuccess &&
         duckdb_connect(peer->database_, &peer->connection_) == DuckDBSuccess;
  duckdb_destroy_config(&config);
  if (!good) return Internal("peer_failed", "DuckDB cannot be opened");
  return peer;
}

DuckDbPeer::~DuckDbPeer() {
  duckdb_disconnect(&connection_);
  duckdb_close(&database_);
}

Result<int64_t> DuckDbPeer::Execute(const std::string& sql) {
  QueryResult result;
  LAKE_RETURN_IF_ERROR(result.Run(connection_, sql));
  return duckdb_value_int64(result.get(), 0, 0);
}

Result<ArrowTable> DuckDbPeer::Query(const std::string& sql) {
  QueryResult result;
  LAKE_RETURN_IF_ERROR(result.Run(connection_, sql));
  duckdb_arrow_options options = duckdb_result_get_arrow_options(result.get());
  ArrowTable table;
  Status status = ReadSchema(result.get(), options, table.schema.get());
  if (status.ok()) status = ReadBatches(result.get(), options, &table);
  duckdb_destroy_arrow_options(&options);
  LAKE_RETURN_IF_ERROR(status);
  return table;
}

}  // namespace lake::bench
