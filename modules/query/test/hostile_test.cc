// Goal: no statement of the hostile battery gets anywhere, and the engine answers after each. Method: every
// one runs through the real service under a deadline; then the layers are taken away one after the other, and
// what gets through is counted: that shows what each of them holds alone.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "gate.h"
#include "governed_lake.h"
#include "hostile_statements.h"
#include "relation_compiler.h"

namespace lake::query {
namespace {

using std::chrono::milliseconds;

class HostileTest : public GovernedLake {
 protected:
  void SetUp() override {
    GovernedLake::SetUp();
    statements_ = ReadHostileStatements(LAKE_HOSTILE_SQL, (folder_ / "files").string());
    std::filesystem::create_directories(folder_ / "files");
    std::ofstream(folder_ / "files" / "secret.txt") << "SECRET";
    std::ofstream(folder_ / "files" / "people.csv") << "id,name,region\n1,SECRET,2\n";
    std::ofstream(folder_ / "files" / "people.json") << "{\"id\": 1, \"name\": \"SECRET\", \"region\": 2}\n";
    auto bytes = store_->Get(Context{}, *storage::ObjectKey::Parse("data/people.parquet"), {});
    LAKE_ASSERT_OK(bytes);
    std::ofstream(folder_ / "files" / "people.parquet") << *bytes;
  }

  static Context Within(milliseconds time) {
    Context context;
    context.deadline = Deadline::After(time);
    return context;
  }

  Status GateAndCompiler(const std::string& sql) {
    LAKE_ASSIGN_OR_RETURN(engine::SelectTree tree, engine_->Parse(Context{}, sql));
    LAKE_RETURN_IF_ERROR(CheckStatement(tree.root, {.max_tree_nodes = 100'000, .max_tables = 256}));
    const access::Request request = MakeRequest({});
    const RelationProviders none;
    const CompilerInputs inputs = {
        .engine = *engine_, .buckets = buckets_, .relations = none, .request = request};
    LAKE_ASSIGN_OR_RETURN(CompiledStatement ignored, CompileRelations(inputs, tree.root));
    return {};
  }

  /// The engine alone, as the gate would hand it the statement: relations spliced in where names are
  /// datasets, everything else as it is.
  static Status WithoutGate(engine::Engine& engine, const std::string& sql) {
    LAKE_ASSIGN_OR_RETURN(engine::SelectTree tree, engine.Parse(Context{}, sql));
    LAKE_ASSIGN_OR_RETURN(auto session, engine.StartSession(Within(milliseconds(2000)), {}));
    LAKE_ASSIGN_OR_RETURN(auto rows, session->Execute(tree, {}));
    LAKE_ASSIGN_OR_RETURN(std::string ignored, Drain(*rows));
    return {};
  }

  /// Neither parser, gate nor plan guard: only the locked configuration and the file system.
  static Status WithoutGateAndGuard(engine::Engine& engine, const std::string& sql) {
    LAKE_ASSIGN_OR_RETURN(auto session, engine.StartSession(Within(milliseconds(2000)), {}));
    LAKE_ASSIGN_OR_RETURN(auto rows, session->ExecuteTrusted(sql));
    LAKE_ASSIGN_OR_RETURN(std::string ignored, Drain(*rows));
    return {};
  }

  std::vector<HostileStatement> statements_;
};

TEST_F(HostileTest, EveryStatementIsRefusedAndTheEngineAnswersAfterIt) {
  ASSERT_GE(statements_.size(), 400u);
  for (const HostileStatement& statement : statements_) {
    const auto start = std::chrono::steady_clock::now();
    Result<std::string> answer = Run(statement.sql, Within(milliseconds(700)));
    const auto took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start).count();
    EXPECT_LT(took, 5000) << statement.sql << " does not listen to its deadline";
    EXPECT_FALSE(answer.ok()) << statement.kind << ": " << statement.sql << " answered "
                              << (answer.ok() ? answer->substr(0, 200) : "");
    if (!answer.ok()) {
      EXPECT_FALSE(answer.error().Is(ErrorCode::kInternal)) << statement.sql << answer.error().ToString();
      EXPECT_EQ(answer.error().message().find("SECRET"), std::string::npos) << statement.sql;
    }
    EXPECT_THAT(Run("SELECT count(*) FROM people", Context{}), HasValue(std::string("[8]"))) << statement.sql;
  }
}

/// Statements that waste or grow are left out: without the gate nothing stops them in time. Datasets are not
/// compiled in, so names of tables mean nothing here: what counts as let through needed none.
TEST_F(HostileTest, TheLayersBehindTheGateHoldMostOfIt) {
  struct Count {
    int all = 0, gate = 0, no_gate = 0, no_gate_no_guard = 0;
  };
  std::map<std::string, Count> counts;
  Count total;
  auto unguarded = MakeEngine("b");
  for (const HostileStatement& statement : statements_) {
    Count& count = counts[statement.kind];
    const bool through = GateAndCompiler(statement.sql).ok();
    ++count.all, ++total.all;
    count.gate += through, total.gate += through;
    if (!statement.runs_anywhere) continue;
    // Without the guard some of these end the process when the engine closes.
    const bool breaks_the_process = statement.kind == "instance";
    const bool no_gate = WithoutGate(*engine_, statement.sql).ok();
    const bool no_guard = breaks_the_process || WithoutGateAndGuard(*unguarded, statement.sql).ok();
    if (!WithoutGateAndGuard(*unguarded, "SELECT 1").ok()) unguarded = MakeEngine("b");  // It broke it.
    count.no_gate += no_gate, total.no_gate += no_gate;
    count.no_gate_no_guard += no_guard, total.no_gate_no_guard += no_guard;
    if (no_gate) std::printf("  without the gate: %s\n", statement.sql.c_str());
    std::fflush(stdout);
  }
  counts["total"] = total;
  std::printf("%-16s %10s %16s %12s %22s\n", "class", "statements", "past the gate", "no gate",
              "no gate, no plan guard");
  for (const auto& [kind, count] : counts)
    std::printf("%-16s %10d %16d %12d %22d\n", kind.c_str(), count.all, count.gate, count.no_gate,
                count.no_gate_no_guard);
  EXPECT_LT(total.no_gate, 60);
  EXPECT_LT(total.no_gate, total.no_gate_no_guard);
  // Behind the gate nobody reads or writes a file, even without the plan guard.
  for (const char* kind : {"file_reads", "writes"}) EXPECT_EQ(counts[kind].no_gate, 0) << kind;
}

}  // namespace
}  // namespace lake::query
