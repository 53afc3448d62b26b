// Goal: a call of a provided function reads like a dataset or a constant of what it gives, in whatever shape
// of a statement, is answered once with the statement's own request, and what it gives is data. Method: fakes
// that count; every shape runs on a call and on the dataset of the same rows.
#include <gmock/gmock.h>

#include <thread>

#include "fake_functions.h"
#include "governed_lake.h"
#include "lake/query/row_filter.h"
#include "statement_shapes.h"

namespace lake::query {
namespace {

using testing::HasSubstr;

constexpr auto kBadArgument = "bad_argument";

class ProvidedFunctionsTest : public GovernedLake {
 protected:
  void SetUp() override {
    GovernedLake::SetUp();
    functions_ = {.relations = {people_}, .vectors = {letters_}};
    service_ = MakeService(*engine_, QueryLimits{});
  }

  Result<std::string> Run(const std::string& sql, std::vector<JsonValue> parameters = {}) {
    LAKE_ASSIGN_OR_RETURN(
        auto running, service_->Start(MakeRequest({}), {.sql = sql, .parameters = std::move(parameters)}));
    return Drain(running->rows());
  }

  /// Where the error says it is.
  std::string PlaceOf(const Result<std::string>& answer) {
    LAKE_CHECK(!answer.ok());
    const auto& details = answer.error().details();
    return details.size() == 1 && details[0].pointer == "/sql" ? details[0].message : "nowhere";
  }

  const std::shared_ptr<FindPeople> people_ = std::make_shared<FindPeople>();
  const std::shared_ptr<Letters> letters_ = std::make_shared<Letters>();
};

TEST_F(ProvidedFunctionsTest, EveryShapeReadsACallLikeADatasetOfTheSameRows) {
  for (const std::string_view shape : kStatementShapes) {
    // What names its table by the table's name has an alias here; what cannot have a call cannot.
    if (shape.starts_with("DESCRIBE") || shape.contains("(SUMMARIZE @)")) continue;
    std::string text(shape);
    for (const std::string_view qualified : {"@.name", "@.id"})
      for (size_t at = text.find(qualified); at != std::string::npos; at = text.find(qualified))
        text.replace(at, 1, "find_people");
    const Result<std::string> call = Run(OnTable(text, "find_people('n')"));
    const Result<std::string> dataset = Run(OnTable(shape, "clean"));
    ASSERT_TRUE(call.ok()) << shape << ": " << call.error().ToString();
    ASSERT_TRUE(dataset.ok()) << shape << ": " << dataset.error().ToString();
    EXPECT_EQ(*call, *dataset) << shape;
  }
}

TEST_F(ProvidedFunctionsTest, AreAnsweredOnceForEqualArguments) {
  EXPECT_THAT(
      Run("WITH a AS (FROM find_people('n', 5)) SELECT count(*) FROM a, Find_People(k := 5, query := $1) "
          "JOIN people USING (id) WHERE EXISTS (FROM find_people('n4'))",
          {JsonValue("n")}),
      HasValue(std::string("[25]")));
  EXPECT_EQ(people_->asked, 2);
}

TEST_F(ProvidedFunctionsTest, ArgumentsAreConstantsAndParameters) {
  EXPECT_THAT(Run("SELECT count(*) FROM find_people('n', 3)"), HasValue(std::string("[3]")));
  EXPECT_THAT(Run("SELECT count(*) FROM find_people('n', k => 2)"), HasValue(std::string("[2]")));
  EXPECT_THAT(Run("SELECT count(*) FROM find_people(?, ?)", {JsonValue("n"), JsonValue(4)}),
              HasValue(std::string("[4]")));
  EXPECT_THAT(Run("SELECT count(*) FROM find_people($2, NULL, $3) WHERE id < $1",
                  {JsonValue(3), JsonValue("n"), JsonValue(nullptr)}),
              HasValue(std::string("[3]")));
  EXPECT_THAT(Run("SELECT $1, count(*) FROM find_people($1)", {JsonValue("n1")}),
              HasValue(std::string(R"(["n1",1])")));
}

TEST_F(ProvidedFunctionsTest, OtherArgumentsAreRefusedWithTheirPosition) {
  const std::pair<const char*, const char*> kRefused[] = {
      {"FROM find_people()", "'query' of find_people is missing"},
      {"FROM find_people(k := 3)", "'query' of find_people is missing"},
      {"FROM find_people(NULL)", "'query' of find_people must be a text"},
      {"FROM find_people(1)", "'query' of find_people must be a text"},
      {"FROM find_people(DATE '2026-01-01')", "must be a constant or a parameter"},
      {"FROM find_people('n', '3')", "'k' of find_people must be a whole number"},
      {"FROM find_people('n', 1.5)", "'k' of find_people must be a whole number"},
      {"FROM find_people('n', true)", "must be a constant or a parameter"},  // A cast, as the parser has it.
      {"FROM find_people('n', 99999999999999999999)", "'k' of find_people must be a whole number"},
      {"FROM find_people('n', 3, NULL, 4)", "at most 3 arguments: query, k, filter"},
      {"FROM find_people('n', limit_to := 3)", "has no argument 'limit_to'; it has query, k, filter"},
      {"FROM find_people('n', query := 'm')", "'query' of find_people is given twice"},
      {"FROM find_people(k := 3, 'n')", "without a name stand before those with one"},
      {"FROM find_people('n', k = 3)", "'k' of find_people must be a constant or a parameter"},
      {"FROM people p, find_people(p.name)", "must be a constant or a parameter"},
      {"FROM people p, LATERAL find_people(name)", "must be a constant or a parameter"},
      {"FROM find_people((SELECT max(name) FROM people))", "must be a constant or a parameter"},
      {"FROM find_people(lower('N'))", "must be a constant or a parameter"},
      {"FROM find_people(['n'])", "must be a constant or a parameter"},
      {"SELECT letters(name) FROM people", "'text' of letters must be a constant or a parameter"},
      {"SELECT list_transform(['a'], x -> letters(x))", "must be a constant or a parameter"},
      {"SELECT letters(letters('a'))", "must be a constant or a parameter"},
      {"SELECT letters(COLUMNS(*)) FROM people", "must be a constant or a parameter"},
      {"SELECT letters(*) FROM people", "'text' of letters is missing"},
      {"SELECT letters(DISTINCT 'a') FROM people", "DISTINCT, FILTER and ORDER BY are for aggregates"},
      {"SELECT letters('a') FILTER (WHERE true) FROM people", "are for aggregates"},
      {"SELECT letters('a' ORDER BY 1) FROM people", "are for aggregates"},
  };
  for (const auto& [sql, why] : kRefused) {
    const Result<std::string> answer = Run(sql);
    ASSERT_FALSE(answer.ok()) << sql;
    EXPECT_THAT(answer, IsError(ErrorCode::kInvalidArgument, kBadArgument)) << sql;
    EXPECT_THAT(answer.error().message(), HasSubstr(why)) << sql;
    EXPECT_THAT(PlaceOf(answer), testing::StartsWith("at byte ")) << sql;
  }
  EXPECT_EQ(PlaceOf(Run("SELECT 1 FROM find_people('n', 'x')")), "at byte 31");
  EXPECT_EQ(PlaceOf(Run("SELECT 1 FROM find_people($1)", {JsonValue(1)})), "at byte 14");
  EXPECT_THAT(Run("FROM find_people($2)", {JsonValue("n")}),
              IsError(ErrorCode::kInvalidArgument, "bad_parameter"));
  EXPECT_THAT(Run("FROM find_people($name)", {JsonValue("n")}),
              IsError(ErrorCode::kInvalidArgument, "bad_parameter"));
  EXPECT_THAT(Run("FROM find_people('n')", {JsonValue("n")}),
              IsError(ErrorCode::kInvalidArgument, "bad_parameter"));
  EXPECT_EQ(letters_->asked, 0);
}

TEST_F(ProvidedFunctionsTest, StandOnlyWhereTheyGiveWhatIsExpected) {
  const std::pair<const char*, const char*> kRefused[] = {
      {"SELECT find_people('n')", "it gives rows, so it belongs into FROM"},
      {"SELECT id FROM people WHERE find_people('n')", "it belongs into FROM"},
      {"FROM letters('a')", "it gives one value"},
      {"SELECT letters('a') OVER () FROM people", "no aggregate and no window function"},
      {"SELECT main.letters('a')", "qualified function 'letters'"},
      {"FROM main.find_people('n')", "qualified function 'find_people'"},
      {"FROM system.find_people('n')", "qualified function 'find_people'"},
      {"FROM find_people('n') WITH ORDINALITY", "WITH ORDINALITY"},
      {"FROM find_persons('n')", "table function 'find_persons' may not be used here"},
      {"SELECT letter('n')", "function 'letter' may not be used here"},
  };
  for (const auto& [sql, why] : kRefused) {
    const Result<std::string> answer = Run(sql);
    ASSERT_FALSE(answer.ok()) << sql;
    EXPECT_THAT(answer, IsError(ErrorCode::kPermissionDenied, "not_allowed_in_sql")) << sql;
    EXPECT_THAT(answer.error().message(), HasSubstr(why)) << sql;
  }
  EXPECT_EQ(people_->asked, 0);
}

TEST_F(ProvidedFunctionsTest, WithoutThemTheirNamesMeanNothing) {
  functions_ = {};
  service_ = MakeService(*engine_, QueryLimits{});
  EXPECT_THAT(Run("FROM find_people('n')"), IsError(ErrorCode::kPermissionDenied, "not_allowed_in_sql"));
  EXPECT_THAT(Run("SELECT letters('n')"), IsError(ErrorCode::kPermissionDenied, "not_allowed_in_sql"));
}

TEST_F(ProvidedFunctionsTest, TablesOfTheSameNameAreReadWithoutBrackets) {
  EXPECT_THAT(Run("FROM find_people"), IsError(ErrorCode::kNotFound, "dataset_not_found"));
  AddDataset("find_people", "SELECT 1::BIGINT AS id, 'own' AS name, 0::BIGINT AS region");
  EXPECT_THAT(Run("SELECT count(*) FROM find_people, find_people('n') AS f"), HasValue(std::string("[8]")));
  EXPECT_THAT(
      Run("WITH find_people AS (SELECT 1 AS a) SELECT count(*) FROM find_people, find_people('n') AS f"),
      HasValue(std::string("[8]")));
}

TEST_F(ProvidedFunctionsTest, AVectorIsAConstantOfFloats) {
  EXPECT_THAT(Run("SELECT letters('abba'), typeof(letters('abba')), letters($1)[2]", {JsonValue("bb")}),
              HasValue(std::string(R"([[2.0,2.0,0.0],"FLOAT[]",2.0])")));
  EXPECT_THAT(
      Run("SELECT count(*) FROM people WHERE list_cosine_similarity(letters('ab'), letters('ba')) > 0.99"),
      HasValue(std::string("[8]")));
  EXPECT_THAT(Run("SELECT unnest(letters('c')) AS x ORDER BY x DESC LIMIT 1"),
              HasValue(std::string("[1.0]")));
  EXPECT_THAT(Run("SELECT sum(u) FROM unnest(letters('abc')) AS t(u)"), HasValue(std::string("[3.0]")));
  EXPECT_THAT(Run("SELECT letters('a'), count(*) FROM people GROUP BY letters('a')"),
              HasValue(std::string("[[1.0,0.0,0.0],8]")));
  EXPECT_EQ(PlaceOf(Run("SELECT letters('')")), "at byte 15");
}

TEST_F(ProvidedFunctionsTest, AColumnIsCalledAsItWasWritten) {
  auto running = service_->Start(MakeRequest({}),
                                 {.sql = "SELECT letters('a'), len(Letters('a')) + 1, letters('b') AS v "
                                         "FROM find_people('n')",
                                  .parameters = {}});
  LAKE_ASSERT_OK(running);
  std::vector<std::string> names;
  for (const engine::ResultColumn& column : (*running)->rows().columns()) names.push_back(column.name);
  EXPECT_THAT(names, testing::ElementsAre("letters('a')", "(len(letters('a')) + 1)", "v"));
}

TEST_F(ProvidedFunctionsTest, TextsThatTheyGiveAreData) {
  const std::string longest(1u << 20, 'x');
  for (const std::string& text :
       {std::string("'; DROP TABLE people; --"), std::string("a\0b", 3), std::string("\"]}], \"type\": \"x"),
        std::string("$1 ? {} \\ \n\t\x01"), std::string("\xF0\x9F\x98\x80 \xE2\x80\xAE"), longest}) {
    people_->text = text;
    EXPECT_THAT(Run("SELECT count(*) FROM find_people('n') WHERE name = $1", {JsonValue(text)}),
                HasValue(std::string("[8]")));
    EXPECT_THAT(Run("SELECT count(*) FROM find_people($1)", {JsonValue(text)}), HasValue(std::string("[8]")));
    EXPECT_THAT(Run("SELECT len(letters($1))", {JsonValue(text)}), HasValue(std::string("[3]")));
  }
  const std::string quoted = "it''s \"quoted\" -- /* $1";
  people_->before = [&](const access::Request&, FunctionArguments arguments) -> Status {
    EXPECT_EQ(arguments[0].as_string(), "it's \"quoted\" -- /* $1");
    return {};
  };
  LAKE_EXPECT_OK(Run("FROM find_people('" + quoted + "')"));
}

TEST_F(ProvidedFunctionsTest, TheirErrorsAreTheStatementsWithThePositionOfTheArgument) {
  people_->before = [](const access::Request&, FunctionArguments) -> Status {
    return NotFound("index_not_found", "gone").WithDetail("/k", "wrong").WithCause("why");
  };
  const Result<std::string> named = Run("SELECT 1 FROM find_people('n', k := 7)");
  EXPECT_THAT(named, IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_EQ(named.error().internal_cause(), "why");
  EXPECT_EQ(PlaceOf(named), "at byte 36");
  EXPECT_EQ(PlaceOf(Run("SELECT 1 FROM find_people('n')")), "at byte 14");
}

TEST_F(ProvidedFunctionsTest, AreNotAskedWhenTheStatementIsRefusedForItsTables) {
  EXPECT_THAT(Run("FROM find_people('n'), nobody"), IsError(ErrorCode::kNotFound, "dataset_not_found"));
  EXPECT_EQ(people_->asked, 0);
}

TEST_F(ProvidedFunctionsTest, AreBounded) {
  std::string calls = "find_people('n')";
  for (size_t i = 1; i < kMaxProvidedCalls; ++i) calls += fmt::format(", find_people('n{}', 1) AS t{}", i, i);
  LAKE_EXPECT_OK(Run("SELECT count(*) FROM " + calls));
  const int asked = people_->asked;
  EXPECT_THAT(Run("SELECT letters('a') FROM " + calls),
              IsError(ErrorCode::kResourceExhausted, "statement_too_complex"));
  EXPECT_EQ(people_->asked, asked);
  people_->text = std::string(5u << 20, 'x');
  LAKE_EXPECT_OK(Run("SELECT count(*) FROM find_people('a')"));
  EXPECT_THAT(Run("SELECT count(*) FROM find_people('a'), find_people('b')"),
              IsError(ErrorCode::kResourceExhausted, "calls_too_large"));
}

TEST_F(ProvidedFunctionsTest, AnExplainAsksForColumnsOnly) {
  auto plan = service_->Explain(
      MakeRequest({}),
      {.sql = "SELECT *, letters('a') AS v FROM find_people('n') WHERE name = $1", .parameters = {"x"}});
  LAKE_ASSERT_OK(plan);
  EXPECT_EQ(people_->asked, 0);
  EXPECT_EQ(people_->described, 1);
  EXPECT_EQ(letters_->asked, 0);
  ASSERT_EQ(plan->columns.size(), 4u);
  EXPECT_EQ(plan->columns[0].type, "BIGINT");
  EXPECT_EQ(plan->columns[3].type, "FLOAT[]");
  EXPECT_THAT(service_->Explain(MakeRequest({}), {.sql = "FROM find_people(1)", .parameters = {}}),
              IsError(ErrorCode::kInvalidArgument, kBadArgument));
}

TEST_F(ProvidedFunctionsTest, TheirAnswersAreNotKept) {
  service_ = MakeService(*engine_, QueryLimits{.cache_bytes = 1u << 20});
  for (const char* sql : {"FROM find_people('n')", "SELECT letters('a')",
                          "SELECT (SELECT count(*) FROM find_people('n')) FROM people"}) {
    auto running = service_->Start(MakeRequest({}), {.sql = sql, .parameters = {}, .form = "json"});
    LAKE_ASSERT_OK(running);
    EXPECT_EQ((*running)->keepable_bytes(), 0u) << sql;
  }
  auto running = service_->Start(MakeRequest({}), {.sql = "FROM people", .parameters = {}, .form = "json"});
  LAKE_ASSERT_OK(running);
  EXPECT_GT((*running)->keepable_bytes(), 0u);
}

TEST_F(ProvidedFunctionsTest, AreOnRecordByName) {
  LAKE_ASSERT_OK(Run("SELECT letters('a') FROM people, find_people('n'), find_people('n2') AS again"));
  const auto records = audit_->Read({}, {}, 1);
  LAKE_ASSERT_OK(records);
  ASSERT_EQ(records->front().tables.size(), 2u);
  EXPECT_EQ(records->front().tables[0].dataset, "people");
  EXPECT_EQ(records->front().tables[1].dataset, "find_people");
}

/// With one slot: what an answer needs is a statement itself.
TEST_F(ProvidedFunctionsTest, MayAskStatementsThemselves) {
  service_ = MakeService(*engine_, QueryLimits{.max_running = 1});
  people_->before = [&](const access::Request& request, FunctionArguments) -> Status {
    return RunAs(request, "SELECT count(*) FROM people").ok() ? Status() : Internal("inner", "it failed");
  };
  std::vector<std::jthread> together;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 4; ++i)
    together.emplace_back([&] {
      Context context;
      context.deadline = Deadline::After(std::chrono::seconds(60));
      const auto answer = GovernedLake::Run("SELECT count(*) FROM find_people('n')", context);
      answered += answer.ok() && *answer == "[8]" ? 1 : 0;
    });
  together.clear();
  EXPECT_EQ(answered, 4);
}

TEST_F(ProvidedFunctionsTest, EndWithTheStatement) {
  people_->before = [&](const access::Request& request, FunctionArguments) -> Status {
    // The statement is on the list while its call is answered, and can be cancelled there.
    const std::vector<QueryInfo> running = service_->Running(request);
    EXPECT_EQ(running.size(), 1u);
    LAKE_EXPECT_OK(service_->Cancel(request, running.front().id));
    EXPECT_FALSE(request.context.CheckAlive().ok()) << "the call does not hear of it";
    return request.context.CheckAlive();
  };
  EXPECT_THAT(Run("FROM find_people('n')"), IsError(ErrorCode::kCancelled, "by_request"));
  people_->before = [&](const access::Request& request, FunctionArguments) -> Status {
    EXPECT_FALSE(request.context.deadline.never());
    while (request.context.CheckAlive().ok()) std::this_thread::yield();
    return request.context.CheckAlive();
  };
  Context context;
  context.deadline = Deadline::After(std::chrono::milliseconds(50));
  EXPECT_THAT(GovernedLake::Run("FROM find_people('n')", context),
              IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  people_->before = {};
  LAKE_EXPECT_OK(Run("FROM find_people('n')"));
  EXPECT_EQ(service_->Running(MakeRequest({})).size(), 0u);
}

TEST_F(ProvidedFunctionsTest, ARowFilterHasNone) {
  EXPECT_THAT(ParseRowFilter(*engine_, {}, "letters('a') IS NOT NULL"),
              IsError(ErrorCode::kInvalidArgument, "bad_row_filter"));
  EXPECT_THAT(service_->Start(MakeRequest({}), {.sql = "SELECT id FROM people",
                                                .parameters = {},
                                                .condition = "letters('a') IS NOT NULL"}),
              IsError(ErrorCode::kInvalidArgument, "bad_condition"));
}

}  // namespace
}  // namespace lake::query
