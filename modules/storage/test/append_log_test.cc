// The append log's format, recovery and compaction without faults of the store. Method: a memory store whose
// objects are looked at, damaged byte by byte, or written by hand as earlier formats did.
#include "lake/storage/append_log.h"

#include <gmock/gmock.h>

#include "lake/common/digest.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/storage/memory_store.h"
#include "lake/storage_testing/listing.h"

namespace lake::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AppendLogTest : public testing::Test {
 protected:
  ObjectStore& store() { return *store_; }

  std::unique_ptr<AppendLog> Open() { return OpenWith({.prefix = "log", .compaction_threshold = 1000}); }
  std::unique_ptr<AppendLog> OpenWith(const AppendLogOptions& options) {
    return AppendLog::Open(Context(), store(), options).value();
  }
  void Write(std::string_view key, std::string_view bytes) {
    LAKE_ASSERT_OK(store().Put(Context(), KeyOf(key), bytes, Overwrite{}));
  }
  std::string Read(std::string_view key) { return store().Get(Context(), KeyOf(key), ByteRange{}).value(); }
  std::vector<std::string> Keys() { return ListAll(store(), {}); }

 private:
  FakeClock clock_;
  std::unique_ptr<ObjectStore> store_ = MakeMemoryStore(clock_);
};

std::vector<std::string> PayloadsOf(const LogContents& contents) {
  std::vector<std::string> payloads;
  for (const LogRecord& record : contents.records) payloads.push_back(record.payload);
  return payloads;
}

std::vector<uint64_t> SequencesOf(const LogContents& contents) {
  std::vector<uint64_t> sequences;
  for (const LogRecord& record : contents.records) sequences.push_back(record.sequence);
  return sequences;
}

LogContents ReadLog(AppendLog& log) { return log.ReadAll(Context()).value(); }

void AppendAll(AppendLog& log, std::initializer_list<const char*> payloads) {
  for (const char* payload : payloads) LAKE_ASSERT_OK(log.Append(Context(), payload));
}

TEST_F(AppendLogTest, GivesBackWhatWasAppended) {
  const auto log = Open();
  EXPECT_THAT(ReadLog(*log).records, IsEmpty());
  EXPECT_THAT(log->Append(Context(), R"({"a":1})"), HasValue(1u));
  EXPECT_THAT(log->Append(Context(), R"({"b":"ü\n"})"), HasValue(2u));
  const LogContents contents = ReadLog(*log);
  EXPECT_THAT(PayloadsOf(contents), ElementsAre(R"({"a":1})", R"({"b":"ü\n"})"));
  EXPECT_THAT(SequencesOf(contents), ElementsAre(1, 2));
  EXPECT_EQ(contents.skipped_lines, 0u);
  EXPECT_THAT(contents.warnings, IsEmpty());
}

TEST_F(AppendLogTest, WritesTheFormatOfItsPage) {
  // The example of docs/formats/append-log.md, byte for byte.
  const auto log = Open();
  AppendAll(*log, {R"({"op":"get","key":"a"})"});
  EXPECT_THAT(Keys(), ElementsAre("log/00000000000000000001.jsonl"));
  EXPECT_EQ(Read("log/00000000000000000001.jsonl"),
            "{\"lake_append_log\":1,\"crc\":\"6b84efa6\",\"replaces\":[]}\n"
            "{\"seq\":1,\"crc\":\"759f762d\",\"record\":{\"op\":\"get\",\"key\":\"a\"}}\n");
  LAKE_ASSERT_OK(log->Compact(Context()));
  EXPECT_THAT(Keys(), ElementsAre("log/merged/00000000000000000001-00000000000000000001.jsonl"));
}

TEST_F(AppendLogTest, GoesOnAfterARestart) {
  AppendAll(*Open(), {"1", "2"});
  EXPECT_THAT(Open()->Append(Context(), "3"), HasValue(3u));
  LAKE_ASSERT_OK(Open()->Compact(Context()));
  EXPECT_THAT(Open()->Append(Context(), "4"), HasValue(4u));
  EXPECT_THAT(PayloadsOf(ReadLog(*Open())), ElementsAre("1", "2", "3", "4"));
}

TEST_F(AppendLogTest, RefusesWhatIsNoRecord) {
  const auto log = OpenWith({.prefix = "log", .max_record_bytes = 10});
  for (const char* payload : {"", "{", "{}\n", "{}\r", "{} {}", "[\n1]", "\"12345678901\"", "\xff"}) {
    EXPECT_THAT(log->Append(Context(), payload), IsError(ErrorCode::kInvalidArgument, "bad_record"))
        << payload;
  }
  EXPECT_THAT(Keys(), IsEmpty());
  EXPECT_THAT(AppendLog::Open(Context(), store(), {.prefix = "a/../b"}),
              IsError(ErrorCode::kInvalidArgument, "bad_object_key"));
}

TEST_F(AppendLogTest, SkipsWhatIsTornAtAnyByte) {
  AppendAll(*Open(), {"1"});
  const std::string key = "log/00000000000000000002.jsonl";
  AppendAll(*Open(), {R"({"second":2})"});
  const std::string whole = Read(key);
  const size_t header = whole.find('\n') + 1;
  for (size_t length = 0; length < whole.size(); ++length) {
    SCOPED_TRACE(length);
    Write(key, whole.substr(0, length));
    const auto log = Open();
    const LogContents contents = ReadLog(*log);
    // All but the line end: the record is whole.
    const bool has_record = length == whole.size() - 1;
    EXPECT_THAT(SequencesOf(contents),
                has_record ? ElementsAre(1, 2) : testing::Matcher<std::vector<uint64_t>>(ElementsAre(1)));
    const bool is_clean = has_record || length == 0 || length == header || length == header - 1;
    EXPECT_EQ(contents.skipped_lines, is_clean ? 0u : 1u);
    EXPECT_EQ(contents.warnings.empty(), is_clean);
    // The torn batch's sequence is not given again.
    EXPECT_THAT(log->Append(Context(), "3"), HasValue(3u));
    const LogContents later = ReadLog(*Open());
    EXPECT_EQ(later.records.back().sequence, 3u);
    EXPECT_EQ(later.records.size(), has_record ? 3u : 2u);
    LAKE_ASSERT_OK(store().Delete(Context(), KeyOf("log/00000000000000000003.jsonl")));
  }
}

TEST_F(AppendLogTest, NoticesEveryChangedBit) {
  AppendAll(*Open(), {R"({"first":1})", R"({"second":2})", R"({"third":3})"});
  LAKE_ASSERT_OK(Open()->Compact(Context()));
  const std::string key = Keys().at(0);
  const std::string whole = Read(key);
  const LogContents original = ReadLog(*Open());
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    SCOPED_TRACE(bit);
    std::string changed = whole;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    Write(key, changed);
    const LogContents contents = ReadLog(*Open());
    for (const LogRecord& record : contents.records) {
      ASSERT_GE(record.sequence, 1u);
      ASSERT_LE(record.sequence, 3u);
      EXPECT_EQ(record.payload, original.records[record.sequence - 1].payload)
          << "an altered record was believed";
    }
    // Two of three survive any single change but one of a line end.
    EXPECT_GE(contents.records.size(), 1u);
    // A checksum in capitals is the same checksum.
    if (contents.records.size() < 3) EXPECT_GE(contents.skipped_lines, 1u);
  }
}

TEST_F(AppendLogTest, KeepsDamageInSightWhenItCompacts) {
  AppendAll(*Open(), {"1", "2", "3"});
  std::string second = Read("log/00000000000000000002.jsonl");
  second[second.size() - 3] ^= 1;
  Write("log/00000000000000000002.jsonl", second);
  for (int round = 0; round < 2; ++round) {
    const LogContents contents = ReadLog(*Open());
    EXPECT_THAT(SequencesOf(contents), ElementsAre(1, 3));
    EXPECT_EQ(contents.skipped_lines, 1u);
    EXPECT_THAT(contents.warnings, testing::Contains("records 2 to 2 are missing"));
    LAKE_ASSERT_OK(Open()->Compact(Context()));
  }
  EXPECT_THAT(Keys(), testing::SizeIs(1));
}

TEST_F(AppendLogTest, SaysWhatIsMissing) {
  AppendAll(*Open(), {"1", "2", "3", "4"});
  for (const char* key : {"log/00000000000000000002.jsonl", "log/00000000000000000003.jsonl"}) {
    LAKE_ASSERT_OK(store().Delete(Context(), KeyOf(key)));
  }
  EXPECT_THAT(ReadLog(*Open()).warnings, ElementsAre("records 2 to 3 are missing"));
}

TEST_F(AppendLogTest, ReadsEarlierFormats) {
  Write("log.jsonl", "{\"old\":1}\n{\"old\":2}\r\nnot json\n[1]\n\n{\"torn\":");
  Write("log/batch_7.jsonl", "{\"old\":3}\n");
  Write("log/00000000000000000099.jsonl", "{\"old\":4}\n{\"old\":5}");
  Write("log/README", "not a log");
  Write("log/nested/00000000000000000001.jsonl", "{\"other\":1}\n");
  const auto log = Open();
  const auto expect_all = [&](std::vector<std::string> numbered) {
    const LogContents contents = ReadLog(*Open());
    std::vector<std::string> payloads = PayloadsOf(contents);
    std::vector<std::string> expected = {R"({"old":1})", R"({"old":2})", R"({"old":3})", R"({"old":4})",
                                         R"({"old":5})"};
    expected.insert(expected.end(), numbered.begin(), numbered.end());
    EXPECT_THAT(payloads, testing::UnorderedElementsAreArray(expected));
    EXPECT_EQ(contents.records[0].sequence, 0u);
    EXPECT_EQ(contents.skipped_lines, 3u);
  };
  expect_all({});
  LAKE_ASSERT_OK_AND_ASSIGN(const uint64_t next, log->Append(Context(), "6"));
  EXPECT_GT(next, 99u) << "a key that is taken is not written over";
  expect_all({"6"});
  LAKE_ASSERT_OK(log->Compact(Context()));
  expect_all({"6"});
  EXPECT_THAT(Keys(), testing::UnorderedElementsAre("log/README", "log/nested/00000000000000000001.jsonl",
                                                    testing::StartsWith("log/merged/")));
  LAKE_ASSERT_OK(log->Append(Context(), "7"));
  LAKE_ASSERT_OK(log->Compact(Context()));
  expect_all({"6", "7"});
}

TEST_F(AppendLogTest, CompactsEarlierFormatsAlone) {
  Write("log.jsonl", "{\"old\":1}\n");
  LAKE_ASSERT_OK(Open()->Compact(Context()));
  EXPECT_THAT(Keys(), ElementsAre("log/merged/00000000000000000000-00000000000000000000.jsonl"));
  // A leftover of the same contents is not read twice; what an old program writes under the name afterwards
  // is read, and merged with the next batch.
  Write("log.jsonl", "{\"old\":1}\n");
  EXPECT_THAT(PayloadsOf(ReadLog(*Open())), ElementsAre(R"({"old":1})"));
  Write("log.jsonl", "{\"old\":2}\n");
  LAKE_ASSERT_OK(Open()->Compact(Context()));
  EXPECT_THAT(PayloadsOf(ReadLog(*Open())), ElementsAre(R"({"old":1})", R"({"old":2})"));
  AppendAll(*Open(), {"3"});
  LAKE_ASSERT_OK(Open()->Compact(Context()));
  EXPECT_THAT(PayloadsOf(ReadLog(*Open())), ElementsAre(R"({"old":1})", R"({"old":2})", "3"));
  EXPECT_THAT(Keys(), ElementsAre("log/merged/00000000000000000000-00000000000000000001.jsonl"));
}

TEST_F(AppendLogTest, RefusesANewerFormat) {
  const uint32_t checksum = Crc32c("[]", Crc32c("2,", 0));
  Write("log/00000000000000000001.jsonl",
        fmt::format("{{\"lake_append_log\":2,\"crc\":\"{:08x}\",\"replaces\":[]}}\n", checksum));
  EXPECT_THAT(AppendLog::Open(Context(), store(), {.prefix = "log"}),
              IsError(ErrorCode::kFailedPrecondition, "newer_format"));
}

TEST_F(AppendLogTest, CompactsAtTheThreshold) {
  const auto log = OpenWith({.prefix = "log", .compaction_threshold = 4});
  AppendAll(*log, {"1", "2", "3"});
  EXPECT_THAT(Keys(), testing::SizeIs(3));
  AppendAll(*log, {"4"});
  EXPECT_THAT(Keys(), ElementsAre("log/merged/00000000000000000001-00000000000000000004.jsonl"));
  AppendAll(*log, {"5", "6", "7", "8", "9"});
  EXPECT_THAT(Keys(), ElementsAre("log/00000000000000000009.jsonl",
                                  "log/merged/00000000000000000001-00000000000000000008.jsonl"));
  EXPECT_THAT(PayloadsOf(ReadLog(*log)), ElementsAre("1", "2", "3", "4", "5", "6", "7", "8", "9"));
}

TEST_F(AppendLogTest, LeavesLargeMergedObjectsAlone) {
  const auto log = Open();
  const std::string large = "\"" + std::string(600'000, 'x') + "\"";
  for (int i = 0; i < 2; ++i) LAKE_ASSERT_OK(log->Append(Context(), large));
  LAKE_ASSERT_OK(log->Compact(Context()));
  AppendAll(*log, {"3"});
  LAKE_ASSERT_OK(log->Compact(Context()));
  AppendAll(*log, {"4"});
  LAKE_ASSERT_OK(log->Compact(Context()));
  EXPECT_THAT(Keys(), ElementsAre("log/merged/00000000000000000001-00000000000000000002.jsonl",
                                  "log/merged/00000000000000000003-00000000000000000004.jsonl"));
  EXPECT_THAT(SequencesOf(ReadLog(*log)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Open()->Append(Context(), "5"), HasValue(5u));
}

TEST_F(AppendLogTest, CompactingNothingIsOk) {
  LAKE_EXPECT_OK(Open()->Compact(Context()));
  AppendAll(*Open(), {"1"});
  LAKE_EXPECT_OK(Open()->Compact(Context()));
  const std::vector<std::string> keys = Keys();
  LAKE_EXPECT_OK(Open()->Compact(Context()));
  EXPECT_EQ(Keys(), keys);
}

TEST_F(AppendLogTest, LogsBesideAndBelowDoNotMix) {
  const auto outer = OpenWith({.prefix = "log"});
  const auto inner = OpenWith({.prefix = "log/inner"});
  const auto beside = OpenWith({.prefix = "log2"});
  AppendAll(*outer, {"1"});
  AppendAll(*inner, {"2"});
  AppendAll(*beside, {"3"});
  EXPECT_THAT(PayloadsOf(ReadLog(*outer)), ElementsAre("1"));
  EXPECT_THAT(PayloadsOf(ReadLog(*inner)), ElementsAre("2"));
  EXPECT_THAT(PayloadsOf(ReadLog(*beside)), ElementsAre("3"));
}

}  // namespace
}  // namespace lake::storage
