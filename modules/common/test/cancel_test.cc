// Goal: cancellation is seen once by everyone and never outlives a registration. Method: callbacks that
// count, threads that race through a barrier; the sanitizers judge the rest.
#include "lake/common/cancel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "lake/common/context.h"
#include "lake/common_testing/result_matchers.h"

namespace lake {
namespace {

TEST(CancelTest, DefaultTokenIsNeverCancelled) {
  const CancelToken token;
  EXPECT_FALSE(token.cancelled());
  const CancelRegistration registration = token.OnCancel([] { FAIL(); });
}

TEST(CancelTest, OnlyTheFirstReasonCounts) {
  CancelSource source;
  const CancelToken token = source.token();
  EXPECT_FALSE(token.cancelled());
  source.Cancel("client_gone");
  source.Cancel("shutdown");
  ASSERT_TRUE(token.cancelled());
  EXPECT_EQ(token.error().code(), ErrorCode::kCancelled);
  EXPECT_EQ(token.error().reason(), "client_gone");
}

TEST(CancelTest, CallbacksRunOnceInOrderAndAtOnceWhenLate) {
  CancelSource source;
  std::string order;
  const CancelRegistration first = source.token().OnCancel([&] { order += 'a'; });
  const CancelRegistration second = source.token().OnCancel([&] { order += 'b'; });
  {
    const CancelRegistration dropped = source.token().OnCancel([&] { order += 'x'; });
  }
  source.Cancel("by_request");
  source.Cancel("by_request");
  const CancelRegistration late = source.token().OnCancel([&] { order += 'c'; });
  EXPECT_EQ(order, "abc");
}

TEST(CancelTest, AssignmentUnregistersTheOldOne) {
  CancelSource source;
  std::string order;
  CancelRegistration registration = source.token().OnCancel([&] { order += 'a'; });
  registration = source.token().OnCancel([&] { order += 'b'; });
  CancelRegistration moved = std::move(registration);
  source.Cancel("by_request");
  EXPECT_EQ(order, "b");
}

TEST(CancelTest, UnregisteringWaitsForTheRunningCallback) {
  CancelSource source;
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> finished = false;
  std::optional<CancelRegistration> registration = source.token().OnCancel([&] {
    entered.set_value();
    leave.get_future().wait();
    finished = true;
  });
  std::thread canceller([&] { source.Cancel("shutdown"); });
  entered.get_future().wait();
  std::thread releaser([&] { leave.set_value(); });
  registration.reset();
  EXPECT_TRUE(finished);
  canceller.join();
  releaser.join();
}

TEST(CancelTest, RacingCancelRegisterAndUnregister) {
  for (int round = 0; round < 500; ++round) {
    CancelSource source;
    constexpr int kThreads = 4;
    std::barrier start(kThreads + 1);
    std::vector<std::thread> threads;
    std::atomic<int> broken = 0;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&, token = source.token()] {
        start.arrive_and_wait();
        for (int k = 0; k < 5; ++k) {
          auto alive =
              std::make_unique<int>(k);  // A callback after its registration's end would touch freed memory.
          const CancelRegistration registration =
              token.OnCancel([&broken, p = alive.get(), k] { broken += *p != k; });
        }
      });
    start.arrive_and_wait();
    source.Cancel("shutdown");
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(broken, 0);
  }
}

TEST(CancelTest, ContextTellsCancelFromDeadline) {
  Context context;
  EXPECT_THAT(context.CheckAlive(), IsOk());
  context.deadline = Deadline::After(std::chrono::milliseconds(0));
  EXPECT_THAT(context.CheckAlive(), IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  CancelSource source;
  context.cancel = source.token();
  source.Cancel("client_gone");
  EXPECT_THAT(context.CheckAlive(), IsError(ErrorCode::kCancelled, "client_gone"));
  EXPECT_TRUE(Deadline::Never().never());
  EXPECT_FALSE(Deadline::Never().passed());
}

}  // namespace
}  // namespace lake
