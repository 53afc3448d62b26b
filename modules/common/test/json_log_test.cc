// Goal: whatever an event carries, it is one line of JSON. Method: the log writes into a file that is read
// back.
#include "lake/common/json_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <thread>

#include "lake/common/check.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::json_log_test {
namespace {

using testing::ElementsAre;

class JsonLogTest : public testing::Test {
 protected:
  ~JsonLogTest() override {
    log_.reset();
    close(descriptor_);
  }

  /// Those of a log that has come to its end.
  std::vector<std::string> Lines() {
    log_.reset();
    return LinesSoFar();
  }
  std::vector<std::string> LinesSoFar() const {
    std::ifstream file(path_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

  TempDir directory_;
  std::string path_ = directory_ / "log";
  int descriptor_ = open(path_.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  FakeClock clock_;
  std::unique_ptr<Log> log_ = MakeJsonLog(LogLevel::kInfo, descriptor_, clock_);
};

TEST_F(JsonLogTest, OneLinePerEvent) {
  log_->Debug("not_written");
  log_->Info("server_started", {{"port", 3100}, {"text", "two\nlines"}, {"list", JsonValue::Array{1, 2}}});
  log_->Failure("disk_full");
  EXPECT_THAT(Lines(),
              ElementsAre(R"({"time":"2026-01-02T03:04:05.000000Z","level":"info","event":"server_started",)"
                          R"("port":3100,"text":"two\nlines","list":[1,2]})",
                          R"({"time":"2026-01-02T03:04:05.000000Z","level":"error","event":"disk_full"})"));
}

TEST_F(JsonLogTest, TraceIdComesFirst) {
  TracedLog(*log_, "4bf9").Warning("slow", {{"ms", 7}});
  EXPECT_THAT(Lines(),
              ElementsAre(R"({"time":"2026-01-02T03:04:05.000000Z","level":"warning","event":"slow",)"
                          R"("trace_id":"4bf9","ms":7})"));
}

TEST_F(JsonLogTest, FieldsDoNotHideTheHead) {
  log_->Info("e", {{"time", 1}, {"event", 2}, {"a", 3}, {"a", 4}});
  EXPECT_THAT(Lines(), ElementsAre(R"({"time":"2026-01-02T03:04:05.000000Z","level":"info","event":"e",)"
                                   R"("time_":1,"event_":2,"a":3,"a_":4})"));
}

TEST_F(JsonLogTest, LongFieldsAreCutBetweenCharacters) {
  std::string emojis;
  for (int i = 0; i < 3'000; ++i) emojis += "😀";
  log_->Info("big", {{"text", "x" + emojis}, {"small", "kept"}});
  log_->Info(
      "many",
      {{"a", std::string(1'500, 'a')}, {"b", std::string(1'500, 'b')}, {"c", std::string(1'500, 'c')}});
  log_->Info("nested", {{"list", JsonValue::Array(5'000, JsonValue(1))}});
  log_->Info(std::string(10'000, 'e'), {{"a", 1}});
  std::vector<Log::Field> flood;
  for (int i = 0; i < 1'000; ++i) flood.emplace_back("name", i);
  log_->Write(LogLevel::kInfo, "flood", flood);
  const std::string long_name(100, 'n');
  const std::vector<Log::Field> long_names(60, Log::Field(long_name, 1));
  log_->Write(LogLevel::kInfo, "names", long_names);
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 6u);
  for (const std::string& line : lines) {
    EXPECT_LT(line.size(), 4096u);
    EXPECT_THAT(ParseJson(line), IsOk()) << line;
  }
  const JsonValue big = *ParseJson(lines[0]);
  EXPECT_THAT(std::string(big.FindString("text")), testing::EndsWith("😀…"));
  EXPECT_EQ(big.FindString("small"), "kept");
  EXPECT_EQ(ParseJson(lines[1])->FindString("b"), std::string(512, 'b') + "…");
  EXPECT_THAT(std::string(ParseJson(lines[2])->FindString("list")), testing::StartsWith("[1,1,"));
  EXPECT_EQ(ParseJson(lines[4])->Find("fields_dropped")->as_int(), 936);
  EXPECT_EQ(ParseJson(lines[5])->Find("fields_dropped")->as_int(), 60);
}

TEST_F(JsonLogTest, ThreadsDoNotMixTheirLines) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i)
        log_->Info("e", {{"text", std::string(1'000, static_cast<char>('a' + t))}});
    });
  for (std::thread& thread : threads) thread.join();
  const std::vector<std::string> lines = Lines();
  EXPECT_EQ(lines.size(), 800u);
  for (const std::string& line : lines) ASSERT_THAT(ParseJson(line), IsOk());
}

TEST_F(JsonLogTest, WarningsDoNotWaitAndTakeAllBeforeThemAlong) {
  for (int i = 0; i < 30; ++i) log_->Info("e", {{"i", i}});
  log_->Warning("w");
  std::vector<std::string> lines = LinesSoFar();
  ASSERT_EQ(lines.size(), 31u);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(ParseJson(lines[static_cast<size_t>(i)])->Find("i")->as_int(), i);
  log_->Failure("f");
  lines = LinesSoFar();
  ASSERT_EQ(lines.size(), 32u);
  EXPECT_THAT(lines.back(), testing::HasSubstr(R"("event":"f")"));
}

/// A pipe of packets shows what each write held.
class JsonLogPipeTest : public testing::Test {
 protected:
  ~JsonLogPipeTest() override {
    EndLog();
    close(ends_[0]);
  }

  void EndLog() {
    if (!log_) return;
    log_.reset();
    close(ends_[1]);
  }
  /// Waits for it; empty at the end of the log.
  std::string NextWrite() const {
    std::string packet(65'536, '\0');
    const ssize_t got = read(ends_[0], packet.data(), packet.size());
    packet.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
    return packet;
  }

  static std::array<int, 2> MakePipe() {
    std::array<int, 2> ends{};
    LAKE_CHECK(pipe2(ends.data(), O_CLOEXEC | O_DIRECT) == 0);
    return ends;
  }

  const std::array<int, 2> ends_ = MakePipe();
  FakeClock clock_;
  std::unique_ptr<Log> log_ = MakeJsonLog(LogLevel::kInfo, ends_[1], clock_);
};

TEST_F(JsonLogPipeTest, LinesComeSoonByThemselves) {
  for (const char* event : {"first", "second"}) {
    log_->Info(event);
    EXPECT_THAT(NextWrite(), testing::HasSubstr(event));
  }
}

TEST_F(JsonLogPipeTest, LinesAreWrittenTogetherAndNoneIsCut) {
  constexpr int kEvents = 40;
  for (int i = 0; i < kEvents; ++i) log_->Info("e", {{"text", std::string(250, 'x')}});
  EndLog();
  int writes = 0;
  std::ptrdiff_t lines = 0;
  for (std::string bytes = NextWrite(); !bytes.empty(); bytes = NextWrite(), ++writes) {
    EXPECT_TRUE(bytes.starts_with(R"({"time")") && bytes.ends_with("}\n"));
    lines += std::ranges::count(bytes, '\n');
  }
  EXPECT_EQ(lines, kEvents);
  EXPECT_LT(writes, kEvents / 2);
}

TEST(LogTest, LevelsHaveNames) {
  for (const LogLevel level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError})
    EXPECT_EQ(ParseLogLevel(LogLevelName(level)), level);
  EXPECT_EQ(ParseLogLevel("loud"), std::nullopt);
}

TEST(LogTest, CaptureKeepsEvents) {
  CaptureLog log;
  log.Info("a", {{"n", 1}});
  log.Warning("b");
  EXPECT_EQ(log.Count("a"), 1u);
  ASSERT_EQ(log.events().size(), 2u);
  EXPECT_EQ(WriteJson(log.events()[0].fields), R"({"n":1})");
  EXPECT_EQ(log.events()[1].level, LogLevel::kWarning);
}

}  // namespace
}  // namespace lake::json_log_test
