// Goal: a session that goes takes its statement with it, wherever the statement was: no thread keeps working
// on it. Method: the test holds the connection, as a worker that just runs one of the statement's tasks does
// for moments. Compiled alone: it includes DuckDB's headers.
#include "session.h"

#include "duckdb/main/client_context.hpp"
#include "engine_fixture.h"

namespace lake::engine {
namespace {

using Connection = duckdb::shared_ptr<duckdb::ClientContext>;

class SessionEndTest : public EngineTest {
 protected:
  /// The connection of a session that is gone, after it read `batches` of a statement.
  Connection Leave(std::string_view sql, int batches) {
    const auto tree = engine_->Parse({}, sql);
    LAKE_CHECK(tree.ok());
    const auto session = Start();
    const auto stream = session->Execute(*tree, {});
    LAKE_CHECK(stream.ok());
    for (int i = 0; i < batches; ++i) EXPECT_TRUE((*stream)->Next().ok());
    Connection held = AsDuckStream(**stream).client();
    EXPECT_TRUE(held->transaction.HasActiveTransaction());
    return held;
  }
};

TEST_F(SessionEndTest, AStatementThatNeverStartedEnds) {
  EXPECT_FALSE(Leave("SELECT 1 WHERE false", 0)->transaction.HasActiveTransaction());
}

TEST_F(SessionEndTest, AStatementWithRowsLeftEnds) {
  EXPECT_FALSE(Leave("SELECT range FROM range(10000000)", 1)->transaction.HasActiveTransaction());
}

}  // namespace
}  // namespace lake::engine
