// Goal: statements stream, stop when told, and fail with the right error.
// Method: statements that never end by themselves stopped from outside; small limits; bad data.
#include <thread>

#include "engine_fixture.h"

namespace lake::engine {
namespace {

constexpr const char* kEndless = "SELECT count(*) FROM range(1000000000000) AS t(i) WHERE i % 7 = 3";

class StatementTest : public EngineTest {
 protected:
  std::string UserIn(const Context& context, const std::string& sql) {
    const auto tree = engine_->Parse({}, sql);
    LAKE_CHECK(tree.ok());
    auto session = engine_->StartSession(context, {});
    if (!session.ok()) return "error: " + Describe(session.error());
    return Rows((*session)->Execute(*tree, {}));
  }
};

TEST_F(StatementTest, StreamsBatchesOfBoundedSize) {
  const auto session = Start();
  auto stream = session->ExecuteTrusted("SELECT range FROM range(1000000)");
  ASSERT_TRUE(stream.ok());
  ASSERT_EQ((*stream)->columns().size(), 1u);
  EXPECT_EQ((*stream)->columns()[0].name, "range");
  EXPECT_EQ((*stream)->columns()[0].type, "BIGINT");
  size_t rows = 0;
  for (;;) {
    const auto batch = (*stream)->Next();
    ASSERT_TRUE(batch.ok());
    if (!*batch) break;
    EXPECT_GT((*batch)->rows(), 0u);
    EXPECT_LE((*batch)->rows(), 65'536u);
    rows += (*batch)->rows();
  }
  EXPECT_EQ(rows, 1'000'000u);
}

TEST_F(StatementTest, EndStaysTheEnd) {
  const auto session = Start();
  auto stream = session->ExecuteTrusted("SELECT 1 WHERE false");
  ASSERT_TRUE(stream.ok());
  for (int i = 0; i < 3; ++i) {
    const auto batch = (*stream)->Next();
    ASSERT_TRUE(batch.ok());
    EXPECT_EQ(*batch, nullptr);
  }
}

TEST_F(StatementTest, DestroyingTheStreamStopsTheStatement) {
  const auto session = Start();
  {
    auto stream = session->ExecuteTrusted("SELECT range FROM range(1000000000000)");
    ASSERT_TRUE(stream.ok());
    EXPECT_TRUE((*stream)->Next().ok());
  }
  EXPECT_EQ(Rows(session->ExecuteTrusted("SELECT 42")), "[42]");
}

TEST_F(StatementTest, CancelStopsFromAnotherThread) {
  for (int i = 0; i < 10; ++i) {
    CancelSource source;
    Context context;
    context.cancel = source.token();
    std::thread canceller([&source] { source.Cancel("client_gone"); });
    const std::string rows = UserIn(context, kEndless);
    canceller.join();
    EXPECT_TRUE(rows.starts_with("error: cancelled/client_gone")) << rows;
  }
}

TEST_F(StatementTest, CancelStopsARunningStream) {
  CancelSource source;
  Context context;
  context.cancel = source.token();
  const auto session = Start({}, context);
  auto stream = session->ExecuteTrusted("SELECT range FROM range(1000000000000)");
  ASSERT_TRUE(stream.ok());
  ASSERT_TRUE((*stream)->Next().ok());
  source.Cancel("shutdown");
  for (;;) {
    const auto batch = (*stream)->Next();
    if (batch.ok()) continue;  // What was buffered before.
    EXPECT_TRUE(batch.error().Is("shutdown")) << batch.error().ToString();
    break;
  }
}

TEST_F(StatementTest, CancelledContextStartsNothing) {
  CancelSource source;
  Context context;
  context.cancel = source.token();
  const auto session = Start({}, context);
  source.Cancel("by_request");
  EXPECT_TRUE(Rows(session->ExecuteTrusted("SELECT 1")).starts_with("error: cancelled/by_request"));
  EXPECT_FALSE(engine_->StartSession(context, {}).ok());
  EXPECT_FALSE(engine_->Parse(context, "SELECT 1").ok());
}

TEST_F(StatementTest, DeadlineStopsTheStatement) {
  Context context;
  context.deadline = Deadline::After(std::chrono::milliseconds(30));
  EXPECT_TRUE(UserIn(context, kEndless).starts_with("error: deadline_exceeded/deadline"));
}

TEST_F(StatementTest, ErrorsCarryThePosition) {
  EXPECT_EQ(User("SELECT nosuch"),
            "error: invalid_argument/sql_error: Referenced column \"nosuch\" was not found because the FROM "
            "clause is "
            "missing [/sql at byte 7]");
  EXPECT_EQ(User("SELECT 1, 'x' + 1").substr(0, 35), "error: invalid_argument/sql_error: ");
  EXPECT_EQ(User("SELECT nosuch(1)").substr(0, 35), "error: invalid_argument/sql_error: ");
}

TEST_F(StatementTest, ErrorsNameSqlTypes) {
  EXPECT_EQ(User("SELECT 2147483647::INTEGER + range::INTEGER FROM range(3)"),
            "error: invalid_argument/sql_error: Overflow in addition of INTEGER (2147483647 + 1)!");
  EXPECT_EQ(User("SELECT (300 + range)::UTINYINT FROM range(1)"),
            "error: invalid_argument/sql_error: Type BIGINT with value 300 can't be cast because the value "
            "is out of range for the destination type UTINYINT [/sql at byte 20]");
  EXPECT_EQ(
      User("SELECT CAST('an INT64' AS BIGINT)"),
      "error: invalid_argument/sql_error: Could not convert string 'an INT64' to BIGINT [/sql at byte 7]");
  EXPECT_EQ(User("SELECT \"INT64\""),
            "error: invalid_argument/sql_error: Referenced column \"INT64\" was not found because the FROM "
            "clause is missing [/sql at byte 7]");
}

TEST_F(StatementTest, DataErrorsInTheMiddleOfAStream) {
  // Many times: another thread fails, and this one must not say that it was merely interrupted by that.
  for (int i = 0; i < 30; ++i) {
    const auto session = Start();
    auto stream = session->ExecuteTrusted(
        "SELECT CAST(CASE WHEN range < 500000 THEN '1' ELSE 'x' END AS INTEGER) FROM range(1000000)");
    ASSERT_TRUE(stream.ok());
    size_t rows = 0;
    for (;;) {
      const auto batch = (*stream)->Next();
      if (!batch.ok()) {
        ASSERT_EQ(Describe(batch.error()),
                  "invalid_argument/sql_error: Could not convert string 'x' to INTEGER [/sql at byte 7]");
        break;
      }
      ASSERT_NE(*batch, nullptr);
      rows += (*batch)->rows();
    }
    EXPECT_GT(rows, 0u);
    EXPECT_LE(rows, 500'000u);
    EXPECT_EQ(Rows(session->ExecuteTrusted("SELECT 1")), "[1]");
  }
}

TEST_F(StatementTest, AStatementIsAnsweredBeforeItsFirstRow) {
  CancelSource source;
  Context context;
  context.cancel = source.token();
  const auto session = engine_->StartSession(context, {}).value();
  const auto tree = engine_->Parse(context, "SELECT count(*) FROM range(1000000) a, range(1000000) b");
  auto stream = session->Execute(tree.value(), {});
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ((*stream)->columns().size(), 1u);
  source.Cancel("by_request");
  EXPECT_EQ(Describe((*stream)->Next().error()).substr(0, 20), "cancelled/by_request");
}

TEST_F(StatementTest, Parameters) {
  EXPECT_EQ(User("SELECT $2, $1, $1", {}, {1, "a"}), R"(["a",1,1])");
  EXPECT_EQ(User("SELECT ?, ?", {}, {true, 2.5}), "[true,2.5]");
  EXPECT_EQ(User("SELECT $1 IS NULL, typeof($2), $3", {}, {nullptr, 5, UINT64_MAX}),
            R"([true,"BIGINT","18446744073709551615"])");
  EXPECT_EQ(User("SELECT $1", {}, {"x'; DROP TABLE t --"}), R"(["x'; DROP TABLE t --"])");
  EXPECT_EQ(User("SELECT range FROM range(10) LIMIT $1", {}, {2}), "[0],[1]");
  EXPECT_EQ(User("SELECT $1"),
            "error: invalid_argument/bad_parameter: the statement uses parameter $1, which was not given");
  EXPECT_EQ(User("SELECT $1", {}, {1, 2}),
            "error: invalid_argument/bad_parameter: parameters used by the statement: 1; given: 2");
  EXPECT_EQ(User("SELECT $2", {}, {1}),
            "error: invalid_argument/bad_parameter: the statement uses parameter $2, which was not given");
  EXPECT_TRUE(User("SELECT $name", {}, {1}).starts_with("error: invalid_argument/bad_parameter"));
  EXPECT_EQ(
      User("SELECT $1", {}, {JsonValue::MakeArray()}),
      "error: invalid_argument/bad_parameter: parameter $1 must be null, a boolean, a number or a string");
  EXPECT_TRUE(User("SELECT $1 + 1", {}, {"x"}).starts_with("error: invalid_argument/sql_error"));
}

TEST_F(StatementTest, ProgressCountsRows) {
  const auto session = Start();
  EXPECT_EQ(session->progress().rows_read, 0u);
  const ScanFile file = WriteFile("p.parquet", "SELECT range AS a FROM range(300000)", {"a"});
  ReadSet read_set;
  read_set.AddScan({file});
  const auto reading = Start(read_set);
  auto stream = reading->ExecuteTrusted("SELECT a FROM read_parquet('lake://scan/0')");
  ASSERT_TRUE(stream.ok());
  ASSERT_TRUE((*stream)->Next().ok());
  const StatementProgress progress = reading->progress();
  EXPECT_GE(progress.fraction, 0);
  EXPECT_LE(progress.fraction, 1);
}

class SmallMemoryTest : public EngineTest {
 protected:
  static EngineOptions Options() {
    EngineOptions options;
    options.memory_limit_bytes = 40u << 20;
    options.spill_limit_bytes = 8u << 20;
    return options;
  }
  SmallMemoryTest() : EngineTest(Options()) {}
};

TEST_F(SmallMemoryTest, SaysWhichLimitWasHit) {
  const std::string rows = User(
      "SELECT count(*) FROM (SELECT md5(range::VARCHAR) AS h, row_number() OVER (ORDER BY "
      "md5(range::VARCHAR)) AS r "
      "FROM range(3000000)) WHERE r % 2 = 0");
  EXPECT_TRUE(rows.starts_with("error: resource_exhausted/spill_full") ||
              rows.starts_with("error: resource_exhausted/query_out_of_memory"))
      << rows;
  EXPECT_EQ(User("SELECT 1"), "[1]") << "the engine goes on";
  const std::string list = User("SELECT length(list(md5(range::VARCHAR))::VARCHAR) FROM range(3000000)");
  EXPECT_TRUE(list.starts_with("error: resource_exhausted/")) << list;
}

class SpillTest : public EngineTest {
 protected:
  static EngineOptions Options() {
    EngineOptions options;
    options.memory_limit_bytes = 60u << 20;
    return options;
  }
  SpillTest() : EngineTest(Options()) {}
};

TEST_F(SpillTest, LargeStatementsSpill) {
  EXPECT_EQ(User("SELECT count(*) FROM (SELECT md5(range::VARCHAR) AS h, row_number() OVER (ORDER BY "
                 "md5(range::VARCHAR)) "
                 "AS r FROM range(1500000)) WHERE r % 2 = 0"),
            "[750000]");
}

TEST_F(SpillTest, WhatAnEarlierProcessLeftIsRemovedAndNothingElse) {
  engine_.reset();
  const auto spill = directory_ / "spill";
  std::filesystem::create_directories(spill / "lake-spill-9" / "deep");
  std::filesystem::create_directories(spill / "theirs");
  EngineOptions options = Options();
  options.spill_directory = spill.string();
  ASSERT_TRUE(Engine::Open(options).ok());
  EXPECT_FALSE(std::filesystem::exists(spill / "lake-spill-9"));
  EXPECT_TRUE(std::filesystem::exists(spill / "theirs"));
}

TEST_F(SpillTest, RefusesBadSpillDirectories) {
  for (const std::string& path :
       {std::string(), std::string("relative/path"), std::string("/proc/nosuch/x")}) {
    EngineOptions options;
    options.spill_directory = path;
    const auto engine = Engine::Open(options);
    ASSERT_FALSE(engine.ok()) << path;
    EXPECT_TRUE(engine.error().Is("bad_spill_directory")) << engine.error().ToString();
  }
}

}  // namespace
}  // namespace lake::engine
