// Goal: a short piece of work does not wait for a long one, every turn is taken once, and a crowd is refused.
// Method: works that write down their turns, and one that holds the only thread.
#include "turn_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "lake/common_testing/result_matchers.h"

namespace lake::models {
namespace {

using testing::ElementsAre;

class Noted final : public Work {
 public:
  Noted(size_t turns, std::function<void(size_t)> take) : turns_(turns), take_(std::move(take)) {}
  size_t turns() const override { return turns_; }
  void TakeTurn(size_t turn) override { take_(turn); }

 private:
  const size_t turns_;
  const std::function<void(size_t)> take_;
};

/// Something that happens once and can be waited for.
class Signal {
 public:
  void Give() {
    MutexLock lock(mutex_);
    given_ = true;
    changed_.NotifyAll();
  }
  void Wait() {
    MutexLock lock(mutex_);
    while (!given_) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool given_ LAKE_GUARDED_BY(mutex_) = false;
};

TEST(TurnQueueTest, TakesTurnsInCircles) {
  Signal all_there, done;
  std::vector<std::string> order;  // One thread writes it.
  TurnQueue queue({.threads = 1, .max_works = 8});
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(1, [&](size_t) { all_there.Wait(); })));
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(4, [&](size_t turn) {
    order.push_back("long " + std::to_string(turn));
    if (turn == 3) done.Give();
  })));
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(1, [&](size_t) { order.push_back("short"); })));
  all_there.Give();
  done.Wait();
  EXPECT_THAT(order, ElementsAre("long 0", "short", "long 1", "long 2", "long 3"));
}

TEST(TurnQueueTest, TakesEachTurnOnce) {
  std::array<std::atomic<int>, 1000> taken = {};
  {
    TurnQueue queue({.threads = 4, .max_works = 100});
    for (size_t work = 0; work < 10; ++work)
      LAKE_ASSERT_OK(
          queue.Add(std::make_shared<Noted>(100, [&, work](size_t turn) { ++taken[work * 100 + turn]; })));
  }
  for (const std::atomic<int>& count : taken) EXPECT_EQ(count, 1);
}

TEST(TurnQueueTest, RefusesWhatIsTooMuch) {
  Signal begun, go_on;
  TurnQueue queue({.threads = 1, .max_works = 1});
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(1, [&](size_t) {
    begun.Give();
    go_on.Wait();
  })));
  begun.Wait();
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(1, [](size_t) {})));
  EXPECT_THAT(queue.Add(std::make_shared<Noted>(1, [](size_t) {})),
              IsError(ErrorCode::kResourceExhausted, "models_busy"));
  go_on.Give();
}

}  // namespace
}  // namespace lake::models
