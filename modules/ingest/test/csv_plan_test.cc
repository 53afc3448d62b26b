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
  const std::string sql = SelectRows(FileWith({{"NAME", "BIGINT"}, {"id", "VARCHAR"}}), *choice,
                                     std::vector<ColumnFacts>(2), {.path = "lake://scan/0"});
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
  const std::string sql =
      SelectRows(dialect, ChooseNew(dialect), std::vector<ColumnFacts>(1), {.path = "lake://scan/0"});
  EXPECT_NE(sql.find("\"a'\"\"b\""), std::string::npos) << sql;
  EXPECT_NE(sql.find("'a''\"b'"), std::string::npos) << sql;
}

ColumnFacts FactsWith(std::vector<Loss> losses) {
  ColumnFacts facts;
  for (const Loss loss : losses) facts.losses[static_cast<size_t>(loss)] = {.line = 7, .text = "00123"};
  return facts;
}

TEST(CsvPlanTest, NewColumnsTakeATypeThatKeepsEveryCell) {
  const auto widened = [](const char* type, std::vector<Loss> losses) {
    engine::CsvDialect dialect = FileWith({{"a", type}});
    WidenTypes({FactsWith(std::move(losses))}, &dialect);
    return dialect.columns[0].type;
  };
  EXPECT_EQ(widened("BIGINT", {}), "BIGINT");
  EXPECT_EQ(widened("BIGINT", {Loss::kLongWhole}), "BIGINT");
  EXPECT_EQ(widened("BIGINT", {Loss::kName}), "VARCHAR");
  EXPECT_EQ(widened("BIGINT", {Loss::kBeyondBigint, Loss::kLongWhole}), "VARCHAR");
  EXPECT_EQ(widened("BIGINT", {Loss::kFraction}), "DOUBLE");
  EXPECT_EQ(widened("BIGINT", {Loss::kFraction, Loss::kLongWhole}), "VARCHAR");
  EXPECT_EQ(widened("DOUBLE", {}), "DOUBLE");
  EXPECT_EQ(widened("DOUBLE", {Loss::kName}), "VARCHAR");
  EXPECT_EQ(widened("DOUBLE", {Loss::kLongWhole}), "VARCHAR");
  EXPECT_EQ(widened("DATE", {}), "DATE");
  EXPECT_EQ(widened("DATE", {Loss::kTimeOfDay}), "TIMESTAMP");
  EXPECT_EQ(widened("DATE", {Loss::kTimeOfDay, Loss::kPartOfTime}), "VARCHAR");
  EXPECT_EQ(widened("DATE", {Loss::kTimeOfDay, Loss::kOffset}), "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(widened("TIMESTAMP", {Loss::kOffset}), "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(widened("TIMESTAMP", {Loss::kPartOfTime}), "VARCHAR");
  EXPECT_EQ(widened("TIME", {Loss::kPartOfTime}), "VARCHAR");
}

TEST(CsvPlanTest, GivenTypesRefuseCellsTheyWouldChange) {
  const auto check = [](const char* type, std::vector<Loss> losses) {
    const engine::CsvDialect dialect = FileWith({{"A", "VARCHAR"}});
    const SchemaChoice choice{.columns = {{1, "a", type}}};
    return CheckTypesKeepCells(dialect, choice, {FactsWith(std::move(losses))});
  };
  const Status refused = check("BIGINT", {Loss::kName});
  ASSERT_THAT(refused, IsError(ErrorCode::kFailedPrecondition, "schema_mismatch"));
  EXPECT_EQ(
      refused.error().message(),
      "line 7: column 'A' of the dataset is BIGINT and would not keep '00123' as it is; change the file, "
      "or replace the dataset (mode=replace)");
  EXPECT_FALSE(check("INTEGER", {Loss::kFraction}).ok());
  EXPECT_FALSE(check("DECIMAL(18,2)", {Loss::kFraction}).ok());
  EXPECT_FALSE(check("DOUBLE", {Loss::kLongWhole}).ok());
  LAKE_EXPECT_OK(check("BIGINT", {Loss::kBeyondBigint, Loss::kLongWhole}));
  LAKE_EXPECT_OK(check("DATE", {Loss::kName}));
  LAKE_EXPECT_OK(check("VARCHAR", {Loss::kName}));
}

TEST(CsvPlanTest, RulesComeFromTheTypes) {
  const engine::CsvDialect dialect = FileWith({{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}});
  const SchemaChoice choice{
      .columns = {{1, "d", "DATE"}, {2, "c", "VARCHAR"}, {3, "B", "DECIMAL(9,3)"}, {4, "a", "UINTEGER"}}};
  const std::vector<CellRule> rules = RulesOf(dialect, choice);
  ASSERT_EQ(rules.size(), 4u);
  EXPECT_EQ(rules[0].kind, CellRule::Kind::kNumber);
  EXPECT_EQ(rules[0].kept_fraction, 0u);
  EXPECT_EQ(rules[1].kind, CellRule::Kind::kNumber);
  EXPECT_EQ(rules[1].kept_fraction, 3u);
  EXPECT_EQ(rules[2].kind, CellRule::Kind::kText);
  EXPECT_EQ(rules[3].kind, CellRule::Kind::kDate);
  engine::CsvDialect own_format = dialect;
  own_format.date_format = "%d.%m.%Y";
  EXPECT_EQ(RulesOf(own_format, choice)[3].kind, CellRule::Kind::kOther) << "it is followed to the letter";
}

TEST(CsvPlanTest, QuotedNothingIsTextUnlessANumberIsMissingThatWay) {
  const engine::CsvDialect dialect = FileWith({{"n", "BIGINT"}, {"t", "VARCHAR"}, {"u", "VARCHAR"}});
  std::vector<ColumnFacts> facts(3);
  facts[1].quoted_empty = facts[2].quoted_empty = facts[2].unquoted_empty = true;
  const auto sql = [&] { return SelectRows(dialect, ChooseNew(dialect), facts, {.path = "lake://scan/0"}); };
  EXPECT_NE(sql().find("allow_quoted_nulls = false"), std::string::npos) << sql();
  EXPECT_EQ(sql().find("coalesce"), std::string::npos) << sql();
  facts[0].quoted_empty = true;
  EXPECT_NE(sql().find("allow_quoted_nulls = true"), std::string::npos) << sql();
  EXPECT_NE(sql().find("coalesce(\"t\", '') AS \"t\", \"u\" AS \"u\""), std::string::npos) << sql();
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
