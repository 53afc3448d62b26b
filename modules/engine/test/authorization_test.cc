// Goal: a statement opens its read set and nothing else, however it names things; it changes nothing.
// Method: one file inside and one outside of the read set, and every other way to a file or a setting we know
// of.
#include "engine_fixture.h"

namespace lake::engine {
namespace {

class AuthorizationTest : public EngineTest {
 protected:
  AuthorizationTest() {
    inside_ = WriteFile("in.parquet", "SELECT 1 AS a", {"a"});
    outside_ = WriteFile("out.parquet", "SELECT 2 AS a", {"a"});
    read_set_.AddScan({inside_});
    // Cached content is no way around the check.
    ReadSet other;
    other.AddScan({outside_});
    EXPECT_EQ(Trusted("SELECT * FROM read_parquet('lake://scan/0')", other), "[2]");
  }

  ScanFile inside_{"", store_, Key("x"), 0, 0};
  ScanFile outside_{"", store_, Key("x"), 0, 0};
  ReadSet read_set_;
};

TEST_F(AuthorizationTest, OpensWhatTheReadSetNames) {
  EXPECT_EQ(User("SELECT * FROM read_parquet('lake://scan/0')", read_set_), "[1]");
  EXPECT_EQ(User("SELECT * FROM read_parquet('lake://file/primary/in.parquet')", read_set_), "[1]");
}

TEST_F(AuthorizationTest, RefusesEveryOtherPath) {
  const std::string spill = (directory_ / "spill").string();
  for (const std::string& path : {std::string("lake://file/primary/out.parquet"),
                                  std::string("lake://file/primary/../primary/out.parquet"),
                                  std::string("lake://file/primary/in.parquet/../out.parquet"),
                                  std::string("lake://scan/1"),
                                  std::string("lake://scan/0/x"),
                                  std::string("lake://scan/00"),
                                  std::string("lake://scan/-1"),
                                  std::string("lake://out/0"),
                                  std::string("lake://file/**"),
                                  std::string("lake://**/*.parquet"),
                                  std::string("lake://file/primary/*.parquet"),
                                  std::string("LAKE://file/primary/out.parquet"),
                                  std::string("lake:/file/primary/out.parquet"),
                                  std::string("primary/out.parquet"),
                                  std::string("/etc/passwd"),
                                  std::string("file:///etc/passwd"),
                                  std::string("/proc/self/environ"),
                                  std::string("/dev/stdin"),
                                  spill,
                                  spill + "/x",
                                  std::string("http://127.0.0.1:1/x.parquet"),
                                  std::string("s3://b/x.parquet"),
                                  std::string("~/x.parquet"),
                                  std::string("lake://file/primary/out.parquet\\0")}) {
    for (const char* function : {"read_parquet", "read_csv", "read_json", "parquet_metadata", "sniff_csv"}) {
      const std::string rows =
          User(std::string("SELECT * FROM ") + function + "(" + QuoteText(path) + ")", read_set_);
      EXPECT_TRUE(rows.starts_with("error: permission_denied/") ||
                  rows.starts_with("error: invalid_argument/"))
          << function << " " << path << ": " << rows;
      EXPECT_EQ(rows.find("lake://"), std::string::npos) << rows;
      EXPECT_EQ(rows.find(directory_.path().string()), std::string::npos) << rows;
    }
    const std::string direct = User("SELECT * FROM " + QuoteText(path), read_set_);
    EXPECT_TRUE(direct.starts_with("error: ")) << path << ": " << direct;
  }
}

TEST_F(AuthorizationTest, SaysNotInReadSet) {
  EXPECT_EQ(User("SELECT * FROM read_parquet('lake://file/primary/out.parquet')", read_set_),
            "error: permission_denied/not_in_read_set: the statement names a file that it may not open");
  EXPECT_EQ(User("SELECT * FROM read_csv('/etc/passwd')", read_set_),
            "error: permission_denied/not_permitted: the statement asks for something that is not permitted");
}

TEST_F(AuthorizationTest, TrustedTextOpensNoMoreThanItsReadSet) {
  for (const char* sql : {"SELECT * FROM read_parquet('lake://file/primary/out.parquet')",
                          "SELECT * FROM read_text('/etc/passwd')",
                          "SELECT * FROM glob('lake://file/**')",
                          "COPY (SELECT 1) TO 'lake://out/0' (FORMAT parquet)",
                          "COPY (SELECT 1) TO 'lake://file/primary/in.parquet' (FORMAT parquet)",
                          "COPY (SELECT 1) TO '/tmp/lake-x.csv'",
                          "ATTACH '/tmp/lake-x.db'",
                          "ATTACH 'lake://file/primary/x.db'",
                          "INSTALL httpfs",
                          "LOAD httpfs",
                          "LOAD '/tmp/x.duckdb_extension'",
                          "SET threads = 8",
                          "SET enable_external_access = true",
                          "SET allowed_directories = ['/']",
                          "SET memory_limit = '1TB'",
                          "SET temp_directory = '/tmp'",
                          "RESET lock_configuration",
                          "SET lock_configuration = false",
                          "EXPORT DATABASE '/tmp/lake-x'",
                          "CREATE PERSISTENT SECRET s (TYPE http)"}) {
    const std::string rows = Trusted(sql, read_set_);
    EXPECT_TRUE(rows.starts_with("error: ")) << sql << ": " << rows;
  }
  EXPECT_FALSE(std::filesystem::exists("/tmp/lake-x.csv"));
  EXPECT_FALSE(std::filesystem::exists("/tmp/lake-x.db"));
}

TEST_F(AuthorizationTest, GuardsFunctionsThatActOnTheInstance) {
  for (const char* sql :
       {"SELECT * FROM enable_logging(storage = 'stdout')", "SELECT * FROM duckdb_logs()",
        "SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_settings()",
        "SELECT * FROM read_text('lake://scan/0')", "SELECT * FROM glob('lake://scan/0')",
        "SELECT * FROM query('SELECT 1 FROM duckdb_settings()')", "SELECT sleep_ms(1)",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1 FROM duckdb_settings()'))",
        "SELECT a FROM read_parquet('lake://scan/0') WHERE a IN (SELECT 1 FROM duckdb_logs())",
        "SELECT 1 FROM range(2) x(i) LEFT JOIN range(2) y(i) ON x.i > sleep_ms(y.i)",
        "SELECT 1 FROM range(2) x(i) JOIN range(2) y(i) ON x.i = write_log(y.i::VARCHAR)::BIGINT",
        "SELECT count(*) FROM range(2) x(i) GROUP BY write_log(i::VARCHAR)",
        "SELECT 1 FROM range(2) ORDER BY write_log(range::VARCHAR)",
        "SELECT 1 LIMIT (SELECT count(*) FROM duckdb_logs())"}) {
    const std::string rows = User(sql, read_set_);
    EXPECT_TRUE(rows.starts_with("error: permission_denied/function_not_permitted")) << sql << ": " << rows;
  }
}

TEST_F(AuthorizationTest, DisablingTheOptimizerDoesNotDisableTheGuard) {
  const auto session = Start(read_set_);
  EXPECT_EQ(Rows(session->ExecuteTrusted("PRAGMA disable_optimizer")), "");
  const auto tree = engine_->Parse({}, "SELECT * FROM duckdb_settings()");
  ASSERT_TRUE(tree.ok());
  EXPECT_TRUE(
      Rows(session->Execute(*tree, {})).starts_with("error: permission_denied/function_not_permitted"));
}

TEST_F(AuthorizationTest, OneConnectionLeavesNothingToTheNext) {
  const auto first = Start(read_set_);
  EXPECT_EQ(Rows(first->ExecuteTrusted("CREATE TEMP TABLE mine AS SELECT 1 AS a")), "[1]");
  EXPECT_EQ(Rows(first->ExecuteTrusted("SELECT a FROM mine")), "[1]");
  EXPECT_TRUE(Trusted("SELECT a FROM mine").starts_with("error: invalid_argument/sql_error"));
}

TEST_F(AuthorizationTest, PathsWithSpecialCharactersAreJustPaths) {
  for (const char* key :
       {"a=1/b=2/x.parquet", "we[ir]d*?.parquet", "sp ace/ünïcode.parquet", "per%cent.parquet"}) {
    const ScanFile file = WriteFile(key, "SELECT 7 AS a", {"a"});
    ReadSet read_set;
    const std::string scan = read_set.AddScan({file});
    EXPECT_EQ(Trusted("SELECT * FROM read_parquet('" + scan + "')", read_set), "[7]") << key;
  }
}

}  // namespace
}  // namespace lake::engine
