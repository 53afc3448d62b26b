// Goal: every action on datasets does what it says, and every refusal names its reason and leaves no trace.
// Method: single transactions against a catalog in memory; after a refusal the dump is the same as before.
#include "catalog_fixture.h"

namespace lake::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsNull;

class DatasetActions : public CatalogTest {
 protected:
  void SetUp() override {
    CatalogTest::SetUp();
    ASSERT_THAT(Commit({Create("d1", "Orders")}), IsOk());
  }
  /// The commit is refused with that error, and nothing has changed.
  void ExpectRefused(std::vector<Action> actions, ErrorCode code, const std::string& reason) {
    const std::string before = Dump(*catalog_->snapshot());
    EXPECT_THAT(Commit(std::move(actions)), IsError(code, reason));
    EXPECT_EQ(Dump(*catalog_->snapshot()), before);
  }
  static std::vector<std::string> Names(const std::vector<std::shared_ptr<const Dataset>>& datasets) {
    std::vector<std::string> names;
    for (const auto& dataset : datasets) names.push_back(dataset->name);
    return names;
  }
};

TEST_F(DatasetActions, ACreatedDatasetIsFoundByIdAndByNameInAnyCase) {
  const auto snapshot = catalog_->snapshot();
  const auto dataset = snapshot->FindDataset(DatasetId("d1"));
  ASSERT_NE(dataset, nullptr);
  EXPECT_EQ(dataset->name, "Orders");
  EXPECT_EQ(dataset->bucket, "primary");
  EXPECT_EQ(dataset->schema().id, 1);
  EXPECT_EQ(dataset->schema().columns, TwoColumns());
  EXPECT_EQ(snapshot->FindDatasetByName("oRDERS"), dataset);
  EXPECT_EQ(snapshot->dataset_count(), 1u);
  ASSERT_EQ(dataset->changes.size(), 1u);
  EXPECT_EQ(dataset->changes[0].operation, "test");
  EXPECT_EQ(dataset->changes[0].actor, "tester");
  EXPECT_EQ(dataset->changes[0].schema_id, 1);
  EXPECT_EQ(dataset->changes[0].time, world_.clock.Now());
}

TEST_F(DatasetActions, NamesAndIdsAreUnique) {
  ExpectRefused({Create("d2", "ORDERS")}, ErrorCode::kAlreadyExists, "dataset_exists");
  ExpectRefused({Create("d1", "other")}, ErrorCode::kAlreadyExists, "dataset_exists");
  ExpectRefused({Create("d2", "new"), Create("d3", "NEW")}, ErrorCode::kAlreadyExists, "dataset_exists");
}

TEST_F(DatasetActions, BadNamesColumnsAndIdsAreRefused) {
  for (const char* name : {"", "_x", ".x", "a b", "a/b", "\xc3\xbc"})
    ExpectRefused({Create("d2", name)}, ErrorCode::kInvalidArgument, "bad_dataset_name");
  ExpectRefused({Create("d2", std::string(256, 'a'))}, ErrorCode::kInvalidArgument, "bad_dataset_name");
  ExpectRefused({Create("a/b", "x")}, ErrorCode::kInvalidArgument, "bad_transaction");
  CreateDataset create = Create("d2", "x");
  for (const std::vector<Column>& columns : std::vector<std::vector<Column>>{
           {},
           {{.field_id = 0, .name = "a", .type = "INT"}},
           {{.field_id = 1, .name = "", .type = "INT"}},
           {{.field_id = 1, .name = "a", .type = ""}},
           {{.field_id = 1, .name = "a", .type = "INT"}, {.field_id = 1, .name = "b", .type = "INT"}},
           {{.field_id = 1, .name = "a", .type = "INT"}, {.field_id = 2, .name = "A", .type = "INT"}}}) {
    create.columns = columns;
    ExpectRefused({create}, ErrorCode::kInvalidArgument, "bad_columns");
  }
}

TEST_F(DatasetActions, ARefusedActionTakesItsWholeTransactionWithIt) {
  ExpectRefused({Create("d2", "fine"), Put("e", 1), DropDataset{DatasetId("nobody")}}, ErrorCode::kNotFound,
                "dataset_not_found");
}

TEST_F(DatasetActions, DropFreesTheNameAndUndropTakesItBack) {
  ASSERT_THAT(Commit({Add("d1", {File("f1", 5)})}), IsOk());
  ASSERT_THAT(Commit({DropDataset{DatasetId("d1")}}), IsOk());
  auto snapshot = catalog_->snapshot();
  EXPECT_THAT(snapshot->FindDatasetByName("orders"), IsNull());
  EXPECT_EQ(snapshot->dataset_count(), 0u);
  ASSERT_EQ(snapshot->FindDropped("ORDERS").size(), 1u);
  EXPECT_EQ(Find("d1")->dropped, Version{3});
  EXPECT_EQ(Find("d1")->FilesAt(Version{3}).size(), 1u) << "a drop keeps everything";
  ExpectRefused({DropDataset{DatasetId("d1")}}, ErrorCode::kNotFound, "dataset_not_found");
  ExpectRefused({Add("d1", {File("f2", 1)})}, ErrorCode::kNotFound, "dataset_not_found");

  ASSERT_THAT(Commit({Create("d2", "orders")}), IsOk());
  ExpectRefused({UndropDataset{DatasetId("d1")}}, ErrorCode::kAlreadyExists, "dataset_exists");
  ASSERT_THAT(Commit({DropDataset{DatasetId("d2")}}), IsOk());
  EXPECT_THAT(catalog_->snapshot()->FindDropped("Orders"), ElementsAre(Find("d2"), Find("d1")))
      << "newest drop first";

  ASSERT_THAT(Commit({UndropDataset{DatasetId("d1")}}), IsOk());
  snapshot = catalog_->snapshot();
  EXPECT_EQ(snapshot->FindDatasetByName("orders"), Find("d1"));
  EXPECT_EQ(Find("d1")->dropped, std::nullopt);
  EXPECT_THAT(snapshot->FindDropped("orders"), ElementsAre(Find("d2")));
  ExpectRefused({UndropDataset{DatasetId("d1")}}, ErrorCode::kFailedPrecondition, "dataset_not_dropped");
  ExpectRefused({UndropDataset{DatasetId("d9")}}, ErrorCode::kNotFound, "dataset_not_found");
}

TEST_F(DatasetActions, RenameMovesTheName) {
  ASSERT_THAT(Commit({Create("d2", "taken")}), IsOk());
  ExpectRefused({RenameDataset{DatasetId("d1"), "TAKEN"}}, ErrorCode::kAlreadyExists, "dataset_exists");
  ExpectRefused({RenameDataset{DatasetId("d1"), "_bad"}}, ErrorCode::kInvalidArgument, "bad_dataset_name");
  ASSERT_THAT(Commit({RenameDataset{DatasetId("d1"), "ORDERS"}}), IsOk()) << "only the case";
  EXPECT_EQ(catalog_->snapshot()->FindDatasetByName("orders")->name, "ORDERS");
  ASSERT_THAT(Commit({RenameDataset{DatasetId("d1"), "sales"}}), IsOk());
  EXPECT_THAT(catalog_->snapshot()->FindDatasetByName("orders"), IsNull());
  EXPECT_EQ(catalog_->snapshot()->FindDatasetByName("Sales"), Find("d1"));
  EXPECT_EQ(catalog_->snapshot()->dataset_count(), 2u);
}

TEST_F(DatasetActions, SeveralActionsOfOneTransactionBuildOnEachOther) {
  ASSERT_THAT(Commit({Create("d2", "b"), Add("d2", {File("f1", 3)}), RenameDataset{DatasetId("d2"), "c"},
                      RenameDataset{DatasetId("d1"), "b"}}),
              IsOk());
  EXPECT_EQ(catalog_->snapshot()->FindDatasetByName("b"), Find("d1"));
  EXPECT_EQ(catalog_->snapshot()->FindDatasetByName("c"), Find("d2"));
  EXPECT_EQ(Find("d2")->changes.size(), 1u) << "one change for each transaction";
  EXPECT_EQ(Find("d2")->changes[0].rows, 3u);
}

TEST_F(DatasetActions, FilesComeAndGoAtFileGranularity) {
  DataFile deletes = File("del", 2);
  deletes.kind = FileKind::kDelete;
  ASSERT_THAT(Commit({Add("d1", {File("f1", 5), File("f2", 7)})}), IsOk());
  ASSERT_THAT(Commit({Add("d1", {File("f3", 1), deletes})}), IsOk());
  EXPECT_EQ(Find("d1")->RowsAt(Version{3}), 11u) << "the rows of a delete file are gone rows";
  EXPECT_EQ(Find("d1")->BytesAt(Version{3}), 150u);
  EXPECT_EQ(Find("d1")->files[3]->sequence, 4u);
  EXPECT_EQ(Find("d1")->next_sequence, 5u);

  ExpectRefused({Add("d1", {File("f2", 1)})}, ErrorCode::kAborted, "conflict");
  ExpectRefused({Add("d1", {File("f9", 1), File("f9", 1)})}, ErrorCode::kInvalidArgument, "bad_file");
  ExpectRefused({Add("d1", {})}, ErrorCode::kInvalidArgument, "bad_file");
  ExpectRefused({RemoveFiles{DatasetId("d1"), {FileId("f1"), FileId("nobody")}}}, ErrorCode::kAborted,
                "conflict");
  ASSERT_THAT(Commit({RemoveFiles{DatasetId("d1"), {FileId("f3"), FileId("f1")}}}), IsOk());
  ExpectRefused({RemoveFiles{DatasetId("d1"), {FileId("f1")}}}, ErrorCode::kAborted, "conflict");
  ExpectRefused({Add("d1", {File("f1", 1)})}, ErrorCode::kAborted, "conflict");
  EXPECT_EQ(Find("d1")->RowsAt(Version{4}), 5u);
  EXPECT_EQ(Find("d1")->files.size(), 4u) << "removed files stay for readers of earlier versions";

  ASSERT_THAT(Commit({RemoveAllFiles{DatasetId("d1")}, Add("d1", {File("f4", 9)})}), IsOk());
  EXPECT_EQ(Find("d1")->FilesAt(Version{5}).size(), 1u);
  EXPECT_EQ(Find("d1")->RowsAt(Version{5}), 9u);
}

TEST_F(DatasetActions, FilesThatCannotBeReadAreRefused) {
  DataFile file = File("f1", 1);
  file.schema_id = 2;
  ExpectRefused({Add("d1", {file})}, ErrorCode::kInvalidArgument, "bad_file");
  file.schema_id = 0;
  ExpectRefused({Add("d1", {file})}, ErrorCode::kInvalidArgument, "bad_file");
  file = File("f1", 1);
  file.key = "../x";
  ExpectRefused({Add("d1", {file})}, ErrorCode::kInvalidArgument, "bad_file");
  file = File("", 1);
  ExpectRefused({Add("d1", {file})}, ErrorCode::kInvalidArgument, "bad_file");
}

TEST_F(DatasetActions, FieldIdsKeepTheirMeaningForEver) {
  const auto set = [](int32_t expected, std::vector<Column> columns) {
    return SetSchema{
        .dataset = DatasetId("d1"), .expected_schema_id = expected, .columns = std::move(columns)};
  };
  const Column id{.field_id = 1, .name = "id", .type = "BIGINT"};
  const Column age{.field_id = 5, .name = "age", .type = "INTEGER"};
  ASSERT_THAT(Commit({set(1, {id, age})}), IsOk());
  EXPECT_EQ(Find("d1")->schema().id, 2);
  ExpectRefused({set(1, {id})}, ErrorCode::kAborted, "conflict");
  ExpectRefused({set(2, {id, {.field_id = 4, .name = "x", .type = "INTEGER"}})}, ErrorCode::kInvalidArgument,
                "bad_columns");
  ASSERT_THAT(Commit({set(2, {id, {.field_id = 2, .name = "Name", .type = "VARCHAR"}})}), IsOk())
      << "a dropped column comes back under its own id";
  ASSERT_THAT(Commit({set(3, {id, {.field_id = 6, .name = "x", .type = "INTEGER"}})}), IsOk());
  EXPECT_EQ(Find("d1")->schemas.size(), 4u);
  EXPECT_NE(Find("d1")->schema().Find("X"), nullptr);
  EXPECT_EQ(Find("d1")->schema().Find("age"), nullptr);
}

TEST_F(DatasetActions, MetadataIsReplaced) {
  ASSERT_THAT(
      Commit({SetMetadata{DatasetId("d1"), JsonValue::MakeObject({{"owner", "a"}, {"weight", 0.1}})}}),
      IsOk());
  ASSERT_THAT(Commit({SetMetadata{DatasetId("d1"), JsonValue::MakeObject({{"owner", "b"}})}}), IsOk());
  EXPECT_EQ(Find("d1")->metadata, JsonValue::MakeObject({{"owner", "b"}}));
  Reopen();
  EXPECT_EQ(Find("d1")->metadata, JsonValue::MakeObject({{"owner", "b"}}));
}

TEST_F(DatasetActions, TheReadSetIsCheckedAgainstWhatIsTrueNow) {
  ASSERT_THAT(Commit({Add("d1", {File("f1", 1), File("f2", 1)})}), IsOk());
  const auto commit_having_read = [&](ReadDependency dependency) {
    Transaction transaction = Txn({Put("seen", 1)});
    transaction.read_set = {std::move(dependency)};
    return catalog_->Commit(Context(), std::move(transaction));
  };
  EXPECT_THAT(commit_having_read({DatasetId("d1"), 1, {FileId("f1"), FileId("f2")}}), IsOk());
  EXPECT_THAT(commit_having_read({DatasetId("d1"), 2, {}}), IsError(ErrorCode::kAborted, "conflict"));
  EXPECT_THAT(commit_having_read({DatasetId("d9"), {}, {}}), IsError(ErrorCode::kAborted, "conflict"));
  ASSERT_THAT(Commit({RemoveFiles{DatasetId("d1"), {FileId("f1")}}}), IsOk());
  EXPECT_THAT(commit_having_read({DatasetId("d1"), 1, {FileId("f1")}}),
              IsError(ErrorCode::kAborted, "conflict"));
  ASSERT_THAT(Commit({DropDataset{DatasetId("d1")}}), IsOk());
  EXPECT_THAT(commit_having_read({DatasetId("d1"), {}, {}}), IsError(ErrorCode::kAborted, "conflict"));
}

TEST_F(DatasetActions, WhatCannotBeWrittenIsRefusedBeforeItIsApplied) {
  ExpectRefused({}, ErrorCode::kInvalidArgument, "bad_transaction");
  ExpectRefused({SetMetadata{DatasetId("d1"), JsonValue("\xff")}}, ErrorCode::kInvalidArgument,
                "bad_transaction");
  ExpectRefused({SetMetadata{DatasetId("d1"), JsonValue(std::numeric_limits<double>::infinity())}},
                ErrorCode::kInvalidArgument, "bad_transaction");
  JsonValue deep;
  for (int i = 0; i < 70; ++i) deep = JsonValue(JsonValue::Array{deep});
  ExpectRefused({SetMetadata{DatasetId("d1"), deep}}, ErrorCode::kInvalidArgument, "bad_transaction");
  Transaction transaction = Txn({Put("x", 1)});
  transaction.result = std::string(17000, 'r');
  EXPECT_THAT(catalog_->Commit(Context(), transaction),
              IsError(ErrorCode::kInvalidArgument, "bad_transaction"));
  transaction = Txn({Put("x", 1)});
  transaction.operation.clear();
  EXPECT_THAT(catalog_->Commit(Context(), transaction),
              IsError(ErrorCode::kInvalidArgument, "bad_transaction"));
}

TEST_F(DatasetActions, ATransactionLargerThanACommitIsRefused) {
  CatalogOptions options = QuietOptions();
  options.max_commit_bytes = 20'000;
  Reopen(options);
  ExpectRefused({Put("big", std::string(20'000, 'x'))}, ErrorCode::kInvalidArgument, "transaction_too_large");
  EXPECT_THAT(Commit({Put("small", std::string(10'000, 'x'))}), IsOk());
}

TEST_F(DatasetActions, ListsAscendByFoldedNameInPages) {
  for (int i = 0; i < 40; ++i)
    ASSERT_THAT(Commit({Create("p" + std::to_string(i), (i % 2 == 0 ? "p" : "P") + std::to_string(100 + i))}),
                IsOk());
  ASSERT_THAT(Commit({DropDataset{DatasetId("p1")}}), IsOk());
  const auto snapshot = catalog_->snapshot();
  std::vector<std::string> all;
  std::string after;
  for (auto page = snapshot->ListDatasets(after, 7); !page.empty(); page = snapshot->ListDatasets(after, 7)) {
    EXPECT_LE(page.size(), 7u);
    for (const std::string& name : Names(page)) all.push_back(name);
    after = all.back();
  }
  ASSERT_EQ(all.size(), 40u);
  EXPECT_EQ(all.front(), "Orders");
  EXPECT_EQ(all[1], "p100");
  EXPECT_EQ(all[2], "p102") << "p101 is dropped";
  EXPECT_EQ(all.back(), "P139");
  EXPECT_THAT(snapshot->ListDatasets("", 0), IsEmpty());
}

}  // namespace
}  // namespace lake::catalog
