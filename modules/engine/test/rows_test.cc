// Goal: rows of every type a cell can hold come back exactly, in order. Method: trusted statements, cells as
// text.
#include "lake/engine/rows.h"

#include <gmock/gmock.h>

#include "engine_fixture.h"
#include "lake/common_testing/result_matchers.h"

namespace lake::engine {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;

std::string Text(const Cell& cell) {
  struct Writer {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}f", value); }
    std::string operator()(std::string_view value) const { return fmt::format("'{}'", value); }
    std::string operator()(Timestamp value) const { return fmt::format("@{}", value.micros); }
    std::string operator()(std::span<const std::string>) const { return "list"; }
  };
  return std::visit(Writer(), cell);
}

class RowsTest : public EngineTest {
 protected:
  Result<std::vector<std::string>> Read(const std::string& sql) {
    const auto session = Start();
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ResultStream> stream, session->ExecuteTrusted(sql));
    std::vector<std::string> rows;
    LAKE_RETURN_IF_ERROR(ForEachRow(*stream, [&](std::span<const Cell> cells) {
      std::string& row = rows.emplace_back();
      for (const Cell& cell : cells) row += (row.empty() ? "" : " ") + Text(cell);
      return Status();
    }));
    return rows;
  }
};

TEST_F(RowsTest, GivesEveryTypeAndNulls) {
  EXPECT_THAT(
      *Read("SELECT true, 1::TINYINT, -2::SMALLINT, 3, 4::BIGINT, 0.5::FLOAT, 1.25::DOUBLE, 'short', "
            "'a text that is longer than twelve bytes', '\\x00\\xFF'::BLOB, "
            "TIMESTAMPTZ '1970-01-01 00:00:01+00', NULL::VARCHAR"),
      ElementsAre("true 1 -2 3 4 0.5f 1.25f 'short' 'a text that is longer than twelve bytes' '\0\xFF' "
                  "@1000000 null"s));
}

TEST_F(RowsTest, GivesManyRowsInOrderWithTheTextsOfEach) {
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> rows,
                            Read("SELECT i, 'number ' || i || ' of a longer text' FROM range(200000) t(i)"));
  ASSERT_EQ(rows.size(), 200'000u);
  for (size_t i = 0; i < rows.size(); ++i)
    ASSERT_EQ(rows[i], fmt::format("{} 'number {} of a longer text'", i, i));
}

TEST_F(RowsTest, NamesWhatItCannotRead) {
  EXPECT_THAT(Read("SELECT 1 AS a, [1, 2] AS b"), IsError(ErrorCode::kInternal, "unreadable_type"));
}

TEST_F(RowsTest, StopsWithTheErrorOfWhoTakesThem) {
  const auto session = Start();
  auto stream = session->ExecuteTrusted("SELECT 1");
  LAKE_ASSERT_OK(stream);
  EXPECT_THAT(ForEachRow(**stream, [](auto) { return Status(Aborted("enough", "enough")); }),
              IsError(ErrorCode::kAborted, "enough"));
}

}  // namespace
}  // namespace lake::engine
