#include "own_function.h"

#include <utility>

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/connection.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/parsed_data/create_scalar_function_info.hpp"
#include "duckdb/parser/parsed_data/create_table_function_info.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"

namespace lake::engine {
namespace {

template <class Create>
void InSystemCatalog(duckdb::DuckDB& database, Create create) {
  duckdb::Connection connection(database);
  connection.BeginTransaction();
  create(duckdb::Catalog::GetSystemCatalog(*connection.context), *connection.context);
  connection.Commit();
}

}  // namespace

void AddOwnFunction(duckdb::DuckDB& database, duckdb::ScalarFunction function) {
  duckdb::CreateScalarFunctionInfo info(std::move(function));
  InSystemCatalog(database, [&](auto& catalog, auto& context) { catalog.CreateFunction(context, info); });
}

void AddOwnFunction(duckdb::DuckDB& database, duckdb::TableFunction function) {
  duckdb::CreateTableFunctionInfo info(std::move(function));
  InSystemCatalog(database,
                  [&](auto& catalog, auto& context) { catalog.CreateTableFunction(context, info); });
}

duckdb::unique_ptr<duckdb::TableRef> CallOf(const char* function, const std::string& argument) {
  duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments;
  arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(argument)));
  auto table = duckdb::make_uniq<duckdb::TableFunctionRef>();
  table->function = duckdb::make_uniq<duckdb::FunctionExpression>(function, std::move(arguments));
  return table;
}

}  // namespace lake::engine
