#include "duckdb_prelude.h"

#include "duckdb/main/config.hpp"
#include "duckdb/main/connection.hpp"
#include "duckdb/main/database.hpp"
#include "duckdb/main/prepared_statement.hpp"
#include "lake/engine_testing/plain_duckdb.h"

namespace lake::engine {
namespace {

Error InItsWords(const std::string& message) { return InvalidArgument("duckdb", "{}", message); }

class Plain final : public PlainDuckDb {
 public:
  Plain() {
    duckdb::DBConfig config;
    config.SetOptionByName("threads", duckdb::Value::BIGINT(1));  // It opens sooner.
    database_ = std::make_unique<duckdb::DuckDB>(nullptr, &config);
    connection_ = std::make_unique<duckdb::Connection>(*database_);
  }

  Status Run(const std::string& sql) override {
    try {
      const auto result = connection_->Query(sql);
      if (result->HasError()) return InItsWords(result->GetError());
    } catch (const std::exception& failure) {
      return InItsWords(failure.what());
    }
    return {};
  }

  Status Bind(const std::string& sql) override {
    // The optimizer would compute what is constant.
    LAKE_RETURN_IF_ERROR(Run("PRAGMA disable_optimizer"));
    try {
      const auto prepared = connection_->Prepare(sql);
      if (prepared->HasError()) return InItsWords(prepared->GetError());
    } catch (const std::exception& failure) {
      return InItsWords(failure.what());
    }
    return {};
  }

 private:
  std::unique_ptr<duckdb::DuckDB> database_;
  std::unique_ptr<duckdb::Connection> connection_;
};

}  // namespace

std::unique_ptr<PlainDuckDb> PlainDuckDb::Open() { return std::make_unique<Plain>(); }

}  // namespace lake::engine
