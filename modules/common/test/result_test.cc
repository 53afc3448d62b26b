// Goal: errors travel through the macros unchanged, whatever is nested in them. Method: functions that fail
// on demand.
#include "lake/common/result.h"

#include <gtest/gtest.h>

#include <memory>

#include "lake/common_testing/result_matchers.h"

namespace lake {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0) return InvalidArgument("odd", "{} is odd", number);
  return number / 2;
}

Result<int> Quarter(int number) {
  LAKE_ASSIGN_OR_RETURN(const int half, Half(number));
  LAKE_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

Status CheckQuarter(int number) {
  // A lambda with the same macros inside the macro's argument: nothing may shadow, and commas are no problem.
  LAKE_RETURN_IF_ERROR([&](int times, int start) -> Status {
    for (int i = 0; i < times; ++i) LAKE_RETURN_IF_ERROR(Half(start));
    return {};
  }(2, number));
  LAKE_ASSIGN_OR_RETURN(auto moved, [&]() -> Result<std::unique_ptr<int>> {
    LAKE_ASSIGN_OR_RETURN(int half, Half(number));
    return std::make_unique<int>(half);
  }());
  LAKE_RETURN_IF_ERROR(Half(*moved));
  return {};
}

TEST(ResultTest, MacrosReturnTheFirstError) {
  EXPECT_THAT(Quarter(12), HasValue(3));
  EXPECT_THAT(Quarter(3), IsError(ErrorCode::kInvalidArgument, "odd"));
  EXPECT_EQ(Quarter(6).error().message(), "3 is odd");
  EXPECT_THAT(CheckQuarter(8), IsOk());
  EXPECT_EQ(CheckQuarter(7).error().message(), "7 is odd");
  EXPECT_EQ(CheckQuarter(6).error().message(), "3 is odd");
}

TEST(ResultTest, ErrorText) {
  const Error error = NotFound("dataset_not_found", "dataset does not exist: {}", "tax")
                          .WithDetail("/name", "no such dataset")
                          .WithCause("ENOENT")
                          .Within("query");
  EXPECT_EQ(
      error.ToString(),
      "not_found/dataset_not_found: query: dataset does not exist: tax; \"/name\": no such dataset [ENOENT]");
  EXPECT_TRUE(error.Is("dataset_not_found"));
  EXPECT_TRUE(error.Is(ErrorCode::kNotFound));
}

TEST(ResultTest, MatchersSayWhatTheySaw) {
  EXPECT_EQ(testing::PrintToString(Quarter(3)), "invalid_argument/odd: 3 is odd");
  EXPECT_EQ(testing::PrintToString(Quarter(4)), "ok with 1");
  EXPECT_EQ(testing::PrintToString(Status()), "ok");
  EXPECT_THAT(Quarter(4), testing::Not(HasValue(2)));
  EXPECT_THAT(Quarter(3), testing::Not(HasValue(testing::Gt(0))));
  EXPECT_THAT(Quarter(3), testing::Not(IsOk()));
  EXPECT_THAT(Quarter(3), testing::Not(IsError(ErrorCode::kInternal, "odd")));
  EXPECT_THAT(Quarter(3), testing::Not(IsError(ErrorCode::kInvalidArgument, "even")));
}

TEST(ResultDeathTest, ValueOfAnErrorStopsTheProcess) {
  EXPECT_DEATH((void)Quarter(3).value(), "result.h:[0-9]+: check failed: ok\\(\\)");
}

}  // namespace
}  // namespace lake
