// Goal: times survive text. Method: known instants, every malformed shape, and a seeded round trip.
#include "lake/common/clock.h"

#include <gtest/gtest.h>

#include <limits>

#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"

namespace lake {
namespace {

TEST(ClockTest, FormatsInUtcWithMicroseconds) {
  EXPECT_EQ(FormatTimestamp({0}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(FormatTimestamp({-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(FormatTimestamp({1'795'250'580'123'456}), "2026-11-21T08:43:00.123456Z");
  EXPECT_EQ(FormatTimestamp({std::numeric_limits<int64_t>::max()}), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(FormatTimestamp({std::numeric_limits<int64_t>::min()}), "0000-01-01T00:00:00.000000Z");
}

TEST(ClockTest, ReadsEveryFormOfRfc3339) {
  const Timestamp instant{1'795'250'580'000'000};
  EXPECT_THAT(ParseTimestamp("2026-11-21T08:43:00Z"), HasValue(instant));
  EXPECT_THAT(ParseTimestamp("2026-11-21 08:43:00z"), HasValue(instant));
  EXPECT_THAT(ParseTimestamp("2026-11-21t10:13:00+01:30"), HasValue(instant));
  EXPECT_THAT(ParseTimestamp("2026-11-20T22:43:00.0-10:00"), HasValue(instant));
  EXPECT_THAT(ParseTimestamp("2026-11-21T08:42:60Z"), HasValue(instant));
  EXPECT_THAT(ParseTimestamp("1970-01-01T00:00:00.5Z"), HasValue(Timestamp{500'000}));
  EXPECT_THAT(ParseTimestamp("1970-01-01T00:00:00.123456789Z"), HasValue(Timestamp{123'456}));
  EXPECT_THAT(ParseTimestamp("1969-12-31T23:59:59.999999Z"), HasValue(Timestamp{-1}));
  EXPECT_THAT(ParseTimestamp("2024-02-29T00:00:00Z"), IsOk());
}

TEST(ClockTest, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026-11-21", "2026-11-21T08:43:00", "2026-11-21T08:43Z", "2026-11-21T08:43:00.Z",
        "2026-11-21T08:43:00.1234567890Z", "2026-11-21T08:43:00Zx", "2026-13-21T08:43:00Z",
        "2026-02-29T08:43:00Z", "2026-11-21T24:00:00Z", "2026-11-21T08:60:00Z", "2026-11-21T08:43:61Z",
        "2026-11-21T08:43:00+1:00", "2026-11-21T08:43:00+24:00", "-026-11-21T08:43:00Z",
        "2026/11/21T08:43:00Z", "12026-11-21T08:43:00Z"})
    EXPECT_THAT(ParseTimestamp(text), IsError(ErrorCode::kInvalidArgument, "bad_timestamp")) << text;
}

TEST(ClockTest, RoundTrip) {
  SeededRandom random(5);
  for (int i = 0; i < 20'000; ++i) {
    const Timestamp time{static_cast<int64_t>(random.NextBelow(300'000'000'000'000'000)) -
                         60'000'000'000'000'000};
    ASSERT_THAT(ParseTimestamp(FormatTimestamp(time)), HasValue(time));
  }
}

TEST(ClockTest, FakeClockMovesOnlyByHand) {
  FakeClock clock;
  EXPECT_EQ(FormatTimestamp(clock.Now()), "2026-01-02T03:04:05.000000Z");
  clock.Advance(std::chrono::milliseconds(1500));
  EXPECT_EQ(FormatTimestamp(clock.Now()), "2026-01-02T03:04:06.500000Z");
  clock.Set({7});
  EXPECT_EQ(clock.Now(), Timestamp{7});
}

TEST(ClockTest, SystemClockIsInThisCentury) {
  const std::string now = FormatTimestamp(SystemClock().Now());
  EXPECT_GT(now, "2026-01-01");
  EXPECT_LT(now, "2100-01-01");
}

}  // namespace
}  // namespace lake
