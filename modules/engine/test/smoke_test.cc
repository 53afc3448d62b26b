// Goal: the ways in work end to end. Method: one engine, small statements.
#include "engine_fixture.h"

namespace lake::engine {
namespace {

using EngineSmokeTest = EngineTest;

TEST_F(EngineSmokeTest, RunsTrustedAndUserStatements) {
  EXPECT_EQ(Trusted("SELECT 1, 'a', NULL"), R"([1,"a",null])");
  EXPECT_EQ(User("SELECT $1 + 1, $2", {}, {41, "x"}), R"([42,"x"])");
}

TEST_F(EngineSmokeTest, WritesAndReadsParquet) {
  const ScanFile file =
      WriteFile("a/1.parquet", "SELECT range AS id, 'n' || range AS name FROM range(3)", {"id", "name"});
  ReadSet read_set;
  const std::string scan = read_set.AddScan({file});
  EXPECT_EQ(Trusted("SELECT * FROM read_parquet('" + scan + "')", read_set), R"([0,"n0"],[1,"n1"],[2,"n2"])");
  EXPECT_EQ(User("SELECT count(*) FROM read_parquet('" + scan + "')", read_set), "[3]");
}

TEST_F(EngineSmokeTest, ReadsValues) {
  ReadSet read_set;
  const std::string table = read_set.AddValues(std::make_shared<std::vector<std::string>>(5000, "x"));
  EXPECT_EQ(User("SELECT count(*), min(value) FROM " + table, read_set), R"([5000,"x"])");
}

}  // namespace
}  // namespace lake::engine
