// Goal: what was audited is there after a restart, newest first, whole, and a record that cannot be written
// is an error. Method: records of several hours and callers in a memory store; a store that fails.
#include "lake/access/audit.h"

#include <gmock/gmock.h>

#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/storage/memory_store.h"
#include "lake/storage_testing/faulty_store.h"

namespace lake::access {
namespace {

using testing::ElementsAre;

class AuditTest : public ::testing::Test {
 protected:
  AuditRecord Record(const std::string& caller) {
    clock_.Advance(std::chrono::minutes(25));
    const Timestamp now = clock_.Now();
    AuditRecord record{.id = random_.NextUuid(now.micros / 1000),
                       .time = now,
                       .caller = caller,
                       .role = "analyst",
                       .operation = "query",
                       .statement = "SELECT 1",
                       .tables = {{.dataset = caller + "s", .version = 7, .rules = {{"email", "hash"}}}}};
    return record;
  }

  static std::vector<std::string> Callers(const Result<std::vector<AuditRecord>>& read) {
    std::vector<std::string> callers;
    EXPECT_TRUE(read.ok());
    if (read.ok())
      for (const AuditRecord& record : *read) callers.push_back(record.caller);
    return callers;
  }

  FakeClock clock_;
  SeededRandom random_{1};
  CaptureLog log_;
  std::shared_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
};

TEST_F(AuditTest, NewestFirstPageByPageAcrossHours) {
  std::vector<std::string> ids;
  {
    auto audit = AuditLog::Make(*store_, log_);
    for (const char* caller : {"a", "b", "c", "d", "e"}) {
      const AuditRecord record = Record(caller);
      ids.push_back(record.id);
      LAKE_ASSERT_OK(audit->Begin(record).get());
    }
  }
  auto audit = AuditLog::Make(*store_, log_);
  EXPECT_THAT(Callers(audit->Read(Context{}, {}, 10)), ElementsAre("e", "d", "c", "b", "a"));
  EXPECT_THAT(Callers(audit->Read(Context{}, {}, 2)), ElementsAre("e", "d"));
  EXPECT_THAT(Callers(audit->Read(Context{}, {.before = ids[3]}, 2)), ElementsAre("c", "b"));
  EXPECT_THAT(Callers(audit->Read(Context{}, {.before = ids[0]}, 2)), ElementsAre());
  EXPECT_THAT(Callers(audit->Read(Context{}, {.caller = "b"}, 10)), ElementsAre("b"));
  EXPECT_THAT(Callers(audit->Read(Context{}, {.dataset = "cs"}, 10)), ElementsAre("c"));
  EXPECT_THAT(Callers(audit->Read(Context{}, {.decision = AuditDecision::kDenied}, 10)), ElementsAre());
  EXPECT_THAT(audit->Read(Context{}, {.before = "nonsense"}, 10),
              IsError(ErrorCode::kInvalidArgument, "bad_page_token"));
}

TEST_F(AuditTest, TheEndIsPartOfTheRecord) {
  const AuditRecord record = Record("a");
  {
    auto audit = AuditLog::Make(*store_, log_);
    LAKE_ASSERT_OK(audit->Begin(record).get());
    audit->End({.id = record.id, .time = record.time, .rows = 12, .elapsed_ms = 3.5, .error = "client_gone"});
  }
  auto audit = AuditLog::Make(*store_, log_);
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<AuditRecord> read, audit->Read(Context{}, {}, 10));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].rows, 12u);
  EXPECT_EQ(read[0].elapsed_ms, 3.5);
  EXPECT_EQ(read[0].error, "client_gone");
  EXPECT_EQ(read[0].tables[0].rules.at("email"), "hash");
  EXPECT_EQ(read[0].tables[0].version, 7u);
}

TEST_F(AuditTest, ARecordThatCannotBeWrittenIsAnError) {
  storage::FaultyStore faulty(store_);
  faulty.Fail({.kind = storage::StoreCall::kPut, .repeat = storage::StoreFault::Repeat::kForever});
  auto audit = AuditLog::Make(faulty, log_);
  EXPECT_THAT(audit->Begin(Record("a")).get(), IsError(ErrorCode::kUnavailable, "audit_not_written"));
}

TEST_F(AuditTest, OfALongStatementTheBeginningIsKeptInWholeCharacters) {
  const std::unique_ptr<AuditLog> audit = AuditLog::Make(*store_, log_);
  AuditRecord record = Record("anna");
  record.statement = "x" + std::string(kAuditedStatementBytes - 2, 'y') + "é and more";
  LAKE_ASSERT_OK(audit->Begin(record).get());
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<AuditRecord> read, audit->Read(Context{}, {}, 1));
  EXPECT_EQ(read.at(0).statement, record.statement.substr(0, kAuditedStatementBytes - 1));
}

}  // namespace
}  // namespace lake::access
