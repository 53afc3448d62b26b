#include "values_table.h"

#include <algorithm>

#include "duckdb/function/table_function.hpp"
#include "duckdb/main/client_context.hpp"
#include "own_function.h"
#include "session_state.h"

namespace lake::engine {
namespace {

constexpr const char* kValuesFunction = "lake_values";

struct ValuesBindData final : duckdb::TableFunctionData {
  std::shared_ptr<const std::vector<std::string>> values;
};

struct ValuesScan final : duckdb::GlobalTableFunctionState {
  size_t next = 0;
};

duckdb::unique_ptr<duckdb::FunctionData> BindValues(duckdb::ClientContext& context,
                                                    duckdb::TableFunctionBindInput& input,
                                                    duckdb::vector<duckdb::LogicalType>& types,
                                                    duckdb::vector<std::string>& names) {
  const auto session = SessionState::Of(context);
  auto values = session ? session->FindValues(input.inputs[0].ToString()) : nullptr;
  if (!values) throw duckdb::PermissionException("values are not in the read set");
  types.push_back(duckdb::LogicalType::VARCHAR);
  names.push_back("value");
  auto data = duckdb::make_uniq<ValuesBindData>();
  data->values = std::move(values);
  return data;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> StartValuesScan(duckdb::ClientContext&,
                                                                     duckdb::TableFunctionInitInput&) {
  return duckdb::make_uniq<ValuesScan>();
}

void ScanValues(duckdb::ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& output) {
  const auto& values = *input.bind_data->Cast<ValuesBindData>().values;
  auto& scan = input.global_state->Cast<ValuesScan>();
  const size_t count = std::min<size_t>(values.size() - scan.next, STANDARD_VECTOR_SIZE);
  auto* target = duckdb::FlatVector::GetData<duckdb::string_t>(output.data[0]);
  for (size_t i = 0; i < count; ++i) {
    // Not copied: the session's read set outlives every statement of the session.
    const std::string& value = values[scan.next + i];
    target[i] = duckdb::string_t(value.data(), static_cast<uint32_t>(value.size()));
  }
  scan.next += count;
  output.SetCardinality(count);
}

duckdb::unique_ptr<duckdb::NodeStatistics> CardinalityOfValues(duckdb::ClientContext&,
                                                               const duckdb::FunctionData* data) {
  const size_t count = data->Cast<ValuesBindData>().values->size();
  return duckdb::make_uniq<duckdb::NodeStatistics>(count, count);
}

duckdb::unique_ptr<duckdb::TableRef> ReplaceByValues(duckdb::ClientContext& context,
                                                     duckdb::ReplacementScanInput& input,
                                                     duckdb::optional_ptr<duckdb::ReplacementScanData>) {
  const auto session = SessionState::Of(context);
  if (!session || !session->FindValues(input.table_name)) return nullptr;
  return CallOf(kValuesFunction, input.table_name);
}

}  // namespace

void AddValuesReplacement(duckdb::DBConfig& config) {
  config.replacement_scans.emplace_back(ReplaceByValues);
}

void RegisterValuesFunction(duckdb::DuckDB& database) {
  duckdb::TableFunction function(kValuesFunction, {duckdb::LogicalType::VARCHAR}, ScanValues, BindValues,
                                 StartValuesScan);
  function.cardinality = CardinalityOfValues;
  AddOwnFunction(database, std::move(function));
}

}  // namespace lake::engine
