// Goal: tombstones have one key column, keep their first record, and survive renames of that column and
// restarts. Method: single transactions against a catalog in memory.
#include "catalog_fixture.h"

namespace lake::catalog {
namespace {

using testing::ElementsAre;
using testing::IsNull;

class Tombstones : public CatalogTest {
 protected:
  void SetUp() override {
    CatalogTest::SetUp();
    ASSERT_THAT(Commit({Create("d1", "people")}), IsOk());
  }
  static AddTombstones Hide(const std::string& column, std::vector<std::string> values,
                            const std::string& reason) {
    return {.dataset = DatasetId("d1"),
            .row_key_column = column,
            .row_key_values = std::move(values),
            .actor = "dpo",
            .reason = reason};
  }
  std::vector<std::string> Values() {
    std::vector<std::string> values;
    for (const Tombstone& tombstone : Find("d1")->tombstones->tombstones)
      values.push_back(tombstone.row_key_value + "/" + tombstone.reason);
    return values;
  }
};

TEST_F(Tombstones, AscendUniquelyAndKeepTheirFirstRecord) {
  ASSERT_THAT(Commit({Hide("ID", {"7", "3", "7"}, "one")}), IsOk());
  ASSERT_THAT(Commit({Hide("id", {"5", "3", "9", "1"}, "two")}), IsOk());
  EXPECT_THAT(Values(), ElementsAre("1/two", "3/one", "5/two", "7/one", "9/two"));
  const TombstoneSet& set = *Find("d1")->tombstones;
  EXPECT_EQ(set.row_key_column, "id") << "as the schema writes it";
  EXPECT_EQ(set.row_key_field_id, 1);
  EXPECT_EQ(set.tombstones[0].actor, "dpo");
  EXPECT_LT(set.tombstones[1].deleted_at, set.tombstones[0].deleted_at);
  const std::string before = Dump(*catalog_->snapshot());
  Reopen();
  EXPECT_EQ(Dump(*catalog_->snapshot()), before);
}

TEST_F(Tombstones, HaveOneColumnThatExists) {
  EXPECT_THAT(Commit({Hide("nobody", {"1"}, "r")}), IsError(ErrorCode::kInvalidArgument, "column_not_found"));
  ASSERT_THAT(Commit({Hide("id", {"1"}, "r")}), IsOk());
  EXPECT_THAT(Commit({Hide("name", {"x"}, "r")}),
              IsError(ErrorCode::kFailedPrecondition, "tombstone_column_conflict"));
  EXPECT_THAT(Commit({Hide("id", {}, "r")}), IsError(ErrorCode::kInvalidArgument, "bad_tombstones"));
  EXPECT_THAT(Commit({Hide("id", std::vector<std::string>(100'001, "x"), "r")}),
              IsError(ErrorCode::kInvalidArgument, "bad_tombstones"));
}

TEST_F(Tombstones, GoOneByOneAndFreeTheColumnInTheEnd) {
  ASSERT_THAT(Commit({Hide("id", {"1", "2"}, "r")}), IsOk());
  ASSERT_THAT(Commit({RemoveTombstones{DatasetId("d1"), {"2", "not there"}}}), IsOk());
  EXPECT_THAT(Values(), ElementsAre("1/r"));
  ASSERT_THAT(Commit({RemoveTombstones{DatasetId("d1"), {"1"}}}), IsOk());
  EXPECT_THAT(Find("d1")->tombstones, IsNull());
  EXPECT_THAT(Commit({RemoveTombstones{DatasetId("d1"), {"1"}}}), IsOk());
  EXPECT_THAT(Commit({Hide("name", {"x"}, "r")}), IsOk());
}

TEST_F(Tombstones, FollowTheirColumnThroughASchemaChange) {
  ASSERT_THAT(Commit({Hide("id", {"1"}, "r")}), IsOk());
  SetSchema change{.dataset = DatasetId("d1"),
                   .expected_schema_id = 1,
                   .columns = {{.field_id = 2, .name = "Name", .type = "VARCHAR"}}};
  EXPECT_THAT(Commit({change}), IsError(ErrorCode::kFailedPrecondition, "row_key_column_in_use"))
      << "what was deleted would come back";
  change.columns.push_back({.field_id = 1, .name = "key", .type = "BIGINT"});
  ASSERT_THAT(Commit({change}), IsOk());
  EXPECT_EQ(Find("d1")->tombstones->row_key_column, "key");
  EXPECT_THAT(Commit({Hide("key", {"2"}, "r")}), IsOk());
  EXPECT_THAT(Values(), ElementsAre("1/r", "2/r"));
}

}  // namespace
}  // namespace lake::catalog
