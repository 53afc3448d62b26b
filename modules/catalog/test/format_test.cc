// Goal: what is on storage is what docs/formats/{commit-log,checkpoint}.md say, later versions are refused or
// ignored as promised, and every flipped bit is found. Method: objects written under a fixed clock and seed
// are compared with text; others are made by hand and sealed.
#include "catalog_fixture.h"
#include "checkpoint_object.h"
#include "commit_object.h"
#include "lake/common/describe_scan.h"
#include "lake/common/json_io.h"
#include "sealed_json.h"
#include "shard_json.h"
#include "state.h"

namespace lake::catalog {
namespace {

class FormatPages : public CatalogTest {
 protected:
  /// The newest commit with one change to its JSON, sealed again.
  template <class Change>
  void RewriteLast(Change change) {
    const std::string key = LogKey(catalog_->snapshot()->version().number);
    JsonValue document = ParseJson(world_.Read(key)).value();
    document.Erase("crc32c");
    change(document);
    world_.Write(key, Seal(WriteJson(document)));
  }
};

TEST_F(FormatPages, TheCommitOfTheExample) {
  Transaction transaction = Txn({Create("d1", "orders"), Add("d1", {File("f1", 5)})});
  transaction.operation = "ingest";
  transaction.actor = "local";
  transaction.idempotency_key = "k1";
  transaction.request_fingerprint = "p1";
  transaction.result = JsonValue::MakeObject({{"rows", 5}});
  ASSERT_THAT(catalog_->Commit(Context(), transaction), IsOk());
  JsonValue document = ParseJson(world_.Read(LogKey(1))).value();
  EXPECT_EQ(document.FindString("commit_id").size(), 36u);
  document.Set("commit_id", "<uuid>");
  document.Find("entries")->as_array()[0].Set("txn_id", "<uuid>");
  document.Erase("crc32c");
  EXPECT_EQ(
      WriteJson(document),
      R"({"format":{"name":"lakehouse.commit","major":1,"minor":0},"version":1,"commit_id":"<uuid>",)"
      R"("time":"2026-01-02T03:04:05.000000Z","writer":"test:1","entries":[{"txn_id":"<uuid>",)"
      R"("operation":"ingest","actor":"local","idempotency_key":"k1","request_fingerprint":"p1",)"
      R"("result":{"rows":5},"result_hash":"2f547f38cbd49cd530f0b2fda5d9b07bfc645e37e7a481c49aeae6f0399aabf0",)"
      R"("read_set":[],"actions":[{"create_dataset":{"dataset":"d1","name":"orders","bucket":"primary",)"
      R"("columns":[{"field_id":1,"name":"id","type":"BIGINT"},{"field_id":2,"name":"Name","type":"VARCHAR"}],)"
      R"("metadata":null}},{"add_files":{"dataset":"d1","files":[{"id":"f1","kind":"base","bucket":"primary",)"
      R"("key":"data/f1.parquet","rows":5,"bytes":50,"checksum":"sha256:00","schema_id":1}]}}]}]})");
}

TEST_F(FormatPages, EveryFlippedBitOfASealedObjectIsFound) {
  const std::string sealed = Seal(R"({"format":{"name":"x","major":1,"minor":0},"a":"b"})");
  const Format format{.name = "x", .major = 1, .minor = 0};
  EXPECT_THAT(Unseal(sealed, format), IsOk());
  for (size_t i = 0; i < sealed.size() * 8; ++i) {
    std::string damaged = sealed;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
    EXPECT_THAT(Unseal(damaged, format), IsError(ErrorCode::kDataLoss, "damaged")) << i;
  }
  for (size_t length = 0; length < sealed.size(); ++length)
    EXPECT_THAT(Unseal(sealed.substr(0, length), format), IsError(ErrorCode::kDataLoss, "damaged")) << length;
}

TEST_F(FormatPages, ALaterMajorVersionIsRefused) {
  ASSERT_THAT(Commit({Put("a", 1)}), IsOk());
  RewriteLast([](JsonValue& document) { document.Find("format")->Set("major", 2); });
  EXPECT_THAT(world_.Open(), IsError(ErrorCode::kFailedPrecondition, "newer_format"));
}

TEST_F(FormatPages, AnUnknownActionIsNeverSkipped) {
  ASSERT_THAT(Commit({Put("a", 1)}), IsOk());
  RewriteLast([](JsonValue& document) {
    document.Find("entries")->as_array()[0].Find("actions")->Append(
        JsonValue::MakeObject({{"shred_dataset", JsonValue::MakeObject({{"dataset", "d1"}})}}));
  });
  EXPECT_THAT(world_.Open(), IsError(ErrorCode::kFailedPrecondition, "newer_format"));
}

TEST_F(FormatPages, UnknownMembersOfTheSameMajorVersionAreIgnored) {
  ASSERT_THAT(Commit({Create("d1", "t"), Add("d1", {File("f1", 1)})}), IsOk());
  const std::string before = Dump(*catalog_->snapshot());
  RewriteLast([](JsonValue& document) {
    document.Find("format")->Set("minor", 9);
    document.Set("new", 1);
    JsonValue& entry = document.Find("entries")->as_array()[0];
    entry.Set("new", "x");
    JsonValue& add = *entry.Find("actions")->as_array()[1].Find("add_files");
    add.Set("new", JsonValue::MakeArray());
    add.Find("files")->as_array()[0].Set("new", nullptr);
  });
  Reopen();
  EXPECT_EQ(Dump(*catalog_->snapshot()), before);
}

TEST_F(FormatPages, ACheckpointOfALaterVersionIsLeftAside) {
  ASSERT_THAT(Commit({Put("a", 1)}), IsOk());
  ASSERT_THAT(catalog_->Checkpoint(Context()), IsOk());
  const std::string before = Dump(*catalog_->snapshot());
  const std::string key = fmt::format("_catalog/checkpoint/{:020}/root.json", 1);
  JsonValue root = ParseJson(world_.Read(key)).value();
  root.Erase("crc32c");
  root.Find("format")->Set("major", 2);
  world_.Write(key, Seal(WriteJson(root)));
  Reopen();
  EXPECT_EQ(Dump(*catalog_->snapshot()), before);
  EXPECT_EQ(world_.log.Count("catalog.checkpoint_unusable"), 1u);
}

TEST_F(FormatPages, TheShardOfTheExample) {
  ASSERT_THAT(Commit({Put("a", 1)}), IsOk());
  ASSERT_THAT(catalog_->Checkpoint(Context()), IsOk());
  std::vector<std::string> shards;
  for (const std::string& key : world_.Keys("_catalog/checkpoint/"))
    if (key.find("/shard-") != std::string::npos) shards.push_back(key);
  ASSERT_EQ(shards.size(), 1u);
  const size_t index = ShardOf(EntityKey("thing", "a"));
  EXPECT_EQ(shards[0], fmt::format("_catalog/checkpoint/{:020}/shard-{:02x}.json", 1, index));
  EXPECT_EQ(index, 26u) << "what belongs to which shard is part of the format";
  EXPECT_EQ(
      world_.Read(shards[0]),
      R"({"format":{"name":"lakehouse.shard","major":1,"minor":0},"shard":26,"datasets":[],"names":[],)"
      R"("entities":[{"kind":"thing","id":"a","version":1,"committed":1,"deleted":false,"document":1}],)"
      R"("keys":[],"crc32c":"676f572a"})");
}

/// A start takes three times as long when it must go the thorough way.
TEST_F(FormatPages, WhatIsWrittenIsReadTheQuickWay) {
  DataFile mapped = File("f2", 7);
  mapped.field_ids = {{"ID", 1}};
  mapped.statistics = "stats";
  mapped.source_sha256 = "00";
  Transaction transaction =
      Txn({Create("d1", "t"), Create("d2", "gone"), Add("d1", {File("f1", 5), mapped}), Put("a", 1.5),
           Put("b", JsonValue::MakeObject({{"list", JsonValue::Array{1, "x", nullptr}}}))});
  transaction.idempotency_key = "k";
  transaction.result = JsonValue::MakeObject({{"rows", 12}});
  ASSERT_THAT(catalog_->Commit(Context(), std::move(transaction)), IsOk());
  ASSERT_THAT(Commit({RemoveFiles{DatasetId("d1"), {FileId("f1")}}, DropDataset{DatasetId("d2")},
                      SetMetadata{DatasetId("d1"), JsonValue::MakeObject({{"owner", "\u00e4"}})},
                      AddTombstones{DatasetId("d1"), "id", {"1", "2"}, "ann", "why"},
                      DeleteEntity{"thing", "b", std::nullopt}}),
              IsOk());
  const auto snapshot = catalog_->snapshot();
  const auto& state = static_cast<const State&>(*snapshot);
  for (size_t i = 0; i < kShardCount; ++i) {
    const std::string text = EncodeShard(i, *state.shards()[i], state.time());
    const auto content = ScanJson<ShardContent>(text, kSealedLimits);
    ASSERT_TRUE(content.has_value()) << text;
    EXPECT_EQ(Seal(WriteJson(*content)), text) << "and it is the text of the thorough writer";
  }
}

/// Every checkpoint object with one change to its JSON, sealed again, and a root that knows.
template <class Change>
void RewriteShards(World& world, Change change) {
  const std::string root_key = fmt::format("_catalog/checkpoint/{:020}/root.json", 1);
  JsonValue root = ParseJson(world.Read(root_key)).value();
  root.Erase("crc32c");
  for (JsonValue& location : root.Find("shards")->as_array()) {
    const std::string key(location.FindString("object"));
    if (key.empty()) continue;
    JsonValue shard = ParseJson(world.Read(key)).value();
    shard.Erase("crc32c");
    change(shard);
    const std::string sealed = Seal(WriteJson(shard));
    world.Write(key, sealed);
    location.Set("bytes", sealed.size());
    location.Set("crc32c", ChecksumOf(sealed));
  }
  world.Write(root_key, Seal(WriteJson(root)));
}

TEST_F(FormatPages, AShardInAnotherOrderWithNewsIsRead) {
  ASSERT_THAT(Commit({Create("d1", "t"), Add("d1", {File("f1", 1)}), Put("a", 1)}), IsOk());
  ASSERT_THAT(catalog_->Checkpoint(Context()), IsOk());
  const std::string before = Dump(*catalog_->snapshot());
  RewriteShards(world_, [](JsonValue& shard) {
    for (JsonValue& dataset : shard.Find("datasets")->as_array()) {
      std::ranges::reverse(dataset.as_object());
      dataset.Set("news", 2.5);
      dataset.Set("next_sequence", dataset.Find("next_sequence")->as_double());  // 2.0 is 2.
    }
    shard.Set("news", JsonValue::MakeArray());
  });
  Reopen();
  EXPECT_EQ(Dump(*catalog_->snapshot()), before);
  EXPECT_EQ(world_.log.Count("catalog.checkpoint_unusable"), 0u);
}

TEST_F(FormatPages, AShardThatLacksAMemberOrIsOutOfOrderIsLeftAside) {
  ASSERT_THAT(Commit({Create("d1", "t"), Put("a", 1)}), IsOk());
  ASSERT_THAT(catalog_->Checkpoint(Context()), IsOk());
  const std::string before = Dump(*catalog_->snapshot());
  RewriteShards(world_, [](JsonValue& shard) {
    for (JsonValue& name : shard.Find("names")->as_array()) name.Erase("dropped");
  });
  Reopen();
  EXPECT_EQ(Dump(*catalog_->snapshot()), before);
  EXPECT_EQ(world_.log.Count("catalog.checkpoint_unusable"), 1u);
  RewriteShards(world_, [](JsonValue& shard) {
    JsonValue::Array& names = shard.Find("names")->as_array();
    for (JsonValue& name : names) name.Set("dropped", JsonValue::MakeArray());
    if (!names.empty()) names.push_back(names.front());
  });
  Reopen();
  EXPECT_EQ(Dump(*catalog_->snapshot()), before);
  EXPECT_EQ(world_.log.Count("catalog.checkpoint_unusable"), 2u);
}

}  // namespace
}  // namespace lake::catalog
