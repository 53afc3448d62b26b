// The append log under failures: an acknowledged record is there exactly once, a refused one is not, and a
// compaction may die anywhere. Method: appends and compactions with another call failing each time, below the
// local store (with power cuts) and at the store (lost replies too); and threads that append, read and
// compact at once.
#include <gmock/gmock.h>

#include <cerrno>
#include <thread>

#include "lake/common_testing/fake_clock.h"
#include "lake/storage/append_log.h"
#include "lake/storage/memory_store.h"
#include "lake/storage_testing/faulty_store.h"
#include "local_store_scenarios.h"

namespace lake::storage {
namespace {

const AppendLogOptions kByHand = {.prefix = "log", .compaction_threshold = 1000};

/// What the callers of one log were told.
class Ledger {
 public:
  /// Appends a record of its own.
  Status Append(AppendLog& log) {
    const std::string payload = fmt::format("{{\"n\":{}}}", ++count_);
    const Result<uint64_t> sequence = log.Append(Context(), payload);
    if (sequence.ok()) {
      acknowledged_[payload] = *sequence;
      return {};
    }
    if (sequence.error().Is("outcome_unknown")) unknown_.insert(payload);
    return sequence.error();
  }

  void ExpectKept(AppendLog& log) const {
    const Result<LogContents> contents = log.ReadAll(Context());
    ASSERT_THAT(contents, IsOk());
    EXPECT_EQ(contents->skipped_lines, 0u);
    EXPECT_THAT(contents->warnings, testing::IsEmpty());
    std::map<std::string, uint64_t> found;
    uint64_t expected = 1;
    for (const LogRecord& record : contents->records) {
      EXPECT_EQ(record.sequence, expected++);
      EXPECT_TRUE(found.emplace(record.payload, record.sequence).second) << "twice: " << record.payload;
      EXPECT_TRUE(acknowledged_.contains(record.payload) || unknown_.contains(record.payload))
          << "refused but present: " << record.payload;
    }
    for (const auto& [payload, sequence] : acknowledged_) EXPECT_EQ(found[payload], sequence) << payload;
  }

 private:
  int count_ = 0;
  std::map<std::string, uint64_t> acknowledged_;
  std::set<std::string> unknown_;
};

Result<std::unique_ptr<AppendLog>> OpenLog(ObjectStore& store) {
  return AppendLog::Open(Context(), store, kByHand);
}

enum class Act { kAppend, kCompact };

struct LogCase {
  std::string name;
  Act act;
};
void PrintTo(const LogCase& tested, std::ostream* out) { *out << tested.name; }

class AppendLogFault : public testing::TestWithParam<LogCase> {
 protected:
  /// A merged object and three batches.
  static void Prepare(ObjectStore& store, Ledger& ledger) {
    const auto log = OpenLog(store).value();
    for (int i = 0; i < 2; ++i) LAKE_ASSERT_OK(ledger.Append(*log));
    LAKE_ASSERT_OK(log->Compact(Context()));
    for (int i = 0; i < 3; ++i) LAKE_ASSERT_OK(ledger.Append(*log));
  }
  static Status Perform(AppendLog& log, Ledger& ledger) {
    return GetParam().act == Act::kAppend ? ledger.Append(log) : log.Compact(Context());
  }
  /// The log works on, and so does a new one over the same store.
  static void ExpectWorks(ObjectStore& store, AppendLog& log, Ledger& ledger) {
    ledger.ExpectKept(log);
    LAKE_EXPECT_OK(ledger.Append(log));
    ledger.ExpectKept(log);
    LAKE_EXPECT_OK(log.Compact(Context()));
    ledger.ExpectKept(log);
    const auto reopened = OpenLog(store).value();
    LAKE_EXPECT_OK(ledger.Append(*reopened));
    ledger.ExpectKept(*reopened);
  }
};

TEST_P(AppendLogFault, EveryCallOfTheDiskMayFail) {
  for (const int error_number : {EIO, ENOSPC}) {
    for (const auto repeat : {DiskFault::Repeat::kOnce, DiskFault::Repeat::kForever}) {
      uint64_t calls = UINT64_MAX;
      for (uint64_t nth = 1; nth <= calls && !HasFailure(); ++nth) {
        SCOPED_TRACE(testing::Message() << "call " << nth << " errno " << error_number);
        StoreOnFaultyDisk local;
        Ledger ledger;
        Prepare(local.store(), ledger);
        const auto log = OpenLog(local.store()).value();
        const uint64_t before = local.disk().calls();
        local.disk().Fail({.nth = nth, .error_number = error_number, .repeat = repeat});
        const Status status = Perform(*log, ledger);
        if (status.ok()) calls = local.disk().calls() - before;
        local.disk().Heal();
        ExpectWorks(local.store(), *log, ledger);
        EXPECT_THAT(local.StrayFiles(), testing::IsEmpty());
      }
    }
  }
}

TEST_P(AppendLogFault, ThePowerMayGoAtEveryCall) {
  for (uint64_t draw = 0; draw < 3; ++draw) {
    uint64_t calls = UINT64_MAX;
    for (uint64_t nth = 1; nth <= calls && !HasFailure(); ++nth) {
      SCOPED_TRACE(testing::Message() << "call " << nth << " draw " << draw);
      StoreOnFaultyDisk local;
      Ledger ledger;
      Prepare(local.store(), ledger);
      {
        const auto log = OpenLog(local.store()).value();
        const uint64_t before = local.disk().calls();
        local.disk().Fail({.nth = nth, .error_number = EIO, .repeat = DiskFault::Repeat::kForever});
        const Status status = Perform(*log, ledger);
        if (status.ok()) calls = local.disk().calls() - before;
      }
      SeededRandom random(draw);
      local.CutPower(draw == 0 ? nullptr : &random);
      const auto log = OpenLog(local.store()).value();
      ExpectWorks(local.store(), *log, ledger);
    }
  }
}

TEST_P(AppendLogFault, EveryCallOfTheStoreMayFailOrLoseItsReply) {
  for (const auto when : {StoreFault::When::kBefore, StoreFault::When::kAfter}) {
    for (const auto repeat : {StoreFault::Repeat::kOnce, StoreFault::Repeat::kForever}) {
      uint64_t calls = UINT64_MAX;
      for (uint64_t nth = 1; nth <= calls && !HasFailure(); ++nth) {
        SCOPED_TRACE(testing::Message() << "call " << nth);
        FakeClock clock;
        FaultyStore store(MakeMemoryStore(clock));
        Ledger ledger;
        Prepare(store, ledger);
        const auto log = OpenLog(store).value();
        const uint64_t before = store.calls();
        store.Fail({.nth = nth, .when = when, .repeat = repeat});
        const Status status = Perform(*log, ledger);
        if (status.ok()) calls = store.calls() - before;
        store.Heal();
        ExpectWorks(store, *log, ledger);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Acts, AppendLogFault,
                         testing::Values(LogCase{"Append", Act::kAppend}, LogCase{"Compact", Act::kCompact}),
                         [](const auto& tested) { return tested.param.name; });

TEST(AppendLogOutcome, AnUnknownOneIsSettledByTheNextAppend) {
  FakeClock clock;
  FaultyStore store(MakeMemoryStore(clock));
  const auto log = OpenLog(store).value();
  store.Fail({.kind = StoreCall::kPut, .when = StoreFault::When::kAfter});
  EXPECT_THAT(log->Append(Context(), "\"arrived\""), IsError(ErrorCode::kUnavailable, "outcome_unknown"));
  store.Fail({.kind = StoreCall::kPut, .when = StoreFault::When::kBefore});
  EXPECT_THAT(log->Append(Context(), "\"lost\""), IsError(ErrorCode::kUnavailable, "store_unreachable"));
  EXPECT_THAT(log->Append(Context(), "\"next\""), HasValue(2u));
  LAKE_ASSERT_OK_AND_ASSIGN(const LogContents contents, log->ReadAll(Context()));
  ASSERT_EQ(contents.records.size(), 2u);
  EXPECT_EQ(contents.records[0].payload, "\"arrived\"");
  EXPECT_EQ(contents.records[1].payload, "\"next\"");
}

/// Repeats every put, as a client does that lost the first reply.
class RepeatingStore final : public FaultyStore {
 public:
  using FaultyStore::FaultyStore;
  Result<Etag> Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                   const PutMode& mode) override {
    (void)FaultyStore::Put(context, key, bytes, mode).ok();
    return FaultyStore::Put(context, key, bytes, mode);
  }
};

TEST(AppendLogOutcome, AStoreThatRepeatsPutsIsNotARival) {
  FakeClock clock;
  RepeatingStore store(MakeMemoryStore(clock));
  Ledger ledger;
  const auto log = OpenLog(store).value();
  for (int i = 0; i < 3; ++i) LAKE_EXPECT_OK(ledger.Append(*log));
  LAKE_EXPECT_OK(log->Compact(Context()));
  ledger.ExpectKept(*log);
}

/// Holds every put of a batch until it is let through.
class GatedStore final : public FaultyStore {
 public:
  using FaultyStore::FaultyStore;

  Result<Etag> Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                   const PutMode& mode) override {
    {
      MutexLock lock(mutex_);
      ++arrived_;
      changed_.NotifyAll();
      while (arrived_ > allowed_) changed_.Wait(mutex_);
    }
    return FaultyStore::Put(context, key, bytes, mode);
  }
  void Allow(uint64_t puts) {
    MutexLock lock(mutex_);
    allowed_ += puts;
    changed_.NotifyAll();
  }
  void AwaitArrival(uint64_t puts) {
    MutexLock lock(mutex_);
    while (arrived_ < puts) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  uint64_t arrived_ LAKE_GUARDED_BY(mutex_) = 0;
  uint64_t allowed_ LAKE_GUARDED_BY(mutex_) = 0;
};

TEST(AppendLogGroup, WhoGivesUpWhileQueuedIsNotWritten) {
  FakeClock clock;
  GatedStore store(MakeMemoryStore(clock));
  const auto log = OpenLog(store).value();
  std::thread leader([&] { LAKE_EXPECT_OK(log->Append(Context(), "\"leader\"")); });
  store.AwaitArrival(1);
  const Context impatient{.deadline = Deadline::After(std::chrono::milliseconds(5))};
  const Result<uint64_t> late = log->Append(impatient, "\"late\"");
  ASSERT_FALSE(late.ok());
  EXPECT_TRUE(late.error().Is(ErrorCode::kDeadlineExceeded));
  store.Allow(10);
  leader.join();
  LAKE_EXPECT_OK(log->Append(Context(), "\"after\""));
  LAKE_ASSERT_OK_AND_ASSIGN(const LogContents contents, log->ReadAll(Context()));
  ASSERT_EQ(contents.records.size(), 2u);
  EXPECT_EQ(contents.records[1].payload, "\"after\"");
}

/// One round of callers that are cancelled while the second batch is held: its leader goes on and is
/// acknowledged, its followers hear "unknown", and those still queued hear "cancelled" and are not written.
/// Gives how many followers there were, which the threads' luck decides.
size_t CancelWhileHeld() {
  constexpr size_t kCallers = 8;
  FakeClock clock;
  GatedStore store(MakeMemoryStore(clock));
  const auto log = OpenLog(store).value();
  std::thread first([&] { LAKE_EXPECT_OK(log->Append(Context(), "\"first\"")); });
  store.AwaitArrival(1);
  CancelSource source;
  std::atomic<size_t> started = 0;
  std::vector<Result<uint64_t>> answers(kCallers, Result<uint64_t>(0));
  std::vector<std::thread> callers;
  for (size_t i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      const Context context{.cancel = source.token()};
      ++started;
      answers[i] = log->Append(context, std::to_string(i));
    });
  }
  while (started < kCallers) std::this_thread::yield();
  store.Allow(1);
  store.AwaitArrival(2);
  source.Cancel("client_gone");
  store.Allow(kCallers);
  first.join();
  for (std::thread& caller : callers) caller.join();

  std::set<std::string> present;
  for (const LogRecord& record : log->ReadAll(Context()).value().records) present.insert(record.payload);
  size_t followers = 0;
  for (size_t i = 0; i < kCallers; ++i) {
    const bool is_present = present.contains(std::to_string(i));
    if (answers[i].ok() || answers[i].error().Is("outcome_unknown")) {
      EXPECT_TRUE(is_present) << i;
      followers += answers[i].ok() ? 0 : 1;
    } else {
      EXPECT_THAT(answers[i], IsError(ErrorCode::kCancelled, "client_gone"));
      EXPECT_FALSE(is_present) << i;
    }
  }
  return followers;
}

TEST(AppendLogGroup, CancelledCallersAreToldTheTruth) {
  constexpr int kMaxRounds = 500;  // nearly every round has followers
  size_t followers = 0;
  for (int round = 0; round < kMaxRounds && followers == 0 && !testing::Test::HasFailure(); ++round) {
    followers = CancelWhileHeld();
  }
  EXPECT_GT(followers, 0u);
}

TEST(AppendLogGroup, ManyCallersLoseNothing) {
  constexpr size_t kCallers = 8;
  constexpr size_t kRecords = 50;
  FakeClock clock;
  FaultyStore store(MakeMemoryStore(clock));
  const auto log = OpenLog(store).value();
  std::vector<std::set<uint64_t>> sequences(kCallers);
  std::vector<std::thread> callers;
  for (size_t i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      uint64_t last = 0;
      for (size_t n = 0; n < kRecords; ++n) {
        const Result<uint64_t> sequence = log->Append(Context(), fmt::format("[{},{}]", i, n));
        ASSERT_THAT(sequence, IsOk());
        EXPECT_GT(*sequence, last) << "one caller's records keep their order";
        last = *sequence;
        sequences[i].insert(last);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  std::set<uint64_t> all;
  for (const auto& some : sequences) all.insert(some.begin(), some.end());
  EXPECT_EQ(all.size(), kCallers * kRecords);
  EXPECT_EQ(*all.rbegin(), kCallers * kRecords) << "without gaps";
  LAKE_ASSERT_OK_AND_ASSIGN(const LogContents contents, log->ReadAll(Context()));
  EXPECT_EQ(contents.records.size(), kCallers * kRecords);
}

/// Looks at the deadline under which batches with a patient caller's record are put.
class DeadlineStore final : public FaultyStore {
 public:
  using FaultyStore::FaultyStore;
  Result<Etag> Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                   const PutMode& mode) override {
    if (bytes.contains("\"patient\"")) EXPECT_TRUE(context.deadline.never());
    return FaultyStore::Put(context, key, bytes, mode);
  }
};

TEST(AppendLogGroup, AnImpatientLeaderWritesForThePatient) {
  FakeClock clock;
  DeadlineStore store(MakeMemoryStore(clock));
  const auto log = OpenLog(store).value();
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&, i] {
      const bool is_patient = i % 2 == 0;
      const Context context{.deadline =
                                is_patient ? Deadline::Never() : Deadline::After(std::chrono::hours(1))};
      for (int n = 0; n < 100; ++n) {
        LAKE_EXPECT_OK(log->Append(context, is_patient ? "\"patient\"" : "\"impatient\""));
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

TEST(AppendLogGroup, ABatchHoldsNoMoreThanItsLimit) {
  constexpr size_t kCallers = 8;
  FakeClock clock;
  GatedStore store(MakeMemoryStore(clock));
  const auto log = AppendLog::Open(Context(), store, {.prefix = "log", .max_batch_records = 3}).value();
  std::vector<std::thread> callers;
  for (size_t i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] { LAKE_EXPECT_OK(log->Append(Context(), std::to_string(i))); });
  }
  store.AwaitArrival(1);
  store.Allow(100);
  for (std::thread& caller : callers) caller.join();
  LAKE_ASSERT_OK_AND_ASSIGN(const LogContents contents, log->ReadAll(Context()));
  EXPECT_EQ(contents.records.size(), kCallers);
  EXPECT_GE(store.calls(StoreCall::kPut), 3u) << "at most three records a batch";
}

/// Answers one list of merged objects as it was before the latest compaction.
class StaleListStore final : public FaultyStore {
 public:
  using FaultyStore::FaultyStore;
  Result<ObjectPage> List(const Context& context, const ListOptions& options) override {
    Result<ObjectPage> page = FaultyStore::List(context, options);
    if (!is_stale_ || !options.prefix.ends_with("/merged/")) return page;
    is_stale_ = false;
    return ObjectPage{};
  }
  void AnswerStaleOnce() { is_stale_ = true; }

 private:
  bool is_stale_ = false;
};

TEST(AppendLogRead, AListIsNoSnapshot) {
  // A list that runs beside a compaction may see neither the batches, which are gone, nor the merged object,
  // which came after it had passed that place.
  FakeClock clock;
  StaleListStore store(MakeMemoryStore(clock));
  Ledger ledger;
  const auto log = OpenLog(store).value();
  for (int i = 0; i < 2; ++i) LAKE_ASSERT_OK(ledger.Append(*log));
  LAKE_ASSERT_OK(log->Compact(Context()));
  store.AnswerStaleOnce();
  ledger.ExpectKept(*log);
}

TEST(AppendLogGroup, ReadersSeeEveryRecordWhileCompactionsRun) {
  constexpr uint64_t kRecords = 300;
  FakeClock clock;
  FaultyStore store(MakeMemoryStore(clock));
  const auto log = AppendLog::Open(Context(), store, {.prefix = "log", .compaction_threshold = 2}).value();
  std::atomic<uint64_t> acknowledged = 0;
  std::thread writer([&] {
    for (uint64_t n = 1; n <= kRecords; ++n) {
      ASSERT_THAT(log->Append(Context(), std::to_string(n)), HasValue(n));
      acknowledged = n;
    }
  });
  std::thread compactor([&] {
    while (acknowledged < kRecords) LAKE_EXPECT_OK(log->Compact(Context()));
  });
  while (acknowledged < kRecords) {
    const uint64_t at_least = acknowledged;
    const Result<LogContents> contents = log->ReadAll(Context());
    if (!contents.ok()) {
      EXPECT_THAT(contents, IsError(ErrorCode::kUnavailable, "log_changing"));
      continue;
    }
    EXPECT_GE(contents->records.size(), at_least);
    EXPECT_THAT(contents->warnings, testing::IsEmpty());
    for (size_t i = 0; i < contents->records.size(); ++i)
      ASSERT_EQ(contents->records[i].payload, std::to_string(i + 1));
  }
  writer.join();
  compactor.join();
}

}  // namespace
}  // namespace lake::storage
