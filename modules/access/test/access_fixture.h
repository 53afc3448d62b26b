// A catalog in memory with one dataset, and requests in any role.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lake/access/hash_key.h"
#include "lake/access/key_service.h"
#include "lake/access/role_service.h"
#include "lake/catalog/catalog.h"
#include "lake/common/json_io.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/storage/memory_store.h"

namespace lake::access {

class AccessFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = storage::MakeMemoryStore(clock_);
    Reopen();
    Commit(catalog::CreateDataset{.dataset = catalog::DatasetId("people-id"),
                                  .name = "people",
                                  .bucket = "primary",
                                  .columns = {{.field_id = 1, .name = "id", .type = "BIGINT"},
                                              {.field_id = 2, .name = "email", .type = "VARCHAR"},
                                              {.field_id = 3, .name = "salary", .type = "BIGINT"},
                                              {.field_id = 4, .name = "ssn", .type = "VARCHAR"},
                                              {.field_id = 5, .name = "note", .type = "VARCHAR"}},
                                  .metadata = JsonValue::MakeObject()});
    Classify({{1, catalog::ColumnSensitivity::kInternal},
              {2, catalog::ColumnSensitivity::kPii},
              {3, catalog::ColumnSensitivity::kFinancial},
              {4, catalog::ColumnSensitivity::kRestricted}});
  }

  void Reopen() {
    catalog_.reset();
    catalog::EntityKinds kinds;
    kinds.emplace(kKeyKind, CheckKeyDocument);
    kinds.emplace(kRoleKind, CheckRoleDocument);
    kinds.emplace(kHashKeyKind, nullptr);
    auto catalog = catalog::Catalog::Open(Context{}, store_, clock_, random_, log_, std::move(kinds),
                                          {.writer = "test"});
    LAKE_ASSERT_OK(catalog);
    catalog_ = std::move(*catalog);
  }

  void Commit(catalog::Action action) {
    catalog::Transaction transaction;
    transaction.operation = "test";
    transaction.actor = "test";
    transaction.actions.push_back(std::move(action));
    LAKE_ASSERT_OK(catalog_->Commit(Context{}, std::move(transaction)));
  }

  void Classify(const std::map<int32_t, catalog::ColumnSensitivity>& columns) {
    catalog::DatasetMetadata metadata;
    for (const auto& [field_id, sensitivity] : columns) metadata.Column(field_id).sensitivity = sensitivity;
    Commit(catalog::SetMetadata{.dataset = catalog::DatasetId("people-id"), .metadata = ToJson(metadata)});
  }

  Request As(RoleRef role) const {
    return {.caller = {.name = "someone", .role = role->name},
            .role = role,
            .context = {},
            .snapshot = catalog_->snapshot()};
  }
  Request As(std::string_view built_in) const { return As(BuiltInRole(built_in)); }

  FakeClock clock_;
  SeededRandom random_{1};
  CaptureLog log_;
  std::shared_ptr<storage::ObjectStore> store_;
  std::unique_ptr<catalog::Catalog> catalog_;
};

}  // namespace lake::access
