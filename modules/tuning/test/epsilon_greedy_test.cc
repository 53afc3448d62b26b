// Goal: the next configuration follows from the journal alone, is within the bounds, near the champion three
// times of four, and none that was tried; in the end nothing is left to propose. Method: journals that grow
// by what is proposed, of every length up to some thousands, and one that holds everything.
#include "lake/tuning/epsilon_greedy.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>
#include <utility>
#include <vector>

namespace lake::tuning {
namespace {

using vector::HnswConfig;

constexpr HnswConfig kChampion = {.ef_construction = 80, .ef_search = 30, .seed = 42};

std::optional<Proposal> Propose(const std::vector<HnswConfig>& tried, const HnswConfig& champion) {
  return ProposeEpsilonGreedy(tried, champion, EpsilonGreedyRule{});
}

bool IsNear(const HnswConfig& config, const HnswConfig& champion) {
  const auto apart = [](uint32_t a, uint32_t b) { return a < b ? b - a : a - b; };
  return apart(config.ef_construction, champion.ef_construction) <= 20 &&
         apart(config.ef_search, champion.ef_search) <= 10;
}

/// A journal of so many proposals, each made with those before it.
std::vector<HnswConfig> Journal(size_t length, const HnswConfig& champion) {
  std::vector<HnswConfig> tried;
  while (tried.size() < length) tried.push_back(Propose(tried, champion)->config);
  return tried;
}

TEST(EpsilonGreedyTest, TheSameJournalGivesTheSameProposal) {
  const std::vector<HnswConfig> once = Journal(60, kChampion);
  EXPECT_EQ(once, Journal(60, kChampion));
  // A cut journal goes on as it did.
  std::vector<HnswConfig> cut(once.begin(), once.begin() + 30);
  EXPECT_EQ(Propose(cut, kChampion)->config, once[30]);
  // What was tried counts by how many, not by their order.
  std::swap(cut[3], cut[20]);
  EXPECT_EQ(Propose(cut, kChampion)->config, once[30]);
  // Another length draws another number.
  cut.pop_back();
  EXPECT_NE(Propose(cut, kChampion)->config, once[30]);
}

TEST(EpsilonGreedyTest, IsWithinTheBoundsAndNothingTwice) {
  for (const HnswConfig& champion : {kChampion, HnswConfig{.ef_construction = 10, .ef_search = 10},
                                     HnswConfig{.ef_construction = 400, .ef_search = 200, .seed = 1}}) {
    std::set<std::pair<uint32_t, uint32_t>> seen;
    for (const HnswConfig& config : Journal(300, champion)) {
      EXPECT_TRUE(CheckHnswConfig(config).ok()) << ToText(config);
      EXPECT_TRUE(seen.emplace(config.ef_construction, config.ef_search).second) << ToText(config);
      EXPECT_EQ(config.seed, champion.seed);
    }
  }
}

TEST(EpsilonGreedyTest, AnotherSeedIsNoOtherConfiguration) {
  std::vector<HnswConfig> tried(9, kChampion);
  HnswConfig first = Propose(tried, kChampion)->config;
  first.seed = 1;
  tried.back() = first;
  const HnswConfig next = Propose(tried, kChampion)->config;
  EXPECT_NE(std::pair(next.ef_construction, next.ef_search),
            std::pair(first.ef_construction, first.ef_search));
}

TEST(EpsilonGreedyTest, EveryFourthIsDrawnFromEverything) {
  constexpr size_t kLengths = 2000;
  size_t by_chance = 0;
  size_t far = 0;
  for (size_t length = 0; length < kLengths; ++length) {
    // As many as that, but nothing of the space is taken.
    const std::vector<HnswConfig> tried(length, kChampion);
    const Proposal proposal = *Propose(tried, kChampion);
    if (proposal.by == ProposedBy::kChance) {
      ++by_chance;
      far += IsNear(proposal.config, kChampion) ? 0 : 1;
    } else {
      EXPECT_TRUE(IsNear(proposal.config, kChampion)) << ToText(proposal.config);
    }
  }
  // Four standard deviations of 2,000 draws.
  const double tolerance = 4 * std::sqrt(0.25 * 0.75 / kLengths);
  EXPECT_NEAR(static_cast<double>(by_chance) / kLengths, 0.25, tolerance);
  EXPECT_GT(far, by_chance * 9 / 10);
}

TEST(EpsilonGreedyTest, WhereNothingNearIsLeftEverythingIs) {
  std::vector<HnswConfig> near;
  for (uint32_t construction = 60; construction <= 100; ++construction)
    for (uint32_t search = 20; search <= 40; ++search)
      near.push_back({.ef_construction = construction, .ef_search = search});
  for (size_t more = 0; more < 20; ++more) {
    near.push_back(kChampion);
    const Proposal proposal = *Propose(near, kChampion);
    EXPECT_EQ(proposal.by, ProposedBy::kChance);
    EXPECT_FALSE(IsNear(proposal.config, kChampion));
  }
}

TEST(EpsilonGreedyTest, WhenAllWereTriedNothingIsProposed) {
  std::vector<HnswConfig> all;
  for (uint32_t construction = 10; construction <= 400; ++construction)
    for (uint32_t search = 10; search <= 200; ++search)
      all.push_back({.ef_construction = construction, .ef_search = search});
  EXPECT_FALSE(Propose(all, kChampion));
  const HnswConfig left = all[12'345];
  all[12'345] = kChampion;
  HnswConfig proposed = Propose(all, kChampion)->config;
  EXPECT_EQ(proposed.seed, kChampion.seed);
  proposed.seed.reset();
  EXPECT_EQ(proposed, left);
}

TEST(EpsilonGreedyTest, WhatIsOutOfBoundsInAnOldJournalIsNoObstacle) {
  const std::vector<HnswConfig> tried = {{.ef_construction = 5, .ef_search = 500}, {.ef_construction = 9000}};
  EXPECT_TRUE(Propose(tried, kChampion));
  // Nothing is near a champion that is out of bounds.
  const Proposal proposal = *Propose(tried, {.ef_construction = 1000, .ef_search = 1});
  EXPECT_EQ(proposal.by, ProposedBy::kChance);
}

}  // namespace
}  // namespace lake::tuning
