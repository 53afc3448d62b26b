// Goal: every kind of value is spelled so that any CSV reader gives it back. Method: short rows against
// literals.
#include "csv_rows.h"

#include <gtest/gtest.h>

namespace lake::demo_data {
namespace {

TEST(CsvRowsTest, SpellsEveryKindOfValue) {
  std::string out;
  CsvRows csv(&out);
  csv.Int(-7)
      .Name(CandidateName(41))
      .Cents(5)
      .Date(DayOf(2024, 2, 29))
      .Time(1'704'067'199)
      .Flag(false)
      .Null()
      .EndRow();
  EXPECT_EQ(out, "-7,CAND-000042,0.05,2024-02-29,2023-12-31 23:59:59,false,\n");
}

TEST(CsvRowsTest, QuotesOnlyWhatNeedsIt) {
  std::string out;
  CsvRows csv(&out);
  csv.Text("plain").Text(" kept ").Text("a,b").Text("say \"hi\"").Text("two\nlines").Text("").EndRow();
  EXPECT_EQ(out, "plain, kept ,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"\"\n");
}

TEST(CsvRowsTest, ASecondRowStartsWithoutComma) {
  std::string out;
  CsvRows csv(&out);
  csv.Null().Int(1).EndRow();
  csv.Null().Int(2).EndRow();
  EXPECT_EQ(out, ",1\n,2\n");
}

TEST(CsvRowsTest, NumbersBeyondTheWidthGrow) {
  EXPECT_EQ(ToText(CandidateName(999'998)), "CAND-999999");
  EXPECT_EQ(ToText(CandidateName(9'999'999)), "CAND-10000000");
}

TEST(CsvRowsTest, NegativeCentsKeepTheirSign) {
  std::string out;
  AppendCents(-105, &out);
  EXPECT_EQ(out, "-1.05");
}

}  // namespace
}  // namespace lake::demo_data
