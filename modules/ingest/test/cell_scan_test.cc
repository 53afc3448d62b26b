// Goal: what a sample cannot promise about a CSV file is found wherever it is, and nothing is found that is
// not there. Method: small files looked at cell by cell; then the same files behind more bytes than the scan
// holds at once, cut at every place.
#include "cell_scan.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/storage/memory_store.h"
#include "number_form.h"
#include "time_form.h"

namespace lake::ingest {
namespace {

constexpr CellRule kWhole{.kind = CellRule::Kind::kNumber};
constexpr CellRule kDouble{.kind = CellRule::Kind::kNumber, .kept_fraction = CellRule::kEveryDigit};
constexpr CellRule kCellText{.kind = CellRule::Kind::kText};

class CellScanTest : public ::testing::Test {
 protected:
  Result<std::vector<ColumnFacts>> Scan(const std::string& bytes, const std::vector<CellRule>& rules) {
    const storage::ObjectKey key = storage::ObjectKey::Parse("f.csv").value();
    LAKE_EXPECT_OK(store_->Put({}, key, bytes, storage::Overwrite{}));
    dialect_.columns.assign(rules.size(), {});
    for (size_t i = 0; i < rules.size(); ++i) dialect_.columns[i].name = std::string(1, "abc"[i]);
    return ScanCells({}, {.path = "f", .store = store_, .key = key, .bytes = bytes.size()}, dialect_, rules);
  }

  /// "line:text" of the first cell of the first column with that loss, at the end of the file and before
  /// more of it: cells that have many bytes behind them are looked at differently.
  std::string Find(const std::string& bytes, Loss loss, const CellRule& rule) {
    std::string found = FindIn(bytes, loss, rule);
    EXPECT_EQ(FindIn(bytes + "\n1," + std::string(100, 'x') + "\n", loss, rule), found) << bytes;
    return found;
  }

  std::string FindIn(const std::string& bytes, Loss loss, const CellRule& rule) {
    auto facts = Scan(bytes, {rule, kCellText});
    if (!facts.ok()) return facts.error().ToString();
    const CellExample* example = facts->front().Find(loss);
    return example == nullptr ? "" : fmt::format("{}:{}", example->line, example->text);
  }

  FakeClock clock_;
  std::shared_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
  engine::CsvDialect dialect_;
};

TEST(NumberFormTest, SaysWhatANumericColumnWouldChange) {
  for (const char* cell : {"0", "7", "-7", " 7 ", "-0", "0.5", "1.0", "1.50", "+5", ".5", "5."}) {
    EXPECT_TRUE(FormOf(cell).is_number) << cell;
    EXPECT_FALSE(FormOf(cell).is_name) << cell;
  }
  for (const char* cell : {"00", "007", "-007", "+007", " 00123", "00.5", "+4915112345678", "0x1F", "1_000"})
    EXPECT_TRUE(FormOf(cell).is_name) << cell;
  for (const char* cell : {"", "-", ".", "x", "1a", "1-2", "08:30", "2024-01-02", "1,5", "1e", "e5", "NaN"})
    EXPECT_FALSE(FormOf(cell).is_number) << cell;
  EXPECT_EQ(FormOf("1.00").fraction_digits, 0u);
  EXPECT_EQ(FormOf("1.050").fraction_digits, 2u);
  EXPECT_EQ(FormOf("1e3").fraction_digits, NumberForm::kExponent);
  EXPECT_FALSE(FormOf("9007199254740992").beyond_double);
  EXPECT_TRUE(FormOf("9007199254740993").beyond_double);
  EXPECT_FALSE(FormOf("9223372036854775807").beyond_bigint);
  EXPECT_TRUE(FormOf("9223372036854775808").beyond_bigint);
  EXPECT_FALSE(FormOf("-9223372036854775808").beyond_bigint);
  EXPECT_TRUE(FormOf("123456789012345678901234567890").beyond_bigint);
}

TEST(TimeFormTest, SaysWhatAColumnOfTimesWouldChange) {
  const auto says = [](std::string_view cell) {
    const TimeForm form = TimeFormOf(cell);
    return std::string(form.has_both ? "b" : "") + (form.has_time ? "t" : "") + (form.has_offset ? "o" : "") +
           (form.too_fine ? "f" : "");
  };
  for (const char* cell : {"2024-01-02 00:00:00", "2024-01-02T00:00:00.000Z", "2024-01-02 00:00:00+00"})
    EXPECT_EQ(says(cell), "b") << cell;
  for (const char* cell : {"2024-01-02", "20240102", " 2024-01-02 ", "02/01/2024", "1", "00:00"})
    EXPECT_EQ(says(cell), "") << cell;
  for (const char* cell : {"2024-01-02 10:00", "2024-01-02T10:00:00Z", "2024-01-02 00:00:00.5",
                           "2024-01-02 10:00:00 UTC", "2024-01-02 10:00:00-00:00"})
    EXPECT_EQ(says(cell), "bt") << cell;
  for (const char* cell :
       {"2024-01-02 10:00:00+02", "2024-01-02 10:00-05:30", "2024-01-02 10:00:00 Europe/Berlin"})
    EXPECT_EQ(says(cell), "bto") << cell;
  for (const char* cell : {"10:00", "10:00:00", "10:00:00.123456", "10:00:00.123456000", "10:00:00Z"})
    EXPECT_EQ(says(cell), "t") << cell;
  EXPECT_EQ(says("10:00:00+02"), "to");
  EXPECT_EQ(says("10:00:00 +02"), "to");
  EXPECT_EQ(says("10:00:00.1234567"), "tf");
  EXPECT_EQ(says("2024-01-02 10:00:00.123456789+02"), "btof");
  for (const char* cell : {"", " ", "-", "n/a", "infinity"}) EXPECT_EQ(says(cell), "") << cell;
}

TEST_F(CellScanTest, FindsWhatTimesWouldLose) {
  using Kind = CellRule::Kind;
  const auto find = [this](std::string_view cell, Loss loss, Kind kind) {
    return Find(fmt::format("a,b\n2024-01-02,x\n{},y\n{},z\n", cell, cell), loss, {.kind = kind});
  };
  EXPECT_EQ(find("2024-01-02 10:00:00", Loss::kTimeOfDay, Kind::kDate), "3:2024-01-02 10:00:00");
  EXPECT_EQ(find("2024-01-02 00:00:00", Loss::kTimeOfDay, Kind::kDate), "");
  EXPECT_EQ(find("2024-01-02 00:00+02", Loss::kOffset, Kind::kDate), "3:2024-01-02 00:00+02");
  EXPECT_EQ(find("2024-01-02 10:00:00", Loss::kPartOfTime, Kind::kTimestamp), "");
  EXPECT_EQ(find("2024-01-02T10:00:00Z", Loss::kOffset, Kind::kTimestamp), "");
  EXPECT_EQ(find("2024-01-02 10:00+02", Loss::kOffset, Kind::kTimestamp), "3:2024-01-02 10:00+02");
  EXPECT_EQ(find("2024-01-02 10:00+02", Loss::kOffset, Kind::kTimestampWithZone), "");
  EXPECT_EQ(find("2024-01-02 10:00:00.1234567+02", Loss::kPartOfTime, Kind::kTimestampWithZone),
            "3:2024-01-02 10:00:00.1234567+02");
  const auto find_time = [this](std::string_view cell) {
    return Find(fmt::format("a,b\n08:30:00,x\n{},y\n", cell), Loss::kPartOfTime, {.kind = Kind::kTime});
  };
  EXPECT_EQ(find_time("08:30"), "");
  EXPECT_EQ(find_time("08:30+02"), "3:08:30+02");
  EXPECT_EQ(find_time("2024-01-02 08:30:00"), "3:2024-01-02 08:30:00");
}

TEST_F(CellScanTest, FindsTheFirstCellOfEachKindWithItsLine) {
  EXPECT_EQ(Find("a,b\n1,x\n00123,y\n00456,z\n", Loss::kName, kWhole), "3:00123");
  EXPECT_EQ(Find("a,b\n1,x\n\"00123\",y\n", Loss::kName, kDouble), "3:00123");
  EXPECT_EQ(Find("a,b\n1,x\n1.5,y\n", Loss::kFraction, kWhole), "3:1.5");
  EXPECT_EQ(Find("a,b\n1,x\n1e3,y\n", Loss::kFraction, kWhole), "3:1e3");
  EXPECT_EQ(Find("a,b\n1.5,x\n", Loss::kFraction, kDouble), "");
  EXPECT_EQ(Find("a,b\n1.25,x\n1.250,x\n1.255,x\n", Loss::kFraction,
                 {.kind = CellRule::Kind::kNumber, .kept_fraction = 2}),
            "4:1.255");
  EXPECT_EQ(Find("a,b\n1.5,x\n9007199254740993,x\n", Loss::kLongWhole, kDouble), "3:9007199254740993");
  EXPECT_EQ(Find("a,b\n9223372036854775808,x\n", Loss::kBeyondBigint, kWhole), "2:9223372036854775808");
  EXPECT_EQ(Find("a,b\n1,007\n08:30,007\n2024-01-02,x\n", Loss::kName, kWhole), "");
  EXPECT_EQ(Find("a,b\n007,x\n", Loss::kName, kCellText), "");
}

TEST_F(CellScanTest, CountsLinesAsAnEditorDoes) {
  EXPECT_EQ(Find("a,b\r\n1,\"two\r\nlines\"\r\n\r\n007,x\r\n", Loss::kName, kWhole), "5:007");
  EXPECT_EQ(Find("a,b\r1,x\r007,x\r", Loss::kName, kWhole), "3:007");
  EXPECT_EQ(Find("a,b\n1,x\r2,a longer text\n\n007,x\n", Loss::kName, kWhole), "5:007");
  EXPECT_EQ(Find("\xEF\xBB\xBF\"a\",b\n007,x", Loss::kName, kWhole), "2:007");
  EXPECT_EQ(Find("007,b\n1,x\n", Loss::kName, kWhole), "") << "the header";
  dialect_.comment = "#";
  dialect_.skip_rows = 1;
  EXPECT_EQ(Find("a title, 007\n# 1,2\na,b\n#,\"\n007,x\n", Loss::kName, kWhole), "5:007");
  dialect_.has_header = false;
  dialect_.skip_rows = 0;
  EXPECT_EQ(Find("007,x\n", Loss::kName, kWhole), "1:007");
  dialect_.skip_rows = 3;
  EXPECT_EQ(Find("001, a title of some length\n\n2,b\n007,x\n", Loss::kName, kWhole), "4:007");
}

TEST_F(CellScanTest, TellsQuotedAndUnquotedNothingApart) {
  const auto facts =
      Scan("a,b,c\n1,\"\",\n\n2,x,\"\"\n3,\"\",\" \"\n4,\"\",", {kWhole, kCellText, kCellText});
  LAKE_ASSERT_OK(facts);
  EXPECT_FALSE((*facts)[0].quoted_empty || (*facts)[0].unquoted_empty);
  EXPECT_TRUE((*facts)[1].quoted_empty);
  EXPECT_FALSE((*facts)[1].unquoted_empty);
  EXPECT_TRUE((*facts)[2].quoted_empty);
  EXPECT_TRUE((*facts)[2].unquoted_empty);
  const auto last = Scan("a,b\n1,\"\"\n2,", {kWhole, kCellText});
  LAKE_ASSERT_OK(last);
  EXPECT_TRUE((*last)[1].unquoted_empty) << "nothing at the end of the file";
  const auto cut = Scan("a,b\n1,\"\"\n2,\"\"", {kWhole, kCellText});
  LAKE_ASSERT_OK(cut);
  EXPECT_FALSE((*cut)[1].unquoted_empty) << "something at the end of the file";
}

TEST_F(CellScanTest, SaysWhereAQuoteOpensThatIsNeverClosed) {
  const auto failure = [this](const std::string& bytes) {
    auto facts = Scan(bytes, {kWhole, kCellText});
    return facts.ok() ? "" : facts.error().message();
  };
  EXPECT_EQ(failure("a,b\n1,x\n2,\"y\n3,z\n"), "the quote that opens in line 3, column 'b', is never closed");
  EXPECT_EQ(failure("a,b\n1,\"x\"\"\n"), "the quote that opens in line 2, column 'b', is never closed");
  EXPECT_EQ(failure("a,b\n1, \"x\n"), "the quote that opens in line 2, column 'b', is never closed");
  EXPECT_EQ(failure("a,b\n1,y\n2, \"x\n3,a longer text\n"),
            "the quote that opens in line 3, column 'b', is never closed");
  EXPECT_EQ(failure("a,b\n1,2,\"x\n"), "the quote that opens in line 2, cell 3, is never closed");
  EXPECT_EQ(failure("a,b\n1,x\n2,\"" + std::string(10u << 20, 'y') + "\"\n"),
            "the quote that opens in line 3, column 'b', is never closed")
      << "longer than any line may be";
  EXPECT_EQ(failure("a,b\n1,5\" pipe\n2,\"y\"z\n3,\"\"\"\"\n4,\"y\""), "");
  dialect_.escape = "\\";
  EXPECT_EQ(failure("a,b\n1,\"x \\\" y\"\n2,\"z\\\\\"\n"), "");
  EXPECT_EQ(failure("a,b\n1,\"x\\\"\n"), "the quote that opens in line 2, column 'b', is never closed");
}

TEST_F(CellScanTest, FindsCellsAtEveryPlaceOfABlock) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    for (size_t length = 0; length < 200; ++length) {
      const std::string rows = "a,b" + end + "1," + std::string(length, 'y') + end + "12,z" + end;
      EXPECT_EQ(Find(rows + "007,x", Loss::kName, kDouble), "4:007") << length;
      EXPECT_EQ(Find(rows + "1.5", Loss::kFraction, kWhole), "4:1.5") << length;
      EXPECT_EQ(Find(rows + "1.5,2" + end, Loss::kFraction, kDouble), "") << length;
    }
  }
}

TEST_F(CellScanTest, LooksCloserAtEveryNumberThatIsNotPlain) {
  for (const std::string_view cell : {"0",
                                      "-0",
                                      "7",
                                      "-7",
                                      "10",
                                      "00",
                                      "-01",
                                      "-007",
                                      "0.5",
                                      "00.5",
                                      "-00.5",
                                      "1.",
                                      ".5",
                                      "-.5",
                                      "1.2.3",
                                      "1.5",
                                      "1-2",
                                      "-",
                                      ".",
                                      "--1",
                                      "123456789012345",
                                      "-12345678901234",
                                      "9007199254740993",
                                      "1e3",
                                      " 1",
                                      "+1",
                                      "+4915112345678",
                                      "1_000",
                                      "0x1F",
                                      "12,5",
                                      "1:2"}) {
    const NumberForm form = FormOf(cell);
    const std::string rows = fmt::format("a,b\n\"1\",x\n{}{}{},x", cell.find(',') < cell.size() ? "\"" : "",
                                         cell, cell.find(',') < cell.size() ? "\"" : "");
    const std::string found = fmt::format("3:{}", cell);
    EXPECT_EQ(Find(rows, Loss::kName, kWhole), form.is_name ? found : "");
    EXPECT_EQ(Find(rows, Loss::kName, kDouble), form.is_name ? found : "");
    EXPECT_EQ(Find(rows, Loss::kFraction, kWhole), form.fraction_digits > 0 ? found : "");
    EXPECT_EQ(Find(rows, Loss::kLongWhole, kDouble), form.beyond_double ? found : "");
  }
}

/// Cells without quotes are mostly passed over, those in quotes never: both must show the same.
TEST_F(CellScanTest, FindsWithoutQuotesWhatItFindsInThem) {
  static constexpr std::string_view kCells[] = {"0",          "7",
                                                "-7",         "10.5",
                                                "0.25",       "123456789012345",
                                                "1",          "22",
                                                "333",        "-0.5",
                                                "00123",      "1.",
                                                ".5",         "2024-01-02",
                                                "2024-13-99", "10:00:00",
                                                "n/a",        "x",
                                                "",           "1e3",
                                                "-007",       "y#",
                                                "# ",         "1.2.3",
                                                "12 ",        "a longer text that fills more than one block"};
  static constexpr std::string_view kEnds[] = {"\n", "\r\n", "\r"};
  using Kind = CellRule::Kind;
  std::mt19937 random(1);
  const auto pick = [&random](const auto& list) { return list[random() % std::size(list)]; };
  dialect_.comment = "#";
  for (int round = 0; round < 400; ++round) {
    const std::string_view line_end = pick(kEnds);
    std::string plain = "a,b,c";
    std::string quoted = plain;
    std::array<bool, 3> has_empty = {};
    for (size_t cell = 0; cell < 90; ++cell) {
      const bool common = random() % 4 != 0;  // The first five of the list are nothing special.
      const std::string_view text = common ? kCells[random() % 5] : pick(kCells);
      const size_t column = cell % 3;
      const bool makes_other_line = column == 0 && (text.empty() || text.starts_with('#'));
      const std::string_view shown = makes_other_line ? "5" : text;
      has_empty[column] = has_empty[column] || shown.empty();
      plain += fmt::format("{}{}", column == 0 ? line_end : ",", shown);
      quoted += fmt::format("{}\"{}\"", column == 0 ? line_end : ",", shown);
    }
    const std::vector<CellRule> rules = {pick(std::array{kWhole, kDouble}),
                                         {.kind = pick(std::array{Kind::kDate, Kind::kTime, Kind::kText})},
                                         pick(std::array{kWhole, kDouble, kCellText})};
    const auto without = Scan(plain, rules);
    const auto with = Scan(quoted, rules);
    LAKE_ASSERT_OK(without);
    LAKE_ASSERT_OK(with);
    for (size_t column = 0; column < rules.size(); ++column) {
      EXPECT_EQ((*without)[column].unquoted_empty, has_empty[column]) << plain;
      EXPECT_FALSE((*without)[column].quoted_empty) << plain;
      for (size_t loss = 0; loss < kLosses; ++loss) {
        EXPECT_EQ((*without)[column].losses[loss].line, (*with)[column].losses[loss].line) << plain;
        EXPECT_EQ((*without)[column].losses[loss].text, (*with)[column].losses[loss].text) << plain;
      }
    }
  }
}

TEST_F(CellScanTest, CellsAcrossTheBufferAreWhole) {
  const std::string filler = "1,\"" + std::string((4u << 20) - 200, 'x') + "\"\r\n";
  const std::string tail = "12,\"a\"\"b\"\r\n\"007\",\"\"\r\n3,\"c\nd\"\r\n1.5,x\r\n";
  for (size_t shift = 0; shift < 220; shift += 3) {
    const auto facts =
        Scan("a,b\r\n" + filler + "2," + std::string(shift, 'y') + "z\r\n" + tail, {kWhole, kCellText});
    LAKE_ASSERT_OK(facts);
    const CellExample* name = facts->front().Find(Loss::kName);
    const CellExample* fraction = facts->front().Find(Loss::kFraction);
    ASSERT_TRUE(name != nullptr && fraction != nullptr) << shift;
    EXPECT_EQ(fmt::format("{}:{} {}:{}", name->line, name->text, fraction->line, fraction->text),
              "5:007 8:1.5")
        << shift;
    EXPECT_TRUE((*facts)[1].quoted_empty);
    EXPECT_FALSE((*facts)[1].unquoted_empty);
  }
}

}  // namespace
}  // namespace lake::ingest
