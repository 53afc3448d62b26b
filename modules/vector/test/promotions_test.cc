// Goal: what is promoted, what was before, and which generation is live follow their rules. Method: the rules
// on records in memory.
#include "lake/vector/promotions.h"

#include <gmock/gmock.h>

#include "kept_generations.h"
#include "lake/common/json_io.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/vector/index_record.h"

namespace lake::vector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Promotion Of(std::string trial_id, const HnswConfig& config) {
  return {.config = config,
          .trial_id = std::move(trial_id),
          .promoted_at = {},
          .promoted_by = "somebody",
          .note = {},
          .unknown = {}};
}

Generation Built(std::string id, const HnswConfig& config) {
  Generation generation;
  generation.id = std::move(id);
  generation.config = config;
  return generation;
}

std::vector<std::string> Trials(const Promotions& promotions) {
  std::vector<std::string> ids;
  for (const Promotion& former : promotions.history) ids.push_back(former.trial_id);
  ids.push_back(promotions.current ? promotions.current->trial_id : "-");
  return ids;
}

/// "live, kept…", that which was live last at the end.
std::vector<std::string> Generations(const IndexRecord& record) {
  std::vector<std::string> ids = {record.live ? record.live->id : "-"};
  for (const Generation& kept : record.kept) ids.push_back(kept.id);
  return ids;
}

constexpr HnswConfig kOther = {.ef_construction = 200, .ef_search = 30, .seed = {}};

void PromoteOn(IndexRecord& record, const std::string& trial, const HnswConfig& config) {
  if (!record.promotions) record.promotions.emplace();
  Promote(Of(trial, config), &*record.promotions);
  UseKept(&record);
}

TEST(PromotionsTest, WhatIsTakenBackWithAReasonIsRemembered) {
  Promotions promotions;
  EXPECT_THAT(RollBackBecause("less", &promotions),
              IsError(ErrorCode::kFailedPrecondition, "nothing_promoted"));
  EXPECT_FALSE(promotions.rolled_back);
  Promote(Of("a", {}), &promotions);
  Promotion noted = Of("b", kOther);
  noted.note = "looks good";
  Promote(noted, &promotions);
  LAKE_ASSERT_OK(RollBackBecause("finds less", &promotions));
  EXPECT_THAT(Trials(promotions), ElementsAre("a"));
  EXPECT_EQ(promotions.rolled_back->back().note, "finds less; looks good");
  LAKE_ASSERT_OK(RollBackBecause("so does it", &promotions));
  EXPECT_EQ(promotions.rolled_back->back().note, "so does it");
  EXPECT_TRUE(WasRolledBack(promotions, "a") && WasRolledBack(promotions, "b"));
  EXPECT_FALSE(WasRolledBack(promotions, "c"));
  // It survives being kept, and the oldest is forgotten.
  promotions = ReadJson<Promotions>(WriteJson(promotions), Reading::kTolerant).value();
  for (size_t i = 0; i + 1 < kMaxRolledBack; ++i) {
    Promote(Of(fmt::format("more-{}", i), {}), &promotions);
    LAKE_ASSERT_OK(RollBackBecause("less", &promotions));
  }
  EXPECT_EQ(promotions.rolled_back->size(), kMaxRolledBack);
  EXPECT_FALSE(WasRolledBack(promotions, "b"));
  EXPECT_TRUE(WasRolledBack(promotions, "a"));
}

TEST(PromotionsTest, RollingBackPopsUntilNothingIsLeft) {
  Promotions promotions;
  Promote(Of("a", {}), &promotions);
  Promote(Of("b", {}), &promotions);
  Promote(Of("c", {}), &promotions);
  EXPECT_THAT(Trials(promotions), ElementsAre("a", "b", "c"));
  LAKE_ASSERT_OK(RollBack(&promotions));
  EXPECT_THAT(Trials(promotions), ElementsAre("a", "b"));
  Promote(Of("d", {}), &promotions);
  EXPECT_THAT(Trials(promotions), ElementsAre("a", "b", "d"));
  LAKE_ASSERT_OK(RollBack(&promotions));
  LAKE_ASSERT_OK(RollBack(&promotions));
  EXPECT_THAT(Trials(promotions), ElementsAre("a"));
  LAKE_ASSERT_OK(RollBack(&promotions));
  EXPECT_THAT(Trials(promotions), ElementsAre("-"));
  EXPECT_THAT(RollBack(&promotions), IsError(ErrorCode::kFailedPrecondition, "nothing_promoted"));
}

TEST(PromotionsTest, TheOldestOfFiftyOneFormerOnesGoes) {
  Promotions promotions;
  for (int i = 0; i < 52; ++i) Promote(Of(std::to_string(i), {}), &promotions);
  ASSERT_EQ(promotions.history.size(), 50u);
  EXPECT_EQ(promotions.history.front().trial_id, "1");
  EXPECT_EQ(promotions.history.back().trial_id, "50");
  EXPECT_EQ(promotions.current->trial_id, "51");
}

TEST(PromotionsTest, AreReadAndWrittenAsTheyAreKeptElsewhere) {
  const std::string text =
      R"({"current":{"config":{"ef_construction":80,"ef_search":30,"seed":42},"trial_id":"trial-1-0badf00d",)"
      R"("promoted_at":"2026-01-02T03:04:05.000000Z","promoted_by":"autotune","note":null,"host":"h"},)"
      R"("history":[],"schema":3})";
  LAKE_ASSERT_OK_AND_ASSIGN(const Promotions promotions, ReadJson<Promotions>(text, Reading::kTolerant));
  EXPECT_EQ(promotions.current->config.seed, 42u);
  EXPECT_EQ(WriteJson(promotions), text);
  LAKE_ASSERT_OK_AND_ASSIGN(const Promotions none, ReadJson<Promotions>("{}", Reading::kTolerant));
  EXPECT_EQ(WriteJson(none), R"({"current":null,"history":[]})");
}

TEST(PromotionsTest, ConfigurationsOutOfBoundsAreRefused) {
  LAKE_EXPECT_OK(CheckHnswConfig({.ef_construction = 10, .ef_search = 200, .seed = {}}));
  EXPECT_THAT(CheckHnswConfig({.ef_construction = 9, .ef_search = 200, .seed = {}}),
              IsError(ErrorCode::kInvalidArgument, "invalid_request"));
  EXPECT_THAT(CheckHnswConfig({.ef_construction = 400, .ef_search = 201, .seed = {}}),
              IsError(ErrorCode::kInvalidArgument, "invalid_request"));
}

TEST(PromotionsTest, OtherEffortsOfASearchNeedNoOtherGraph) {
  IndexRecord record;
  record.config = HnswConfig{};
  record.live = Built("first", {});
  EXPECT_TRUE(IsBuiltAsConfigured(record));
  EXPECT_EQ(UsualWalk(record).ef_search, 30u);
  PromoteOn(record, "a", {.ef_construction = 80, .ef_search = 60, .seed = 0});
  EXPECT_TRUE(IsBuiltAsConfigured(record));
  EXPECT_EQ(UsualWalk(record).ef_search, 60u);
  // Of a graph that is not built yet the effort does not count.
  PromoteOn(record, "b", {.ef_construction = 80, .ef_search = 90, .seed = 1});
  EXPECT_FALSE(IsBuiltAsConfigured(record));
  EXPECT_EQ(UsualWalk(record).ef_search, 30u);
  LAKE_ASSERT_OK(RollBack(&*record.promotions));
  LAKE_ASSERT_OK(RollBack(&*record.promotions));
  EXPECT_EQ(ConfigToBuild(record), HnswConfig{});
}

TEST(PromotionsTest, ConfigurationsAreWrittenAsTheyCame) {
  // One without the further options is what it was before there were any.
  EXPECT_EQ(WriteJson(HnswConfig{}), R"({"ef_construction":80,"ef_search":30,"seed":null})");
  const HnswConfig full = {.ef_construction = 80,
                           .ef_search = 30,
                           .seed = 1,
                           .degree = 24,
                           .alpha = 1.2,
                           .code = ann::Code::kInt8,
                           .rerank = 40};
  EXPECT_EQ(
      WriteJson(full),
      R"({"ef_construction":80,"ef_search":30,"seed":1,"degree":24,"alpha":1.2,"code":"int8","rerank":40})");
  LAKE_ASSERT_OK_AND_ASSIGN(const HnswConfig read, ReadJson<HnswConfig>(WriteJson(full), Reading::kStrict));
  EXPECT_EQ(read, full);
  EXPECT_EQ(ToText(full), "ef_construction=80 ef_search=30 seed=1 degree=24 alpha=1.2 code=int8 rerank=40");
  EXPECT_EQ(ToText({}), "ef_construction=80 ef_search=30 seed=default");
  for (const HnswConfig& bad :
       {HnswConfig{.degree = 3}, HnswConfig{.degree = 97}, HnswConfig{.alpha = 0.9}, HnswConfig{.alpha = 2.1},
        HnswConfig{.rerank = 0}, HnswConfig{.rerank = 1001}})
    EXPECT_THAT(CheckHnswConfig(bad), IsError(ErrorCode::kInvalidArgument, "invalid_request"));
}

TEST(PromotionsTest, WhatDecidesTheLinksMakesAnotherGraph) {
  EXPECT_TRUE(BuildSameGraph({}, {.seed = 0, .degree = 32, .alpha = 1}));
  EXPECT_TRUE(BuildSameGraph({}, {.ef_search = 90, .code = ann::Code::kF32, .rerank = 90}));
  EXPECT_FALSE(BuildSameGraph({}, {.degree = 31}));
  EXPECT_FALSE(BuildSameGraph({}, {.alpha = 1.1}));
  EXPECT_FALSE(BuildSameGraph({}, {.seed = 1}));
  EXPECT_FALSE(BuildSameGraph({}, {.ef_construction = 81}));
}

TEST(PromotionsTest, WalksGoAsPromotedWhereTheGraphIsThatOne) {
  IndexRecord record;
  record.config = HnswConfig{};
  record.live = Built("first", {});
  PromoteOn(record, "a", {.ef_search = 50, .code = ann::Code::kInt8, .rerank = 70});
  EXPECT_EQ(UsualWalk(record), (WalkSettings{.ef_search = 50, .rerank = 70, .code = ann::Code::kInt8}));
  PromoteOn(record, "b", {.ef_search = 60, .degree = 16, .rerank = 80});
  EXPECT_FALSE(IsBuiltAsConfigured(record));
  EXPECT_EQ(UsualWalk(record), WalkSettings{});
}

TEST(PromotionsTest, WhatIsBuiltIsLiveFromThePromotionOn) {
  IndexRecord record;
  record.config = HnswConfig{};
  record.live = Built("first", {});
  PromoteOn(record, "a", kOther);
  EXPECT_THAT(Generations(record), ElementsAre("first"));
  const auto same = [](const Generation&) { return true; };
  EXPECT_THAT(MakeLive(Built("second", kOther), same, &record), IsEmpty());
  EXPECT_THAT(Generations(record), ElementsAre("second", "first"));
  LAKE_ASSERT_OK(RollBack(&*record.promotions));
  UseKept(&record);
  EXPECT_THAT(Generations(record), ElementsAre("first", "second"));
  PromoteOn(record, "b", kOther);
  EXPECT_THAT(Generations(record), ElementsAre("second", "first"));
  // Nothing of other rows is kept, nor of the same graph.
  EXPECT_THAT(MakeLive(Built("third", kOther), same, &record), ElementsAre("second"));
  EXPECT_THAT(MakeLive(
                  Built("fourth", kOther), [](const Generation&) { return false; }, &record),
              ElementsAre("third", "first"));
  EXPECT_THAT(Generations(record), ElementsAre("fourth"));
}

TEST(PromotionsTest, AFewGenerationsAreKept) {
  IndexRecord record;
  record.config = HnswConfig{};
  record.live = Built("0", {});
  const auto same = [](const Generation&) { return true; };
  std::vector<std::string> gone;
  for (uint32_t i = 1; i <= 4; ++i) {
    const HnswConfig config = {.ef_construction = 100 + i, .ef_search = 30, .seed = {}};
    PromoteOn(record, std::to_string(i), config);
    for (std::string& id : MakeLive(Built(std::to_string(i), config), same, &record))
      gone.push_back(std::move(id));
  }
  EXPECT_THAT(Generations(record), ElementsAre("4", "2", "3"));
  EXPECT_THAT(gone, ElementsAre("0", "1"));
}

TEST(PromotionsTest, WhatWasPromotedWhileABuildRanCounts) {
  IndexRecord record;
  record.config = HnswConfig{};
  record.live = Built("first", {});
  PromoteOn(record, "a", kOther);
  LAKE_ASSERT_OK(RollBack(&*record.promotions));
  const auto same = [](const Generation&) { return true; };
  EXPECT_THAT(MakeLive(Built("late", kOther), same, &record), IsEmpty());
  EXPECT_THAT(Generations(record), ElementsAre("first", "late"));
  // Newer rows go before the configuration.
  const auto other = [](const Generation&) { return false; };
  EXPECT_THAT(MakeLive(Built("newer", kOther), other, &record), ElementsAre("first", "late"));
  EXPECT_THAT(Generations(record), ElementsAre("newer"));
}

TEST(PromotionsTest, RecordsOfBeforeHaveTheConfigurationTheyWereBuiltWith) {
  IndexRecord record;
  record.live = Built("first", kOther);
  EXPECT_EQ(OwnConfig(record), kOther);
  record.live.reset();
  record.failed = {.generation = "failed", .config = kOther};
  EXPECT_EQ(ConfigToBuild(record), kOther);
}

}  // namespace
}  // namespace lake::vector
