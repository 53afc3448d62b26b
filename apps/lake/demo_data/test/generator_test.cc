// Goal: the same bytes for every number of threads, compiler and machine. Method: digests written down here,
// and generating with different threads; a changed digest means that kGeneratorVersion must change too.
#include <gtest/gtest.h>

#include "lake/common/digest.h"
#include "lake/demo_data/files.h"
#include "ordered_blocks.h"
#include "sample_tables.h"

namespace lake::demo_data {
namespace {

constexpr Scale kDigestScale{20'000};

struct Expected {
  Table table;
  std::string_view sha256;
};

TEST(GeneratorTest, BytesAreThoseOfThisVersion) {
  EXPECT_EQ(kGeneratorVersion, 1);
  constexpr Expected kExpected[] = {
      {Table::kCandidates, "8cd19ecedf02f3744856179ac9726352c842559536c8d49a63a689ceadb14bb9"},
      {Table::kClients, "3276d06a8bb2fd95b56dc5ab193a7bb7927b7d00edd9365ffcea78cabcdcffba"},
      {Table::kJobOrders, "a328320d0471a328b86eca6d7370acbf52c950e6051814c82bdc278af2deb6c9"},
      {Table::kPlacements, "5cc7c20e2e0a4cab9b54fa5345cb91c8921e04716831152c3d883329c503b821"},
      {Table::kTimesheets, "e4f478ccbf259c2f604dbf51637fff1b757536d8fcce765c10ed28cf596c7140"},
      {Table::kCallLog, "8f9c14c567e22279200daf13220cf35caf827b235e262e2647e29be6b484ef16"},
      {Table::kEmailLog, "ff26835841eed9701d0f7d31013207219f0a0f0b4c1ddbfe2fa9e40cebb4db10"},
  };
  for (const Expected& expected : kExpected)
    EXPECT_EQ(Sha256Hex(GenerateText(expected.table, kDigestScale, 1)), expected.sha256)
        << TableName(expected.table);
}

TEST(GeneratorTest, ThreadsDoNotMatter) {
  // Three blocks of call_log, so that threads have something to get out of order.
  for (Table table : {Table::kCandidates, Table::kTimesheets, Table::kCallLog}) {
    std::string alone = GenerateText(table, {30'000}, 1);
    EXPECT_EQ(GenerateText(table, {30'000}, 2), alone) << TableName(table);
    EXPECT_EQ(GenerateText(table, {30'000}, 5), alone) << TableName(table);
  }
}

TEST(GeneratorTest, CountsTheRowsItHandsOver) {
  int64_t rows = 0;
  auto sink = [&](std::string_view, int64_t more) -> Status {
    rows += more;
    return {};
  };
  LAKE_ASSERT_OK(GenerateCsv(Table::kCallLog, {30'000}, 2, sink));
  LAKE_ASSERT_OK_AND_ASSIGN(RowCounts counts, CountRows({30'000}));
  EXPECT_EQ(rows, counts.Of(Table::kCallLog));
}

TEST(GeneratorTest, TheSinksErrorStopsTheWork) {
  int calls = 0;
  auto sink = [&](std::string_view, int64_t) -> Status {
    return ++calls == 2 ? Status(ResourceExhausted("disk_full", "full")) : Status();
  };
  EXPECT_THAT(GenerateCsv(Table::kCallLog, {100'000}, 2, sink),
              IsError(ErrorCode::kResourceExhausted, "disk_full"));
  EXPECT_EQ(calls, 2);
}

TEST(GeneratorTest, ABadScaleIsAnError) {
  auto sink = [](std::string_view, int64_t) -> Status { return {}; };
  EXPECT_THAT(GenerateCsv(Table::kClients, {5}, 1, sink), IsError(ErrorCode::kInvalidArgument, "bad_scale"));
}

TEST(OrderedBlocksTest, DeliversEveryBlockOnceAndInOrder) {
  constexpr int64_t kBlocks = 500;
  std::vector<std::string> taken;
  BlockWork work{.blocks = kBlocks,
                 .make = [](int64_t block, std::string* bytes) { *bytes = std::to_string(block); },
                 .take = [&](int64_t block, const std::string& bytes) -> Status {
                   EXPECT_EQ(block, std::ssize(taken));
                   taken.push_back(bytes);
                   return {};
                 }};
  LAKE_ASSERT_OK(RunInOrder(work, 4));
  ASSERT_EQ(std::ssize(taken), kBlocks);
  for (int64_t block = 0; block < kBlocks; ++block)
    EXPECT_EQ(taken[static_cast<size_t>(block)], std::to_string(block));
}

TEST(OrderedBlocksTest, NothingToDoIsDoneAtOnce) {
  BlockWork work{.blocks = 0, .make = {}, .take = {}};
  LAKE_EXPECT_OK(RunInOrder(work, 3));
}

}  // namespace
}  // namespace lake::demo_data
