// Goal: sessions of one engine do not see or disturb each other. Method: eight threads read, write, cancel
// and fail at once, each checking its own answers.
#include <thread>

#include "engine_fixture.h"

namespace lake::engine {
namespace {

class ConcurrencyTest : public EngineTest {
 protected:
  void RunOne(int thread, int round) {
    const std::string key = "t" + std::to_string(thread) + "/" + std::to_string(round) + ".parquet";
    const int rows = 1'000 + 10 * thread + round;
    const ScanFile file = WriteFile(key, "SELECT range AS a FROM range(" + std::to_string(rows) + ")", {"a"});
    ReadSet read_set;
    read_set.AddScan({file});
    read_set.AddValues(std::make_shared<std::vector<std::string>>(std::vector<std::string>{"1", "2", "x"}));
    EXPECT_EQ(
        User(
            "SELECT count(*) FROM read_parquet('lake://scan/0') WHERE a::VARCHAR NOT IN (FROM lake_values_0)",
            read_set),
        "[" + std::to_string(rows - 2) + "]");
    EXPECT_TRUE(
        User("SELECT * FROM read_parquet('lake://file/primary/t0/0.parquet')").starts_with("error: perm"));
    CancelSource source;
    Context context;
    context.cancel = source.token();
    const auto session = Start({}, context);
    source.Cancel("client_gone");
    EXPECT_TRUE(
        Rows(session->ExecuteTrusted("SELECT count(*) FROM range(100000000000)")).starts_with("error: canc"));
  }
};

TEST_F(ConcurrencyTest, EightThreads) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([this, thread] {
      for (int round = 0; round < 4; ++round) RunOne(thread, round);
    });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ConcurrencyTest, ManyFilesNeedNotStayOpen) {
  std::vector<ScanFile> files;
  for (int i = 0; i < 150; ++i)
    files.push_back(WriteFile("many/" + std::to_string(i), "SELECT " + std::to_string(i) + " AS a", {"a"}));
  ReadSet read_set;
  const std::string scan = read_set.AddScan(files);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(Trusted("SELECT count(*), sum(a), max(a) FROM read_parquet('" + scan + "')", read_set),
              R"([150,"11175",149])");
}

}  // namespace
}  // namespace lake::engine
