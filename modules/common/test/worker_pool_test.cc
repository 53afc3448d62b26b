// Goal: a pool runs what it accepted, refuses what it cannot hold, and ends cleanly. Method: tasks that block
// on promises, so that every state is reached without waiting for time to pass.
#include "lake/common/worker_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>

#include "lake/common_testing/result_matchers.h"

namespace lake {
namespace {

/// A task that says when it runs and stays until it is released, at the latest when the gate goes.
class Gate {
 public:
  ~Gate() { Release(); }
  std::move_only_function<void()> Task() {
    return [doors = doors_] {
      doors->entered.count_down();
      doors->released.wait();
    };
  }
  void AwaitEntered() { doors_->entered.wait(); }
  void Release() {
    if (!doors_->released.try_wait()) doors_->released.count_down();
  }

 private:
  struct Doors {
    std::latch entered{1};
    std::latch released{1};
  };
  std::shared_ptr<Doors> doors_ = std::make_shared<Doors>();
};

TEST(WorkerPoolTest, RefusesBeyondThreadsAndQueue) {
  std::atomic<int> ran = 0;
  WorkerPool pool({.name = "test", .threads = 1, .queue_limit = 2});
  Gate gate;
  LAKE_ASSERT_OK(pool.Submit(gate.Task()));
  LAKE_ASSERT_OK(pool.Submit([&] { ++ran; }));  // Accepted whether or not the first has started.
  LAKE_ASSERT_OK(pool.Submit([&] { ++ran; }));
  EXPECT_THAT(pool.Submit([&] { ++ran; }), IsError(ErrorCode::kResourceExhausted, "pool_full"));
  gate.AwaitEntered();
  EXPECT_EQ(pool.running(), 1u);
  EXPECT_EQ(pool.queued(), 2u);
  EXPECT_THAT(pool.Submit([&] { ++ran; }), IsError(ErrorCode::kResourceExhausted, "pool_full"));
  gate.Release();
  pool.Shutdown();
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(pool.running(), 0u);
  EXPECT_EQ(pool.queued(), 0u);
}

TEST(WorkerPoolTest, ShutdownRunsWhatWasAcceptedAndRefusesTheRest) {
  std::atomic<int> ran = 0;
  WorkerPool pool({.name = "test", .threads = 2, .queue_limit = 10});
  Gate gate;
  LAKE_ASSERT_OK(pool.Submit(gate.Task()));
  for (int i = 0; i < 5; ++i) LAKE_ASSERT_OK(pool.Submit([&] { ++ran; }));
  gate.AwaitEntered();
  std::thread first([&] { pool.Shutdown(); });
  std::thread second([&] { pool.Shutdown(); });
  Status refused;
  do {  // Until the shutdown has begun, tasks are taken or the queue is full.
    refused = pool.Submit([] {});
  } while (refused.ok() || refused.error().Is("pool_full"));
  EXPECT_THAT(refused, IsError(ErrorCode::kUnavailable, "shutting_down"));
  gate.Release();
  first.join();
  second.join();
  EXPECT_EQ(ran, 5);
}

TEST(WorkerPoolTest, ThreadsRunTogetherAndCarryTheName) {
  WorkerPool pool({.name = "fifteen-letters", .threads = 2, .queue_limit = 1});
  std::promise<std::string> name;
  std::promise<void> met;
  LAKE_ASSERT_OK(pool.Submit([&] { met.get_future().wait(); }));  // Ends only if the other thread runs too.
  LAKE_ASSERT_OK(pool.Submit([&] {
    std::array<char, 16> buffer{};
    pthread_getname_np(pthread_self(), buffer.data(), buffer.size());
    met.set_value();
    name.set_value(buffer.data());
  }));
  EXPECT_EQ(name.get_future().get(), "fifteen-letters");
}

TEST(WorkerPoolTest, TaskIsDestroyedBeforeItStopsCounting) {
  auto pool =
      std::make_unique<WorkerPool>(WorkerPool::Options{.name = "test", .threads = 1, .queue_limit = 1});
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = owned;
  LAKE_ASSERT_OK(pool->Submit([moved = std::move(owned)] { (void)moved; }));
  pool.reset();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace lake
