// Acknowledged is durable and refused is absent, whenever the power goes. Method: the changes of
// local_store_scenarios.h on a disk that dies at its n-th call, for every n, and is then cut down to what was
// synced: strictly, or with some of the rest surviving as a seeded draw has it.
#include <cerrno>

#include "local_store_scenarios.h"

namespace lake::storage {
namespace {

constexpr uint64_t kDraws = 4;  // 0: nothing that was not synced survives

class PowerCut : public testing::TestWithParam<Scenario> {
 protected:
  static void Cut(StoreOnFaultyDisk& local, uint64_t draw) {
    SeededRandom random(draw);
    local.CutPower(draw == 0 ? nullptr : &random);
  }
  /// Runs `body(nth, draw)` until the fault lies beyond the last call of the change.
  template <class Body>
  static void ForEveryCall(Body body) {
    for (uint64_t draw = 0; draw < kDraws; ++draw) {
      for (uint64_t nth = 1;; ++nth) {
        SCOPED_TRACE(testing::Message() << "call " << nth << " draw " << draw);
        if (!body(nth, draw) || HasFailure()) break;
      }
    }
  }
};

TEST_P(PowerCut, AtEveryCall) {
  const Scenario& scenario = GetParam();
  ForEveryCall([&](uint64_t nth, uint64_t draw) {
    StoreOnFaultyDisk local;
    scenario.prepare(local.store());
    local.disk().Fail({.nth = nth, .error_number = EIO, .repeat = DiskFault::Repeat::kForever});
    const uint64_t calls_before = local.disk().calls();
    const Status status = scenario.act(local.store());
    const bool was_hit = local.disk().calls() - calls_before >= nth;
    Cut(local, draw);
    ExpectAllowed(scenario, status, local.Read(scenario.key));
    EXPECT_THAT(local.StrayFiles(), testing::IsEmpty());
    return was_hit;
  });
}

TEST_P(PowerCut, WhatAReadShowedAfterAFailureLasts) {
  const Scenario& scenario = GetParam();
  ForEveryCall([&](uint64_t nth, uint64_t draw) {
    StoreOnFaultyDisk local;
    scenario.prepare(local.store());
    local.disk().Fail({.nth = nth, .error_number = EIO});
    const uint64_t calls_before = local.disk().calls();
    const Status status = scenario.act(local.store());
    const bool was_hit = local.disk().calls() - calls_before >= nth;
    local.disk().Heal();
    const Contents shown = local.Read(scenario.key);
    ExpectAllowed(scenario, status, shown);
    Cut(local, draw);
    EXPECT_EQ(local.Read(scenario.key), shown);
    return was_hit;
  });
}

TEST_P(PowerCut, ANeighbourAcknowledgedAfterAFailureLasts) {
  // Whoever puts into a directory that another made, and failed to make durable, is responsible for it too.
  const Scenario& scenario = GetParam();
  ForEveryCall([&](uint64_t nth, uint64_t draw) {
    StoreOnFaultyDisk local;
    scenario.prepare(local.store());
    local.disk().Fail({.nth = nth, .error_number = EIO});
    const uint64_t calls_before = local.disk().calls();
    const Status status = scenario.act(local.store());
    const bool was_hit = local.disk().calls() - calls_before >= nth;
    local.disk().Heal();
    LAKE_EXPECT_OK(PutIn(local.store(), "a/b/neighbour", "here", IfAbsent{}));
    Cut(local, draw);
    EXPECT_EQ(local.Read("a/b/neighbour"), "here");
    ExpectAllowed(scenario, status, local.Read(scenario.key));
    return was_hit;
  });
}

TEST_P(PowerCut, ARetryThatWasAcknowledgedLasts) {
  const Scenario& scenario = GetParam();
  ForEveryCall([&](uint64_t nth, uint64_t draw) {
    StoreOnFaultyDisk local;
    scenario.prepare(local.store());
    local.disk().Fail({.nth = nth, .error_number = EIO});
    const uint64_t calls_before = local.disk().calls();
    (void)scenario.act(local.store()).ok();
    const bool was_hit = local.disk().calls() - calls_before >= nth;
    local.disk().Heal();
    const Status retried = scenario.after.has_value()
                               ? PutIn(local.store(), scenario.key, *scenario.after, Overwrite{})
                               : local.store().Delete(Context(), KeyOf(scenario.key));
    LAKE_EXPECT_OK(retried);
    Cut(local, draw);
    EXPECT_EQ(local.Read(scenario.key), scenario.after);
    return was_hit;
  });
}

INSTANTIATE_TEST_SUITE_P(Every, PowerCut, testing::ValuesIn(AllScenarios()),
                         [](const auto& tested) { return tested.param.name; });

TEST(PowerCutAfterKill, WhatAKilledProcessMadeVisibleLasts) {
  // The first process dies between link and sync; the second shows the object, so a cut may not take it back.
  StoreOnFaultyDisk local;
  local.disk().Fail(
      {.kind = DiskCall::kSyncDirectory, .error_number = EIO, .repeat = DiskFault::Repeat::kForever});
  ASSERT_FALSE(PutIn(local.store(), "a/x", "new", Overwrite{}).ok());
  local.Close();
  local.Open();
  EXPECT_EQ(local.Read("a/x"), "new");
  local.CutPower(nullptr);
  EXPECT_EQ(local.Read("a/x"), "new");
}

TEST(PowerCutAfterFailures, ANameTakenBackStaysAway) {
  // The first put leaves new directories that its failed sync did not make durable; the second, beside it,
  // fails on the way up, when its own name has been synced already, and takes that name back.
  for (uint64_t draw = 0; draw < 4; ++draw) {
    for (uint64_t nth = 1; nth <= 6; ++nth) {
      SCOPED_TRACE(testing::Message() << "sync " << nth << " draw " << draw);
      StoreOnFaultyDisk local;
      local.disk().Fail({.kind = DiskCall::kSyncDirectory, .nth = 2, .error_number = EIO});
      EXPECT_FALSE(PutIn(local.store(), "a/b/first", "x", Overwrite{}).ok());
      local.disk().Fail({.kind = DiskCall::kSyncDirectory, .nth = nth, .error_number = EIO});
      (void)PutIn(local.store(), "a/b/second", "x", IfAbsent{}).ok();
      local.disk().Heal();
      const Contents shown = local.Read("a/b/second");
      SeededRandom random(draw);
      local.CutPower(draw == 0 ? nullptr : &random);
      EXPECT_EQ(local.Read("a/b/second"), shown);
      EXPECT_EQ(local.Read("a/b/first"), "x");
    }
  }
}

TEST(PowerCutAfterKill, ALongHistoryKeepsWhatWasAcknowledged) {
  // Random puts and deletes over few keys, the disk dying at a random call, hundreds of times over one
  // directory.
  StoreOnFaultyDisk local;
  SeededRandom random(3);
  std::map<std::string, Contents> model;  // what must be there; a key in doubt is read back
  for (int life = 0; life < 300; ++life) {
    SCOPED_TRACE(testing::Message() << "life " << life);
    local.disk().Fail(
        {.nth = 1 + random.NextBelow(60), .error_number = EIO, .repeat = DiskFault::Repeat::kForever});
    std::optional<std::pair<std::string, Contents>> in_doubt;
    while (!in_doubt.has_value()) {
      const std::string key =
          fmt::format("d{}/e{}/{}", random.NextBelow(2), random.NextBelow(2), random.NextBelow(3));
      Contents wanted;
      if (random.NextBelow(2) == 0) wanted = fmt::format("{}", random.NextU64());
      const Status status = wanted.has_value() ? PutIn(local.store(), key, *wanted, Overwrite{})
                                               : local.store().Delete(Context(), KeyOf(key));
      if (status.ok()) {
        model[key] = wanted;
      } else if (status.error().Is("outcome_unknown")) {
        in_doubt.emplace(key, wanted);
      } else {
        in_doubt.emplace(key, model[key]);  // refused: as before
      }
    }
    local.CutPower(life % 2 == 0 ? nullptr : &random);
    const auto& [doubtful, wanted] = *in_doubt;
    const Contents found = local.Read(doubtful);
    EXPECT_TRUE(found == model[doubtful] || found == wanted) << doubtful;
    model[doubtful] = found;
    for (const auto& [key, contents] : model) EXPECT_EQ(local.Read(key), contents) << key;
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace lake::storage
