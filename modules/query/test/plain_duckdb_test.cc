// Goal: the hostile battery is made of SQL that DuckDB runs: what nobody would run proves nothing when it is
// refused. Method: every statement meets a DuckDB as it comes, with the objects and files that it names, in
// another process, which may end by it or have to be ended. Those that are endless are only bound.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>

#include "hostile_statements.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/engine_testing/plain_duckdb.h"

namespace lake::query {
namespace {

using engine::PlainDuckDb;

/// Nothing in the battery that ends by itself takes longer.
constexpr int kStatementMs = 2'000;

enum class Fate { kRan, kRefused, kRunsOn, kEndsTheProcess };

struct Outcome {
  Fate fate = Fate::kEndsTheProcess;
  std::string message = {};  ///< DuckDB's, of a refusal.
};

constexpr const char* kObjects[] = {
    "CREATE TABLE loose AS SELECT i::BIGINT AS id, 'n' || i AS name, (i % 3)::BIGINT AS region FROM "
    "range(10) "
    "t(i)",
    "CREATE VIEW people AS SELECT i::BIGINT AS id, 'n' || i AS name, (i % 3)::BIGINT AS region FROM "
    "range(10) "
    "t(i)",
    "CREATE TABLE keyed (id BIGINT PRIMARY KEY)",
    "CREATE SEQUENCE counter",
    "SELECT nextval('counter')",
};

class PlainDuckDbTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(pristine_);
    std::ofstream(pristine_ / "secret.txt") << "SECRET";
    std::ofstream(pristine_ / "people.csv") << "id,name,region\n1,SECRET,2\n";
    std::ofstream(pristine_ / "people.json") << "{\"id\": 1, \"name\": \"SECRET\", \"region\": 2}\n";
    const auto duckdb = PlainDuckDb::Open();
    for (const std::string& sql :
         {"COPY (SELECT 1::BIGINT AS id, 'SECRET' AS name, 2::BIGINT AS region) TO '" +
              (pristine_ / "people.parquet").string() + "'",
          "ATTACH '" + (pristine_ / "other.db").string() + "' AS other",
          std::string("CREATE TABLE other.t AS SELECT 1 AS a"), std::string("DETACH other")})
      LAKE_ASSERT_OK(duckdb->Run(sql));
    statements_ = ReadHostileStatements(LAKE_HOSTILE_SQL, used_.string());
  }

  /// What becomes of statement `first` and those after it, up to one that takes the process with it.
  void RunFrom(size_t first) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    std::fflush(stdout);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      TellAll(first, pipe_ends[1]);
      _exit(0);
    }
    close(pipe_ends[1]);
    const bool in_time = Listen(pipe_ends[0]);
    close(pipe_ends[0]);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    if (outcomes_.size() < statements_.size())
      outcomes_.push_back({.fate = in_time ? Fate::kEndsTheProcess : Fate::kRunsOn});
  }

  std::vector<HostileStatement> statements_;
  std::vector<Outcome> outcomes_;  ///< Of the first statements.

 private:
  /// In the child: a line for each statement, "+" or "-" and what DuckDB says.
  void TellAll(size_t first, int out) {
    const rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (std::freopen("/dev/null", "w", stdout) == nullptr ||
        std::freopen("/dev/null", "w", stderr) == nullptr)
      return;
    std::unique_ptr<PlainDuckDb> duckdb;
    for (size_t i = first; i < statements_.size(); ++i) {
      const HostileStatement& statement = statements_[i];
      if (duckdb == nullptr) duckdb = OpenFresh();
      const Status ran = statement.runs_anywhere ? duckdb->Run(statement.sql) : duckdb->Bind(statement.sql);
      std::string line = ran.ok() ? "+" : "-" + ran.error().message();
      std::ranges::replace(line, '\n', ' ');
      line += '\n';
      if (write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return;
      if (statement.runs_anywhere && Changes(statement.kind)) duckdb.reset();
    }
  }

  /// Classes whose statements leave something behind; the others only read.
  static bool Changes(std::string_view kind) {
    return kind == "ddl_dml" || kind == "instance" || kind == "settings" || kind == "sql_in_strings" ||
           kind == "writes";
  }

  std::unique_ptr<PlainDuckDb> OpenFresh() const {
    std::filesystem::remove_all(used_);
    std::filesystem::copy(pristine_, used_);
    auto duckdb = PlainDuckDb::Open();
    for (const char* sql : kObjects) LAKE_CHECK(duckdb->Run(sql).ok());
    return duckdb;
  }

  /// False when the child said nothing for too long.
  bool Listen(int in) {
    std::string line;
    for (pollfd ready = {.fd = in, .events = POLLIN, .revents = 0};;) {
      if (poll(&ready, 1, kStatementMs) <= 0) return false;
      char text[4096];
      const ssize_t bytes = read(in, text, sizeof text);
      if (bytes <= 0) return true;
      line.append(text, static_cast<size_t>(bytes));
      for (size_t end = line.find('\n'); end != std::string::npos; end = line.find('\n')) {
        outcomes_.push_back(
            {.fate = line[0] == '+' ? Fate::kRan : Fate::kRefused, .message = line.substr(1, end - 1)});
        line.erase(0, end + 1);
      }
    }
  }

  TempDir folder_;
  const std::filesystem::path pristine_ = folder_ / "pristine";
  const std::filesystem::path used_ = folder_ / "used";
};

TEST_F(PlainDuckDbTest, RunsWhatTheBatteryHolds) {
  while (outcomes_.size() < statements_.size()) ASSERT_NO_FATAL_FAILURE(RunFrom(outcomes_.size()));
  struct Count {
    int all = 0, ran = 0, bound = 0, ran_on = 0, ended = 0, refused = 0;
    int runs() const { return ran + bound + ran_on + ended; }
  };
  std::map<std::string, Count> counts;
  for (size_t i = 0; i < statements_.size(); ++i)
    for (Count* count : {&counts[statements_[i].kind], &counts["total"]}) {
      const Fate fate = outcomes_[i].fate;
      ++count->all;
      count->ran += fate == Fate::kRan && statements_[i].runs_anywhere;
      count->bound += fate == Fate::kRan && !statements_[i].runs_anywhere;
      count->ran_on += fate == Fate::kRunsOn;
      count->ended += fate == Fate::kEndsTheProcess;
      count->refused += fate == Fate::kRefused;
    }
  for (size_t i = 0; i < statements_.size(); ++i)
    if (outcomes_[i].fate != Fate::kRan)
      std::printf("  %s: %s\n    %s\n", statements_[i].kind.c_str(), statements_[i].sql.c_str(),
                  outcomes_[i].fate == Fate::kRunsOn           ? "runs on"
                  : outcomes_[i].fate == Fate::kEndsTheProcess ? "ends the process"
                                                               : outcomes_[i].message.c_str());
  std::printf("%-16s %10s %6s %6s %8s %17s %8s\n", "class", "statements", "run", "bind", "run on",
              "end the process", "refused");
  for (const auto& [kind, count] : counts) {
    std::printf("%-16s %10d %6d %6d %8d %17d %8d\n", kind.c_str(), count.all, count.ran, count.bound,
                count.ran_on, count.ended, count.refused);
    EXPECT_GE(count.runs(), 8) << kind;
  }
  EXPECT_GE(counts["total"].runs(), 200);
  EXPECT_EQ(counts["total"].refused, 0) << "what DuckDB refuses by itself has no place in the battery";
}

}  // namespace
}  // namespace lake::query
