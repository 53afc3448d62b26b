// Goal: no statement of the hostile battery gets anywhere, and the engine answers after each. Method: every
// one runs through the real service under a deadline; then gate, plan guard and file system are taken away,
// one and several at a time, and what gets through is counted: that shows what each of them holds alone.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <functional>
#include <map>

#include "fake_functions.h"
#include "gate.h"
#include "governed_lake.h"
#include "hostile_statements.h"
#include "lake/engine_testing/engine_files.h"
#include "provided_calls.h"
#include "relation_compiler.h"

namespace lake::query {
namespace {

using std::chrono::milliseconds;

class HostileTest : public GovernedLake {
 protected:
  void SetUp() override {
    GovernedLake::SetUp();
    functions_ = {.relations = {std::make_shared<FindPeople>()}, .vectors = {std::make_shared<Letters>()}};
    service_ = MakeService(*engine_, QueryLimits{});
    for (const char* source : {LAKE_HOSTILE_SQL, LAKE_HOSTILE_CALLS})
      std::ranges::copy(ReadHostileStatements(source, (folder_ / "files").string()),
                        std::back_inserter(statements_));
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
    LAKE_RETURN_IF_ERROR(
        CheckStatement(tree.root, {.max_tree_nodes = 100'000, .max_tables = 256, .functions = &functions_}));
    const access::Request request = MakeRequest({});
    const RelationProviders none;
    const CompilerInputs inputs = {
        .engine = *engine_, .buckets = buckets_, .relations = none, .request = request};
    LAKE_ASSIGN_OR_RETURN(CompiledStatement compiled, CompileRelations(inputs, tree.root));
    LAKE_ASSIGN_OR_RETURN(const auto calls, FindProvidedCalls(tree.root, functions_, {}));
    return ReplaceProvidedCalls(*engine_, request, CompilePurpose::kRun, calls, compiled.read_set);
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

  static Result<std::string> RunOn(QueryService& service, const access::Request& request,
                                   const std::string& sql) {
    LAKE_ASSIGN_OR_RETURN(auto running, service.Start(request, {.sql = sql, .parameters = {}}));
    return Drain(running->rows());
  }

  enum class Files { kOfTheLake, kAll };

  /// An engine for statements without gate and guard; a new one whenever one of them broke it.
  class Unguarded {
   public:
    Unguarded(HostileTest& test, std::string spill, Files files)
        : test_(test), spill_(std::move(spill)), files_(files) {
      Open();
    }
    engine::Engine& engine() { return *engine_; }

    bool Runs(const std::string& sql) {
      const bool ran = WithoutGateAndGuard(*engine_, sql).ok();
      if (!WithoutGateAndGuard(*engine_, "SELECT 1").ok()) Open();
      return ran;
    }

   private:
    void Open() {
      engine_ = test_.MakeEngine(spill_);
      if (files_ == Files::kAll) TakeFileSystemAway(**engine_->StartSession(Context{}, {}));
    }

    HostileTest& test_;
    const std::string spill_;
    const Files files_;
    std::unique_ptr<engine::Engine> engine_;
  };

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

/// What stands between a statement and the data when one or more of the layers are taken away.
struct Layers {
  const char* name;
  std::function<bool(const std::string& sql)> lets_through;
  enum class Guard { kOn, kOff } guard = Guard::kOn;
};

/// Statements that waste or grow are left out: without the gate nothing stops them in time. Datasets are not
/// compiled in when the gate is gone, so names of tables mean nothing there: what counts as let through
/// needed none. Without the file system the engine opens what the process may open, as any DuckDB does; its
/// configuration stays locked. What plain DuckDB runs of it all: plain_duckdb_test.cc.
TEST_F(HostileTest, TheLayersBehindTheGateHoldMostOfIt) {
  Unguarded unguarded(*this, "b", Files::kOfTheLake), open(*this, "c", Files::kAll),
      bare(*this, "d", Files::kAll);
  const auto over_open = MakeService(open.engine(), QueryLimits{});
  const std::array<Layers, 6> layers = {{
      {"all", [&](const std::string& sql) { return GateAndCompiler(sql).ok(); }},
      {"no files",
       [&](const std::string& sql) {
         return RunOn(*over_open, MakeRequest(Within(milliseconds(700))), sql).ok();
       }},
      {"no gate", [&](const std::string& sql) { return WithoutGate(*engine_, sql).ok(); }},
      {"no gate, files", [&](const std::string& sql) { return WithoutGate(open.engine(), sql).ok(); }},
      {"no gate, guard", [&](const std::string& sql) { return unguarded.Runs(sql); }, Layers::Guard::kOff},
      {"none of them", [&](const std::string& sql) { return bare.Runs(sql); }, Layers::Guard::kOff},
  }};
  std::map<std::string, std::array<int, 7>> counts;
  for (const HostileStatement& statement : statements_) {
    if (!statement.runs_anywhere) continue;
    for (auto* count : {&counts[statement.kind], &counts["total"]}) ++count->back();
    for (size_t i = 0; i < layers.size(); ++i) {
      // Without the guard some of these end the process when the engine closes.
      const bool ends_the_process = layers[i].guard == Layers::Guard::kOff && statement.kind == "instance";
      if (!ends_the_process && !layers[i].lets_through(statement.sql)) continue;
      for (auto* count : {&counts[statement.kind], &counts["total"]}) ++(*count)[i];
      if (i == 2) std::printf("  without the gate: %s\n", statement.sql.c_str());
    }
  }
  std::printf("%-16s %10s", "class", "statements");
  for (const Layers& some : layers) std::printf(" %15s", some.name);
  for (const auto& [kind, count] : counts) {
    std::printf("\n%-16s %10d", kind.c_str(), count.back());
    for (size_t i = 0; i < layers.size(); ++i) std::printf(" %15d", count[i]);
  }
  std::printf("\n");
  const auto& [all, no_files, no_gate, no_gate_no_files, no_gate_no_guard, none, statements] =
      counts["total"];
  EXPECT_EQ(all, 0);
  EXPECT_EQ(no_files, 0) << "the gate holds alone";
  EXPECT_LT(no_gate, 60);
  EXPECT_LT(no_gate, no_gate_no_guard);
  // Behind the gate nobody reads or writes a file, even without the plan guard: that is the file system.
  for (const char* kind : {"file_reads", "writes"}) {
    EXPECT_EQ(counts[kind][2], 0) << kind;
    EXPECT_GT(counts[kind][5], counts[kind][4]) << kind << ": it makes no difference";
  }
}

}  // namespace
}  // namespace lake::query
