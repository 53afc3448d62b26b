// Goal: a file's columns meet the dataset's the way the mode says, and field ids never change meaning.
// Method: the plan alone, without an engine.
#include "csv_plan.h"

#include <gtest/gtest.h>

#include "lake/common_testing/result_matchers.h"
#include "rejects.h"

namespace lake::ingest {
namespace {

engine::CsvDialect FileWith(std::vector<engine::CsvColumn> columns) {
  engine::CsvDialect dialect;
  dialect.columns = std::move(columns);
  return dialect;
}

const catalog::Schema kSchema{.id = 1,
                              .columns = {{1, "id", "BIGINT"}, {2, "Name", "VARCHAR"}, {3, "pay", "DOUBLE"}}};

TEST(CsvPlanTest, HeadersMustNameEveryColumnOnce) {
  LAKE_EXPECT_OK(CheckHeader(FileWith({{"id", "BIGINT"}, {"name", "VARCHAR"}})));
  for (const auto& columns : std::vector<std::vector<engine::CsvColumn>>{
           {}, {{"", "BIGINT"}}, {{"a", "BIGINT"}, {"A", "BIGINT"}}, {{"a\tb", "BIGINT"}}})
    EXPECT_THAT(CheckHeader(FileWith(columns)), IsError(ErrorCode::kInvalidArgument, "bad_header"));
}

TEST(CsvPlanTest, AppendKeepsTheDatasetsColumnsAndTypes) {
  auto choice = ChooseAppend(FileWith({{"NAME", "BIGINT"}, {"id", "VARCHAR"}}), kSchema);
  LAKE_ASSERT_OK(choice);
  EXPECT_EQ(choice->columns, kSchema.columns);
  EXPECT_EQ(choice->change, SchemaChoice::Change::kNone);
  const std::string sql =
      SelectRows(FileWith({{"NAME", "BIGINT"}, {"id", "VARCHAR"}}), *choice, {.path = "lake://scan/0"});
  EXPECT_NE(sql.find("CAST(NULL AS DOUBLE) AS \"pay\""), std::string::npos) << sql;
  EXPECT_NE(sql.find("{'NAME': 'VARCHAR', 'id': 'BIGINT'}"), std::string::npos) << sql;
}

TEST(CsvPlanTest, AppendRefusesColumnsTheDatasetLacks) {
  EXPECT_THAT(ChooseAppend(FileWith({{"id", "BIGINT"}, {"new", "BIGINT"}}), kSchema),
              IsError(ErrorCode::kFailedPrecondition, "schema_mismatch"));
}

TEST(CsvPlanTest, ReplaceKeepsFieldIdsOfSameColumnsAndNeverReusesOthers) {
  SchemaChoice choice =
      ChooseReplace(FileWith({{"id", "VARCHAR"}, {"name", "VARCHAR"}, {"new", "DATE"}}), kSchema, 7);
  EXPECT_EQ(choice.change, SchemaChoice::Change::kReplaced);
  EXPECT_EQ(choice.columns,
            (std::vector<catalog::Column>{{8, "id", "VARCHAR"}, {2, "name", "VARCHAR"}, {9, "new", "DATE"}}));
}

TEST(CsvPlanTest, NamesAndPathsAreQuoted) {
  const engine::CsvDialect dialect = FileWith({{"a'\"b", "BIGINT"}});
  const std::string sql = SelectRows(dialect, ChooseNew(dialect), {.path = "lake://scan/0"});
  EXPECT_NE(sql.find("\"a'\"\"b\""), std::string::npos) << sql;
  EXPECT_NE(sql.find("'a''\"b'"), std::string::npos) << sql;
}

TEST(RejectsTest, FewBrokenRowsAreKeptAndManyRefuseTheFile) {
  IngestOptions options;
  LAKE_EXPECT_OK(JudgeRejects({.rows = 0, .examples = {}}, 0, options));
  LAKE_EXPECT_OK(JudgeRejects({.rows = 10, .examples = {}}, 90, options));
  Status refused = JudgeRejects({.rows = 11, .examples = {{.line = 4, .reason = "no number"}}}, 89, options);
  ASSERT_THAT(refused, IsError(ErrorCode::kInvalidArgument, "too_many_rejected_rows"));
  EXPECT_EQ(refused.error().details(), (std::vector<ErrorDetail>{{"", "line 4: no number"}}));
  EXPECT_FALSE(JudgeRejects({.rows = 1'000'001, .examples = {}}, 1'000'000'000, options).ok());
}

}  // namespace
}  // namespace lake::ingest
