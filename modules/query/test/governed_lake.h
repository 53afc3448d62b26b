// Datasets "people" (10 rows, 3 and 7 tombstoned) and "clean" (the other 8) on the real engine and catalog,
// and a query service over them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lake/catalog/catalog.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/query/query_service.h"
#include "lake/storage/memory_store.h"

namespace lake::query {

class GovernedLake : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = MakeStore();
    LAKE_ASSERT_OK(buckets_.Attach(storage::kPrimaryBucket, store_));
    auto catalog = catalog::Catalog::Open(Context{}, store_, clock_, random_, log_, {}, {.writer = "test"});
    LAKE_ASSERT_OK(catalog);
    catalog_ = std::move(*catalog);
    engine_ = MakeEngine("spill");
    auto hash_keys =
        access::HashKeys::Open(*catalog_->snapshot(), (folder_ / "secrets").string(), random_, log_);
    LAKE_ASSERT_OK(hash_keys);
    hash_keys_ = std::move(*hash_keys);
    audit_ = access::AuditLog::Make(*store_, log_);
    service_ = MakeService(*engine_, QueryLimits{});
    const std::string rows =
        "SELECT i::BIGINT AS id, 'n' || i AS name, (i % 3)::BIGINT AS region FROM range(10) t(i)";
    AddDataset("people", rows);
    AddDataset("clean", "SELECT * FROM (" + rows + ") WHERE id NOT IN (3, 7)");
    Commit("tombstone", catalog::AddTombstones{.dataset = catalog::DatasetId("people-id"),
                                               .row_key_column = "id",
                                               .row_key_values = {"3", "7"},
                                               .actor = "test",
                                               .reason = "asked"});
  }

  virtual std::shared_ptr<storage::ObjectStore> MakeStore() { return storage::MakeMemoryStore(clock_); }

  std::unique_ptr<engine::Engine> MakeEngine(const std::string& spill) {
    auto engine = engine::Engine::Open({.threads = 2,
                                        .memory_limit_bytes = 512u << 20,
                                        .spill_directory = (folder_ / spill).string(),
                                        .replaced_functions = {"letters"}});
    LAKE_CHECK(engine.ok());
    return std::move(*engine);
  }

  std::unique_ptr<QueryService> MakeService(engine::Engine& engine, QueryLimits limits) {
    return QueryService::Make({.engine = engine,
                               .buckets = buckets_,
                               .hash_keys = *hash_keys_,
                               .audit = *audit_,
                               .clock = clock_,
                               .random = random_,
                               .relations = relations_,
                               .functions = functions_},
                              limits);
  }

  void Commit(const std::string& operation, catalog::Action action) {
    catalog::Transaction transaction;
    transaction.operation = operation;
    transaction.actor = "test";
    transaction.actions.push_back(std::move(action));
    LAKE_ASSERT_OK(catalog_->Commit(Context{}, std::move(transaction)));
  }

  /// Of the columns id, name and region.
  void AddDataset(const std::string& name, const std::string& select) {
    AddDataset(name, select,
               {{.field_id = 1, .name = "id", .type = "BIGINT"},
                {.field_id = 2, .name = "name", .type = "VARCHAR"},
                {.field_id = 3, .name = "region", .type = "BIGINT"}});
  }

  void AddDataset(const std::string& name, const std::string& select,
                  const std::vector<catalog::Column>& columns) {
    Commit("create", catalog::CreateDataset{.dataset = catalog::DatasetId(name + "-id"),
                                            .name = name,
                                            .bucket = "primary",
                                            .columns = columns});
    auto session = engine_->StartSession(Context{}, {});
    LAKE_ASSERT_OK(session);
    catalog::DataFile file{
        .id = catalog::FileId(name + "-file"), .bucket = "primary", .key = "data/" + name + ".parquet"};
    engine::ParquetTarget target{.store = store_, .key = *storage::ObjectKey::Parse(file.key)};
    for (const catalog::Column& column : columns) target.columns.push_back({column.name, column.field_id});
    auto written = (*session)->WriteParquet(select, target);
    LAKE_ASSERT_OK(written);
    file.rows = written->rows;
    file.bytes = written->bytes;
    file.checksum = written->checksum;
    file.schema_id = 1;
    Commit("ingest", catalog::AddFiles{.dataset = catalog::DatasetId(name + "-id"), .files = {file}});
  }

  access::Request MakeRequest(const Context& context) const {
    return access::LocalAdmin(context, catalog_->snapshot());
  }

  /// All rows as JSON arrays.
  static Result<std::string> Drain(engine::ResultStream& rows) {
    auto writer = engine::MakeJsonArrayWriter(rows);
    std::string text;
    while (true) {
      LAKE_ASSIGN_OR_RETURN(auto batch, rows.Next());
      if (batch == nullptr) return text;
      writer->Append(*batch, 0, batch->rows(), &text);
    }
  }

  Result<std::string> Run(const std::string& sql, const Context& context) {
    return RunAs(MakeRequest(context), sql);
  }

  Result<std::string> RunAs(const access::Request& request, const std::string& sql) {
    LAKE_ASSIGN_OR_RETURN(auto running, service_->Start(request, {.sql = sql, .parameters = {}}));
    return Drain(running->rows());
  }

  TempDir folder_;
  FakeClock clock_;
  SeededRandom random_{1};
  CaptureLog log_;
  std::shared_ptr<storage::ObjectStore> store_;
  storage::BucketRegistry buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<access::HashKeys> hash_keys_;
  std::unique_ptr<access::AuditLog> audit_;
  RelationProviders relations_;  ///< What a service made from now on knows.
  ProvidedFunctions functions_;  ///< The same.
  std::unique_ptr<QueryService> service_;
};

}  // namespace lake::query
