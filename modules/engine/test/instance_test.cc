// Goal: a DuckDB instance that one statement broke is replaced, and the others are told to try again.
// Method: the instance of a session is marked as DuckDB marks it after a fatal error. Compiled alone: it
// includes DuckDB's headers.
#include "session.h"

#include "duckdb/main/valid_checker.hpp"
#include "engine_fixture.h"

namespace lake::engine {
namespace {

using InstanceTest = EngineTest;

TEST_F(InstanceTest, ABrokenInstanceIsReplaced) {
  const auto bystander = Start();
  const auto session = Start();
  duckdb::ValidChecker::Invalidate(*static_cast<DuckSession&>(*session).instance().database().instance,
                                   "a test");
  EXPECT_EQ(Rows(bystander->ExecuteTrusted("SELECT 1")),
            "error: unavailable/engine_restarted: the SQL engine had to restart; try again");
  EXPECT_EQ(Trusted("SELECT 1"), "[1]");
  EXPECT_EQ(User("SELECT count(*) FROM (SELECT md5(range::VARCHAR) AS h FROM range(1000) ORDER BY h)"),
            "[1000]");
}

TEST_F(InstanceTest, WhatIsLockedStaysLockedInTheNextInstance) {
  duckdb::ValidChecker::Invalidate(*static_cast<DuckSession&>(*Start()).instance().database().instance,
                                   "a test");
  EXPECT_TRUE(Trusted("SET threads = 8").starts_with("error: "));
  EXPECT_TRUE(Trusted("SELECT * FROM read_csv('/etc/passwd')").starts_with("error: permission_denied/"));
}

}  // namespace
}  // namespace lake::engine
