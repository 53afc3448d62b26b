// Goal: the start of a file says the same as the whole file, or nothing. Method: files around the limits of
// the sample, sniffed both ways.
#include "early_look.h"

#include <gtest/gtest.h>

#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/storage/memory_store.h"

namespace lake::ingest {
namespace {

class EarlyLookTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto engine = engine::Engine::Open({.spill_directory = testing::TempDir() + "early_look"});
    LAKE_ASSERT_OK(engine);
    engine_ = *std::move(engine);
  }

  std::string TypesOf(const std::optional<engine::CsvDialect>& dialect) {
    std::string types;
    if (dialect)
      for (const auto& column : dialect->columns) types += column.name + " " + column.type + ",";
    return types;
  }
  std::string FromStart(const std::string& csv) {
    return TypesOf(EarlyLook({}, *engine_, clock_, csv.substr(0, EarlyLook::kStartBytes)).dialect());
  }
  std::string FromWhole(const std::string& csv) {
    const auto key = storage::ObjectKey::Parse("f.csv").value();
    auto dialect = engine_->SniffCsv(
        {},
        {.path = "f", .store = storage::MakeMemoryStore(clock_, key, csv), .key = key, .bytes = csv.size()});
    return dialect.ok() ? TypesOf(*dialect) : dialect.error().ToString();
  }

  /// More than the sample; `odd` takes the place of the number in one row.
  static std::string File(size_t width, size_t odd_row, const std::string& odd) {
    std::string csv = "n,text\n";
    for (size_t row = 0; csv.size() < EarlyLook::kStartBytes + (2u << 20); ++row)
      csv += (row == odd_row ? odd : std::to_string(row)) + "," + std::string(width, 'x') + "\n";
    return csv;
  }

  FakeClock clock_;
  std::unique_ptr<engine::Engine> engine_;
};

TEST_F(EarlyLookTest, SaysTheSameAsTheWholeFile) {
  for (const size_t odd_row : {size_t{5}, size_t{20'000}, size_t{60'000}, size_t{95'000}, SIZE_MAX}) {
    const std::string csv = File(60, odd_row, "word");
    EXPECT_EQ(FromStart(csv), FromWhole(csv)) << odd_row;
    EXPECT_NE(FromStart(csv), "") << odd_row;
  }
}

TEST_F(EarlyLookTest, SaysNothingWhenTheStartIsNotEnough) {
  EXPECT_EQ(FromStart(File(1000, SIZE_MAX, "")), "") << "too few rows";
  EXPECT_EQ(FromStart(std::string(EarlyLook::kStartBytes, 'x')), "") << "no line";
  EXPECT_EQ(FromStart(File(60, 119'000, "\"open")), FromWhole(File(60, 119'000, "\"open")))
      << "behind the start";
  EXPECT_EQ(FromStart(File(60, 100'000, "\"open")), "") << "ends in a cell";
  EXPECT_EQ(FromStart("PAR1" + File(60, SIZE_MAX, "")), "") << "no CSV";
}

}  // namespace
}  // namespace lake::ingest
