// Goal: an answer is given again exactly while everything it depends on is the same, and only to those who
// see the same. Method: answers are kept as the gateway does, then one thing at a time changes: data,
// tombstones, rules, parameters, form, the text; statements of chance, time and the system's tables are never
// kept.
#include "result_cache.h"

#include <gtest/gtest.h>

#include <set>

#include "allowed_functions.h"
#include "governed_lake.h"
#include "lake/common/fold.h"
#include "repeatable.h"

namespace lake::query {
namespace {

class ResultCacheTest : public GovernedLake {
 protected:
  void SetUp() override {
    GovernedLake::SetUp();
    service_ = MakeService(*engine_, {.cache_bytes = 1u << 20});
  }

  /// "hit" or "miss" and the rows; a miss is kept where that is allowed.
  Result<std::string> Ask(const access::Request& request, QueryRequest query) {
    if (query.form.empty()) query.form = "rows";
    LAKE_ASSIGN_OR_RETURN(auto running, service_->Start(request, std::move(query)));
    if (running->kept() != nullptr) return "hit " + running->kept()->body;
    LAKE_ASSIGN_OR_RETURN(std::string rows, Drain(running->rows()));
    running->Keep({.body = rows, .rows = 1, .truncated = false});
    return "miss " + rows;
  }
  Result<std::string> Ask(const std::string& sql) {
    return Ask(MakeRequest({}), {.sql = sql, .parameters = {}, .form = {}});
  }

  access::Request As(const std::shared_ptr<const access::Role>& role) {
    access::Request request = MakeRequest({});
    request.caller = {.name = role->name + "'s", .role = role->name};
    request.role = role;
    return request;
  }
  static std::shared_ptr<access::Role> RoleThatReads(access::ColumnRules rules, std::string filter) {
    auto role = std::make_shared<access::Role>();
    role->name = "reader";
    role->permissions = {access::Permission::kRead};
    role->columns = {{"people", std::move(rules)}};
    if (!filter.empty()) role->row_filters = {{"people", std::move(filter)}};
    return role;
  }

  void Gone(const std::string& id) {
    Commit("tombstone", catalog::AddTombstones{.dataset = catalog::DatasetId("people-id"),
                                               .row_key_column = "id",
                                               .row_key_values = {id},
                                               .actor = "test",
                                               .reason = "asked"});
  }
};

TEST_F(ResultCacheTest, TheSameQuestionIsAnsweredAgainWhateverItsBlanks) {
  EXPECT_THAT(Ask("SELECT count(*) FROM people"), HasValue(std::string("miss [8]")));
  EXPECT_THAT(Ask("SELECT count(*) FROM people"), HasValue(std::string("hit [8]")));
  EXPECT_THAT(Ask("select   COUNT(*)\n\tfrom people -- again"), HasValue(std::string("hit [8]")));
  EXPECT_THAT(Ask("SELECT count(*) FROM clean"), HasValue(std::string("miss [8]")));
  EXPECT_THAT(Ask("SELECT count(*) + 0 FROM people"), HasValue(std::string("miss [8]")));
  EXPECT_THAT(Ask("SELECT count(*) AS n FROM people"), HasValue(std::string("miss [8]")));
}

TEST_F(ResultCacheTest, WhatChangesInADatasetIsSeenAtOnce) {
  const std::string sql = "SELECT count(*) FROM people";
  ASSERT_THAT(Ask(sql), HasValue(std::string("miss [8]")));
  Gone("5");
  EXPECT_THAT(Ask(sql), HasValue(std::string("miss [7]")));
  EXPECT_THAT(Ask(sql), HasValue(std::string("hit [7]")));
  // A commit elsewhere changes nothing here.
  AddDataset("others", "SELECT 1::BIGINT AS id, 'x' AS name, 1::BIGINT AS region");
  EXPECT_THAT(Ask(sql), HasValue(std::string("hit [7]")));
}

TEST_F(ResultCacheTest, ThePastLosesItsTombstonedRowsToo) {
  const std::string sql =
      fmt::format("SELECT count(*) FROM people AT (VERSION => {})", catalog_->snapshot()->version().number);
  ASSERT_THAT(Ask(sql), HasValue(std::string("miss [8]")));
  ASSERT_THAT(Ask(sql), HasValue(std::string("hit [8]")));
  Gone("5");
  EXPECT_THAT(Ask(sql), HasValue(std::string("miss [7]")));
}

TEST_F(ResultCacheTest, VersionsOfOneDatasetAreNotTakenForEachOther) {
  const uint64_t before = catalog_->snapshot()->version().number;
  AddDataset("later", "SELECT 1::BIGINT AS id, 'x' AS name, 1::BIGINT AS region");
  const uint64_t after = catalog_->snapshot()->version().number;
  const auto both = [](uint64_t first, uint64_t second) {
    return fmt::format("SELECT count(*) FROM people a AT (VERSION => {}), people b AT (VERSION => {})", first,
                       second);
  };
  ASSERT_THAT(Ask(both(before, after)), HasValue(std::string("miss [64]")));
  EXPECT_THAT(Ask(both(after, before)), HasValue(std::string("miss [64]")));
  EXPECT_THAT(Ask(both(before, after)), HasValue(std::string("hit [64]")));
}

TEST_F(ResultCacheTest, OnlyThoseWhoSeeTheSameGetIt) {
  const QueryRequest names = {.sql = "SELECT min(name) FROM people", .parameters = {}, .form = {}};
  const access::ColumnRules clear = {{"id", access::Clear{}}, {"name", access::Clear{}}};
  const access::ColumnRules masked = {{"id", access::Clear{}}, {"name", access::Mask{}}};
  EXPECT_THAT(Ask(As(RoleThatReads(clear, "")), names), HasValue(std::string(R"(miss ["n0"])")));
  EXPECT_THAT(Ask(As(RoleThatReads(clear, "")), names), HasValue(std::string(R"(hit ["n0"])")));
  EXPECT_THAT(Ask(As(RoleThatReads(masked, "")), names), HasValue(std::string(R"(miss ["**"])")));
  EXPECT_THAT(Ask(As(RoleThatReads(clear, "id > 4")), names), HasValue(std::string(R"(miss ["n5"])")));
  EXPECT_THAT(Ask(As(RoleThatReads(clear, "id > 5")), names), HasValue(std::string(R"(miss ["n6"])")));
  // Another name for the same rights.
  auto other = RoleThatReads(clear, "id > 5");
  other->name = "other";
  EXPECT_THAT(Ask(As(other), names), HasValue(std::string(R"(hit ["n6"])")));
  // A right that is gone: refused, whatever is kept.
  EXPECT_THAT(Ask(As(RoleThatReads({{"id", access::Clear{}}}, "")), names),
              IsError(ErrorCode::kInvalidArgument, "sql_error"));
  auto elsewhere = std::make_shared<access::Role>(*other);
  elsewhere->columns = {{"clean", clear}};
  EXPECT_THAT(Ask(As(elsewhere), names), IsError(ErrorCode::kPermissionDenied, "dataset_forbidden"));
}

TEST_F(ResultCacheTest, ParametersAndFormsAreTheirOwn) {
  const auto ask = [&](JsonValue parameter, const std::string& form) {
    return Ask(MakeRequest({}), {.sql = "SELECT typeof($1), count(*) FROM people WHERE id > 0",
                                 .parameters = {std::move(parameter)},
                                 .form = form});
  };
  EXPECT_THAT(ask(1, "a"), HasValue(std::string(R"(miss ["BIGINT",7])")));
  EXPECT_THAT(ask(1, "a"), HasValue(std::string(R"(hit ["BIGINT",7])")));
  EXPECT_THAT(ask(1, "b"), HasValue(std::string(R"(miss ["BIGINT",7])")));
  EXPECT_THAT(ask("1", "a"), HasValue(std::string(R"(miss ["VARCHAR",7])")));
  EXPECT_THAT(ask(1.5, "a"), HasValue(std::string(R"(miss ["DOUBLE",7])")));
}

TEST_F(ResultCacheTest, ChanceTimeAndTheSystemAreAskedEveryTime) {
  for (const char* sql :
       {"SELECT random() < 2", "SELECT now() IS NOT NULL", "SELECT current_date IS NOT NULL",
        "SELECT CURRENT_TIMESTAMP IS NOT NULL", "SELECT count(*) FROM people WHERE random() < 2",
        "SELECT count(*) FROM people WHERE id < (SELECT year(today()))",
        "SELECT count(*) FROM range(0, year(now())) t(i)", "SELECT id FROM people LIMIT year(now())",
        "SELECT count(*) FROM people USING SAMPLE 100%", "SELECT count(*) FROM people TABLESAMPLE 100%",
        "SELECT list_transform([1], x -> uuid() IS NULL)", "SELECT age(TIMESTAMP '2020-01-01') IS NULL",
        "WITH t AS (SELECT uuid() AS u) SELECT u IS NULL FROM t", "SELECT count(*) FROM system.queries"}) {
    const Result<std::string> first = Ask(sql);
    const Result<std::string> second = Ask(sql);
    ASSERT_TRUE(first.ok() && second.ok()) << sql << " " << first.error().ToString();
    EXPECT_TRUE(first->starts_with("miss ") && second->starts_with("miss ")) << sql;
  }
}

TEST_F(ResultCacheTest, WithoutAFormNothingIsKept) {
  const std::string sql = "SELECT count(*) FROM people";
  ASSERT_THAT(Ask(sql), HasValue(std::string("miss [8]")));
  auto running = service_->Start(MakeRequest({}), {.sql = sql, .parameters = {}, .form = {}});
  ASSERT_THAT(running, IsOk());
  EXPECT_EQ((*running)->kept(), nullptr);
  EXPECT_EQ((*running)->keepable_bytes(), 0u);
}

TEST_F(ResultCacheTest, AHitIsOnRecordLikeEveryStatement) {
  const std::string sql = "SELECT count(*) FROM people";
  ASSERT_THAT(Ask(sql), HasValue(std::string("miss [8]")));
  ASSERT_THAT(Ask(sql), HasValue(std::string("hit [8]")));
  const auto records = audit_->Read(Context{}, {}, 100);
  ASSERT_THAT(records, IsOk());
  EXPECT_EQ(std::ranges::count(*records, sql, &access::AuditRecord::statement), 2);
}

TEST(ResultCache, TheOldestFallOutAndTooLargeOnesStayOut) {
  ResultCache cache(16 * 4096);
  const auto answer = [](size_t bytes) {
    return KeptAnswer{.body = std::string(bytes, 'x'), .rows = 1, .truncated = false};
  };
  EXPECT_EQ(cache.max_answer_bytes(), 4096u);
  cache.Put("large", answer(4097));
  EXPECT_EQ(cache.Find("large"), nullptr);
  for (int i = 0; i < 14; ++i) cache.Put(fmt::to_string(i), answer(4096));
  EXPECT_NE(cache.Find("0"), nullptr);  // Asked for just now.
  cache.Put("next", answer(4096));
  EXPECT_NE(cache.Find("0"), nullptr);
  EXPECT_EQ(cache.Find("1"), nullptr);
  cache.Put("0", answer(1));
  EXPECT_EQ(cache.Find("0")->body.size(), 4096u);
  EXPECT_EQ(ResultCache(0).max_answer_bytes(), 0u);
}

/// The list has every allowed function of which the engine says so, and three of which it does not.
TEST_F(ResultCacheTest, TheListOfUnrepeatableFunctionsIsTheEngines) {
  const std::set<std::string> called_constant = {"age", "current_localtime", "current_localtimestamp"};
  auto session = engine_->StartSession(Context{}, {});
  ASSERT_THAT(session, IsOk());
  auto rows = (*session)->ExecuteTrusted(
      "SELECT lower(function_name), coalesce(bool_or(stability <> 'CONSISTENT'), false), "
      "coalesce(string_agg(macro_definition, ' '), '') FROM duckdb_functions() GROUP BY 1 ORDER BY 1");
  ASSERT_THAT(rows, IsOk());
  const Result<std::string> text = Drain(**rows);
  ASSERT_THAT(text, IsOk());
  const Result<JsonValue> functions = ParseJson("[" + *text + "]");
  ASSERT_THAT(functions, IsOk());
  const auto listed = UnrepeatableFunctions();
  int unrepeatable = 0;
  int macros = 0;
  for (const JsonValue& function : functions->as_array()) {
    const std::string& name = function.as_array()[0].as_string();
    if (!IsAllowedFunction(name)) continue;
    bool moves = function.as_array()[1].as_bool();
    if (const std::string& macro = function.as_array()[2].as_string(); !macro.empty()) {
      ++macros;
      for (const std::string_view word : listed)
        moves |= Fold(macro).find(fmt::format("{}(", word)) != std::string::npos;
    }
    unrepeatable += moves;
    EXPECT_EQ(std::ranges::binary_search(listed, std::string_view(name)),
              moves || called_constant.contains(name))
        << name;
  }
  EXPECT_GT(unrepeatable, 8);
  EXPECT_GT(macros, 10);
}

}  // namespace
}  // namespace lake::query
