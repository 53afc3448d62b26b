// Goal: readers can follow the log: commits after a cursor, and a wait for the next one that ends with its
// context. Method: a short history read in pages; waits ended by a commit, by cancellation and by a deadline.
#include <thread>

#include "catalog_fixture.h"

namespace lake::catalog {
namespace {

class Tailing : public CatalogTest {};

TEST_F(Tailing, CommitsAreReadInOrderFromACursor) {
  for (int i = 1; i <= 5; ++i) ASSERT_THAT(Commit({Put("a", i)}), IsOk());
  LAKE_ASSERT_OK_AND_ASSIGN(const auto page, catalog_->ReadCommits(Context(), Version{1}, 2));
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].version, Version{2});
  EXPECT_EQ(page[1].version, Version{3});
  ASSERT_EQ(page[1].transactions.size(), 1u);
  EXPECT_EQ(page[1].transactions[0].operation, "test");
  EXPECT_EQ(std::get<PutEntity>(page[1].transactions[0].actions[0]).document, JsonValue(3));
  EXPECT_LT(page[0].time, page[1].time);
  LAKE_ASSERT_OK_AND_ASSIGN(const auto rest, catalog_->ReadCommits(Context(), Version{3}, 1000));
  EXPECT_EQ(rest.size(), 2u);
  LAKE_ASSERT_OK_AND_ASSIGN(const auto none, catalog_->ReadCommits(Context(), Version{5}, 1000));
  EXPECT_TRUE(none.empty());
  world_.Remove(LogKey(4));
  EXPECT_THAT(catalog_->ReadCommits(Context(), Version{1}, 1000),
              IsError(ErrorCode::kDataLoss, "log_damaged"));
}

TEST_F(Tailing, AWaitEndsWithTheNextCommit) {
  ASSERT_THAT(Commit({Put("a", 1)}), IsOk());
  EXPECT_THAT(catalog_->WaitForCommit(Context(), Version{}), IsOk()) << "it is there already";
  std::thread waiter([&] {
    EXPECT_THAT(catalog_->WaitForCommit(Context(), Version{1}), IsOk());
    EXPECT_EQ(catalog_->snapshot()->version(), Version{2});
  });
  ASSERT_THAT(Commit({Put("a", 2)}), IsOk());
  waiter.join();
}

TEST_F(Tailing, AWaitEndsWithItsContext) {
  const Context late{.deadline = Deadline::After(std::chrono::milliseconds(1)), .cancel = {}, .trace_id = {}};
  EXPECT_THAT(catalog_->WaitForCommit(late, Version{}), IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  CancelSource source;
  const Context context{.deadline = Deadline::Never(), .cancel = source.token(), .trace_id = {}};
  std::thread waiter([&] {
    EXPECT_THAT(catalog_->WaitForCommit(context, Version{}), IsError(ErrorCode::kCancelled, "shutdown"));
  });
  source.Cancel("shutdown");
  waiter.join();
}

}  // namespace
}  // namespace lake::catalog
