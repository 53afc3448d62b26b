// No failing system call leaves an object in a state that its answer does not say, or a store that does not
// work. Method: each change of local_store_scenarios.h again and again, each time with another call of the
// disk failing, until none is left to fail; EIO and ENOSPC, once and from then on.
#include <cerrno>

#include "local_store_scenarios.h"

namespace lake::storage {
namespace {

class LocalStoreFault : public testing::TestWithParam<Scenario> {};

void ExpectWorks(StoreOnFaultyDisk& local, const std::string& key) {
  LAKE_EXPECT_OK(PutIn(local.store(), key, "later", Overwrite{}));
  EXPECT_EQ(local.Read(key), "later");
  LAKE_EXPECT_OK(local.store().Delete(Context(), KeyOf(key)));
  EXPECT_EQ(local.Read(key), std::nullopt);
  LAKE_EXPECT_OK(PutIn(local.store(), key, "again", IfAbsent{}));
  EXPECT_EQ(local.Read(key), "again");
}

/// False when the fault lay beyond the last call, so that nothing failed.
bool FailOnce(const Scenario& scenario, const DiskFault& fault) {
  StoreOnFaultyDisk local;
  scenario.prepare(local.store());
  local.disk().Fail(fault);
  const uint64_t calls_before = local.disk().calls();
  const Status status = scenario.act(local.store());
  const bool was_hit = local.disk().calls() - calls_before >= fault.nth;
  local.disk().Heal();

  ExpectAllowed(scenario, status, local.Read(scenario.key));
  if (!status.ok() && !status.error().Is("outcome_unknown") && !status.error().Is("store_unreachable")) {
    const bool is_full = fault.error_number == ENOSPC;
    EXPECT_THAT(status, IsError(is_full ? ErrorCode::kResourceExhausted : ErrorCode::kInternal,
                                is_full ? "storage_full" : "io_error"));
    EXPECT_FALSE(status.error().internal_cause().empty());
    EXPECT_EQ(status.error().message().find(local.directory().path().string()), std::string::npos);
  }
  ExpectWorks(local, scenario.key);
  local.Close();
  local.Open();
  EXPECT_THAT(local.StrayFiles(), testing::IsEmpty());
  EXPECT_EQ(local.Read(scenario.key), "again");
  return was_hit;
}

TEST_P(LocalStoreFault, EveryCallMayFail) {
  for (const int error_number : {EIO, ENOSPC}) {
    for (const auto repeat : {DiskFault::Repeat::kOnce, DiskFault::Repeat::kForever}) {
      DiskFault fault{.error_number = error_number, .repeat = repeat};
      for (fault.nth = 1;; ++fault.nth) {
        SCOPED_TRACE(testing::Message() << "call " << fault.nth << " errno " << error_number);
        if (!FailOnce(GetParam(), fault) || HasFailure()) break;
      }
      EXPECT_GT(fault.nth, 2u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, LocalStoreFault, testing::ValuesIn(AllScenarios()),
                         [](const auto& tested) { return tested.param.name; });

TEST(LocalStoreFaultAnswers, AFailedDirectorySyncIsAnUnknownOutcome) {
  StoreOnFaultyDisk local;
  LAKE_ASSERT_OK(PutIn(local.store(), "d/there", "old", Overwrite{}));
  const DiskFault fault{.kind = DiskCall::kSyncDirectory, .error_number = EIO};
  for (const PutMode& mode : {PutMode(Overwrite{}), PutMode(IfAbsent{})}) {
    local.disk().Fail(fault);
    EXPECT_THAT(PutIn(local.store(), "d/new", "x", mode),
                IsError(ErrorCode::kUnavailable, "outcome_unknown"));
    local.disk().Heal();
    LAKE_ASSERT_OK(local.store().Delete(Context(), KeyOf("d/new")));
  }
  local.disk().Fail(fault);
  EXPECT_THAT(local.store().Delete(Context(), KeyOf("d/there")),
              IsError(ErrorCode::kUnavailable, "outcome_unknown"));
}

TEST(LocalStoreFaultAnswers, AFailedFileSyncIsARefusal) {
  StoreOnFaultyDisk local;
  local.disk().Fail({.kind = DiskCall::kSyncFile, .error_number = EIO});
  EXPECT_THAT(PutIn(local.store(), "x", "x", Overwrite{}), IsError(ErrorCode::kInternal, "io_error"));
  EXPECT_EQ(local.Read("x"), std::nullopt);
}

TEST(LocalStoreFaultAnswers, AWriterWithAHoleDoesNotFinish) {
  StoreOnFaultyDisk local;
  LAKE_ASSERT_OK_AND_ASSIGN(const auto writer, local.store().StartPut(Context(), KeyOf("x"), Overwrite{}));
  local.disk().Fail({.kind = DiskCall::kAppend, .error_number = ENOSPC});
  const auto full = IsError(ErrorCode::kResourceExhausted, "storage_full");
  EXPECT_THAT(writer->Append("one "), full);
  EXPECT_THAT(writer->Append("two"), full) << "also when the disk has room again";
  EXPECT_THAT(writer->Finish(), full);
  EXPECT_EQ(local.Read("x"), std::nullopt);
}

TEST(LocalStoreFaultAnswers, WhatIsInDoubtIsNotShown) {
  StoreOnFaultyDisk local;
  LAKE_ASSERT_OK(PutIn(local.store(), "other/x", "x", Overwrite{}));
  LAKE_ASSERT_OK(PutIn(local.store(), "d/there", "x", Overwrite{}));
  local.disk().Fail(
      {.kind = DiskCall::kSyncDirectory, .error_number = EIO, .repeat = DiskFault::Repeat::kForever});
  EXPECT_THAT(PutIn(local.store(), "d/new", "x", Overwrite{}),
              IsError(ErrorCode::kUnavailable, "outcome_unknown"));
  const auto unreachable = IsError(ErrorCode::kUnavailable, "store_unreachable");
  EXPECT_THAT(local.store().Get(Context(), KeyOf("d/new"), ByteRange{}), unreachable);
  EXPECT_THAT(local.store().Head(Context(), KeyOf("d/new")), unreachable);
  EXPECT_THAT(local.store().List(Context(), {}), unreachable);
  EXPECT_EQ(local.Read("other/x"), "x") << "other directories are not in doubt";
  local.disk().Heal();
  EXPECT_EQ(local.Read("d/new"), "x");
}

}  // namespace
}  // namespace lake::storage
