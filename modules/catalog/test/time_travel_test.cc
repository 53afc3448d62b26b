// Goal: a dataset can be read as it was after any commit: its files, rows and schema; times never go back.
// Method: a short history with known content, asked at each of its versions.
#include "catalog_fixture.h"

namespace lake::catalog {
namespace {

class TimeTravel : public CatalogTest {};

TEST_F(TimeTravel, EveryVersionIsReadAsItWas) {
  ASSERT_THAT(Commit({Put("before", 1)}), IsOk());                               // 1
  ASSERT_THAT(Commit({Create("d1", "t"), Add("d1", {File("f1", 5)})}), IsOk());  // 2
  ASSERT_THAT(Commit({Add("d1", {File("f2", 7)})}), IsOk());                     // 3
  ASSERT_THAT(Commit({Put("between", 1)}), IsOk());                              // 4
  SetSchema schema{.dataset = DatasetId("d1"), .expected_schema_id = 1, .columns = TwoColumns()};
  schema.columns.push_back({.field_id = 3, .name = "extra", .type = "DATE"});
  ASSERT_THAT(Commit({schema, RemoveFiles{DatasetId("d1"), {FileId("f1")}}}), IsOk());  // 5
  ASSERT_THAT(Commit({DropDataset{DatasetId("d1")}}), IsOk());                          // 6
  Reopen();
  const auto dataset = Find("d1");
  EXPECT_FALSE(dataset->ExistsAt(Version{1}));
  EXPECT_TRUE(dataset->FilesAt(Version{1}).empty());
  const struct {
    uint64_t version;
    size_t files;
    uint64_t rows;
    int32_t schema;
  } history[] = {{2, 1, 5, 1}, {3, 2, 12, 1}, {4, 2, 12, 1}, {5, 1, 7, 2}, {6, 1, 7, 2}, {99, 1, 7, 2}};
  for (const auto& [version, files, rows, schema_id] : history) {
    EXPECT_TRUE(dataset->ExistsAt(Version{version}));
    EXPECT_EQ(dataset->FilesAt(Version{version}).size(), files) << version;
    EXPECT_EQ(dataset->RowsAt(Version{version}), rows) << version;
    EXPECT_EQ(dataset->BytesAt(Version{version}), rows * 10) << version;
    EXPECT_EQ(dataset->SchemaAt(Version{version}).id, schema_id) << version;
  }
}

TEST_F(TimeTravel, TimesDoNotGoBackWithTheClock) {
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome first, Commit({Put("a", 1)}));
  world_.clock.Set(Timestamp{first.time.micros - 3'600'000'000});
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome second, catalog_->Commit(Context(), Txn({Put("a", 2)})));
  EXPECT_EQ(second.time, first.time);
  EXPECT_EQ(catalog_->snapshot()->time(), first.time);
}

}  // namespace
}  // namespace lake::catalog
