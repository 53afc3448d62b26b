#include "instance.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/main/connection.hpp"
#include "duckdb/main/materialized_query_result.hpp"
#include "duckdb/main/valid_checker.hpp"
#include "errors.h"
#include "file_system.h"
#include "keyed_hash.h"
#include "mask_text.h"
#include "memory_table_scan.h"
#include "plan_guard.h"
#include "row_barrier.h"
#include "spill_encryption.h"
#include "values_table.h"

namespace lake::engine {
namespace {

uint64_t HalfOfMemory() {
  const auto pages = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES));
  const auto page_bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return pages * page_bytes / 2;
}

void Run(duckdb::Connection& connection, const std::string& sql) {
  auto result = connection.Query(sql);
  if (result->HasError()) result->ThrowError();
}

}  // namespace

Result<std::shared_ptr<Instance>> Instance::Open(const EngineOptions& options, std::string spill_directory) {
  std::shared_ptr<Instance> instance(new Instance());
  instance->spill_directory_ = std::move(spill_directory);
  try {
    duckdb::DBConfig config;
    config.SetOptionByName("autoload_known_extensions", duckdb::Value::BOOLEAN(false));
    config.SetOptionByName("autoinstall_known_extensions", duckdb::Value::BOOLEAN(false));
    config.SetOptionByName("allow_community_extensions", duckdb::Value::BOOLEAN(false));
    const size_t threads =
        options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    config.SetOptionByName("threads", duckdb::Value::BIGINT(static_cast<int64_t>(threads)));
    const uint64_t memory = options.memory_limit_bytes != 0 ? options.memory_limit_bytes : HalfOfMemory();
    config.SetOptionByName("memory_limit", duckdb::Value(fmt::format("{}B", memory)));
    // Without them its allocator gives memory back only while it is asked for more: what the last statement
    // took would stay as long as nobody asks another.
    config.SetOptionByName("allocator_background_threads", duckdb::Value::BOOLEAN(true));
    AddValuesReplacement(config);
    AddMemoryTableReplacement(config);
    instance->database_ = std::make_unique<duckdb::DuckDB>(nullptr, &config);
    instance->database_->GetFileSystem().RegisterSubSystem(duckdb::make_uniq<LakeFileSystem>());
    duckdb::DBConfig::GetConfig(*instance->database_->instance).encryption_util = MakeSpillEncryption();
    AddPlanGuard(duckdb::DBConfig::GetConfig(*instance->database_->instance));
    AddRowBarrier(duckdb::DBConfig::GetConfig(*instance->database_->instance));
    RegisterValuesFunction(*instance->database_);
    RegisterMemoryTableFunction(*instance->database_);
    RegisterKeyedHash(*instance->database_);
    RegisterMaskText(*instance->database_);
    RegisterBarrierFunction(*instance->database_);
    instance->Harden(options);
  } catch (const std::exception& failure) {
    return TranslateError(duckdb::ErrorData(failure));
  }
  return instance;
}

Instance::~Instance() {
  database_.reset();
  std::error_code ignored;  // Left-overs are removed when the engine opens again.
  std::filesystem::remove_all(spill_directory_, ignored);
}

void Instance::Harden(const EngineOptions& options) {
  duckdb::Connection connection(*database_);
  // The order matters: the temporary directory joins the allowed ones silently, external access closes what
  // came before for good, and the lock is last.
  Run(connection, "SET allow_persistent_secrets=false");
  Run(connection, "SET temp_directory=" + QuoteText(spill_directory_));
  Run(connection, fmt::format("SET max_temp_directory_size='{}B'", options.spill_limit_bytes));
  Run(connection, "SET temp_file_encryption=true");
  Run(connection, "SET GLOBAL TimeZone='UTC'");
  Run(connection, "SET parquet_metadata_cache=true");
  Run(connection,
      "SET catalog_error_max_schemas=0");  // Suggestions name tables that the caller may not know.
  Run(connection, "SET allowed_directories=['lake://']");
  Run(connection, "SET enable_external_access=false");
  Run(connection, "SET allowed_configs=[]");
  Run(connection, "SET lock_configuration=true");
}

bool Instance::usable() const { return !duckdb::ValidChecker::IsInvalidated(*database_->instance); }

}  // namespace lake::engine
