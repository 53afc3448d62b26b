// What the catalog's tests share: a catalog on a store in memory, short ways to write transactions, and a
// canonical dump by which two states are compared.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint_object.h"
#include "lake/catalog/catalog.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/storage/memory_store.h"
#include "state.h"

namespace lake::catalog {

inline std::vector<Column> TwoColumns() {
  return {{.field_id = 1, .name = "id", .type = "BIGINT"},
          {.field_id = 2, .name = "Name", .type = "VARCHAR"}};
}

inline CreateDataset Create(const std::string& id, const std::string& name) {
  return {
      .dataset = DatasetId(id), .name = name, .bucket = "primary", .columns = TwoColumns(), .metadata = {}};
}

inline DataFile File(const std::string& id, uint64_t rows) {
  DataFile file;
  file.id = FileId(id);
  file.bucket = "primary";
  file.key = "data/" + id + ".parquet";
  file.rows = rows;
  file.bytes = rows * 10;
  file.checksum = "sha256:00";
  file.schema_id = 1;
  return file;
}

inline AddFiles Add(const std::string& dataset, std::vector<DataFile> files) {
  return {.dataset = DatasetId(dataset), .files = std::move(files)};
}

inline PutEntity Put(const std::string& id, JsonValue document) {
  return {.kind = "thing", .id = id, .expected_version = {}, .document = std::move(document)};
}

inline Transaction Txn(std::vector<Action> actions) {
  Transaction transaction;
  transaction.operation = "test";
  transaction.actor = "tester";
  transaction.actions = std::move(actions);
  return transaction;
}

/// Everything a state holds, as text; equal states give equal text.
inline std::string Dump(const Snapshot& snapshot) {
  const auto& state = dynamic_cast<const State&>(snapshot);
  std::string text = fmt::format("version {} time {} commit {} datasets {}\n", state.version().number,
                                 state.time().micros, state.head().commit_id, state.dataset_count());
  for (size_t i = 0; i < kShardCount; ++i) text += EncodeShard(i, *state.shards()[i], state.time()) + "\n";
  return text;
}

inline EntityKinds AnyThing() { return {{"thing", nullptr}, {"other", nullptr}}; }

/// Options under which a test sees every store call it causes.
inline CatalogOptions QuietOptions() { return {.writer = "test:1", .checkpoint_every = 0}; }

/// What outlives a catalog: opening again is a restart.
struct World {
  FakeClock clock;
  SeededRandom random{1};
  CaptureLog log;
  std::shared_ptr<storage::ObjectStore> store{storage::MakeMemoryStore(clock)};

  Result<std::unique_ptr<Catalog>> Open(CatalogOptions options = QuietOptions(),
                                        EntityKinds kinds = AnyThing()) {
    return OpenOn(store, std::move(options), std::move(kinds));
  }
  Result<std::unique_ptr<Catalog>> OpenOn(std::shared_ptr<storage::ObjectStore> other, CatalogOptions options,
                                          EntityKinds kinds = AnyThing()) {
    return Catalog::Open(Context(), std::move(other), clock, random, log, std::move(kinds),
                         std::move(options));
  }

  std::vector<std::string> Keys(const std::string& prefix) {
    std::vector<std::string> keys;
    storage::ListOptions options{.prefix = prefix};
    while (true) {
      const auto page = store->List(Context(), options);
      EXPECT_THAT(page, IsOk());
      for (const auto& object : page->objects) keys.push_back(object.key.text());
      if (!page->next_after) return keys;
      options.after = *page->next_after;
    }
  }
  std::string Read(const std::string& key) {
    return store->Get(Context(), storage::ObjectKey::Parse(key).value(), storage::ByteRange{}).value();
  }
  void Write(const std::string& key, std::string_view bytes) {
    EXPECT_THAT(store->Put(Context(), storage::ObjectKey::Parse(key).value(), bytes, storage::Overwrite{}),
                IsOk());
  }
  void Remove(const std::string& key) {
    EXPECT_THAT(store->Delete(Context(), storage::ObjectKey::Parse(key).value()), IsOk());
  }
};

/// A test with one open catalog.
class CatalogTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen(CatalogOptions options = QuietOptions()) {
    catalog_.reset();
    auto opened = world_.Open(std::move(options));
    ASSERT_THAT(opened, IsOk());
    catalog_ = std::move(*opened);
  }

  Result<CommitOutcome> Commit(std::vector<Action> actions) {
    world_.clock.Advance(std::chrono::seconds(1));
    return catalog_->Commit(Context(), Txn(std::move(actions)));
  }
  std::shared_ptr<const Dataset> Find(const std::string& id) {
    return catalog_->snapshot()->FindDataset(DatasetId(id));
  }

  World world_;
  std::unique_ptr<Catalog> catalog_;
};

inline std::string LogKey(uint64_t version) { return fmt::format("_catalog/log/{:020}.json", version); }

}  // namespace lake::catalog
