// Goal: a CSV file's dialect is found, or the file is refused with a sentence that helps.
// Method: a matrix of small files, well-formed and broken.
#include "engine_fixture.h"

namespace lake::engine {
namespace {

class CsvSniffTest : public EngineTest {
 protected:
  /// "delimiter quote escape newline header skip | name:type …" or the error.
  std::string Sniff(const std::string& bytes) {
    const auto dialect = engine_->SniffCsv({}, PutFile("f" + std::to_string(++files_) + ".csv", bytes));
    if (!dialect.ok()) return Describe(dialect.error());
    std::string text =
        fmt::format("{} {}{} {} {} {} |", dialect->delimiter, dialect->quote, dialect->escape,
                    dialect->new_line, dialect->has_header ? "header" : "bare", dialect->skip_rows);
    EXPECT_EQ(dialect->encoding, "utf-8");
    for (const CsvColumn& column : dialect->columns) text += " " + column.name + ":" + column.type;
    return text;
  }

  int files_ = 0;
};

struct Sniffed {
  const char* bytes;
  const char* found;
};

TEST_F(CsvSniffTest, FindsSeparatorsQuotesAndLineEnds) {
  const std::vector<Sniffed> files = {
      {"id,name,when\n1,ann,2024-01-02\n2,bob,2024-01-03\n",
       R"(,  \n header 0 | id:BIGINT name:VARCHAR when:DATE)"},
      {"id;price\n1;2,5\n2;3,5\n", R"(;  \n header 0 | id:BIGINT price:VARCHAR)"},
      {"id\tname\n1\ta b\n2\tc d\n", "\t  \\n header 0 | id:BIGINT name:VARCHAR"},
      {"id|name\n1|a\n2|b\n", R"(|  \n header 0 | id:BIGINT name:VARCHAR)"},
      {"id,name\r\n1,a\r\n2,b\r\n", R"(,  \r\n header 0 | id:BIGINT name:VARCHAR)"},
      {"id,name\r1,a\r2,b\r", R"(,  \r header 0 | id:BIGINT name:VARCHAR)"},
      {"id,name\r\n1,a\n2,b\r\n", R"(,  mixed header 0 | id:BIGINT name:VARCHAR)"},
      {"id,text\n1,\"a, b\"\n2,\"say \"\"hi\"\"\"\n", R"(, "" \n header 0 | id:BIGINT text:VARCHAR)"},
      {"id,text\r\n1,\"a\nb\"\r\n2,\"c\"\r\n", R"(, " \r\n header 0 | id:BIGINT text:VARCHAR)"},
      {"id,text\n1,'a, b'\n2,'c'\n", R"(, ' \n header 0 | id:BIGINT text:VARCHAR)"},
      {"id,text\n1,\"a \\\" b\"\n2,\"c\"\n", R"(, "\ \n header 0 | id:BIGINT text:VARCHAR)"},
      {"\xEF\xBB\xBFid,name\n1,a\n", R"(,  \n header 0 | id:BIGINT name:VARCHAR)"},
      {"\xEF\xBB\xBF\"id\",\"name\"\n1,a\n", R"(, " \n header 0 | id:BIGINT name:VARCHAR)"},
      {"name\nann\nbob\n", R"(,  \n header 0 | name:VARCHAR)"},
      {"n\n1\n2\n", R"(,  \n header 0 | n:BIGINT)"},
  };
  for (const Sniffed& file : files) EXPECT_EQ(Sniff(file.bytes), file.found) << file.bytes;
}

TEST_F(CsvSniffTest, FindsQuotesThatComeLate) {
  std::string rows = "id,text\n";
  for (int i = 0; i < 15'000; ++i) rows += std::to_string(i) + ",plain\n";
  const std::string plain = R"(,  \n header 0 | id:BIGINT text:VARCHAR)";
  EXPECT_EQ(Sniff(rows), plain);
  EXPECT_EQ(Sniff(rows + rows.substr(8)), plain) << "more rows than decide";
  EXPECT_EQ(Sniff(rows + "1,'a, b'\n"), R"(, '' \n header 0 | id:BIGINT text:VARCHAR)");
  EXPECT_EQ(Sniff(rows + "1,\"a \\\" b\"\n"), R"(, "\ \n header 0 | id:BIGINT text:VARCHAR)");
  const std::string wide = std::string(1000, 'x') + "\n";
  std::string long_rows = "id,text\n";
  for (int i = 0; i < 9'000; ++i) long_rows += std::to_string(i) + "," + wide;
  EXPECT_EQ(Sniff(long_rows + "1,'a, b'\n"), R"(, '' \n header 0 | id:BIGINT text:VARCHAR)")
      << "behind the bytes that are looked at";
}

TEST_F(CsvSniffTest, FindsHeadersAndGivesTheirNamesAsTheyAre) {
  const std::vector<Sniffed> files = {
      {"id,name\n", R"(,  \n header 0 | id:VARCHAR name:VARCHAR)"},
      {"id,name", R"(,  \n header 0 | id:VARCHAR name:VARCHAR)"},
      {"1,2,3\n", R"(,  \n bare 0 | column0:BIGINT column1:BIGINT column2:BIGINT)"},
      {"1,a\n2,b\n3,c\n", R"(,  \n bare 0 | column0:BIGINT column1:VARCHAR)"},
      {"first,last\nann,lee\nbob,ray\n", R"(,  \n header 0 | first:VARCHAR last:VARCHAR)"},
      {"a,b,a\n1,2,3\n", R"(,  \n header 0 | a:BIGINT b:BIGINT a:BIGINT)"},
      {"a,A\n1,2\n", R"(,  \n header 0 | a:BIGINT A:BIGINT)"},
      {"a,,c\n1,2,3\n", R"(,  \n header 0 | a:BIGINT :BIGINT c:BIGINT)"},
      {" a , b\n1,2\n", R"(,  \n header 0 |  a :BIGINT  b:BIGINT)"},
      {"\"a b\",\"c,d\"\n1,2\n", R"(, " \n header 0 | a b:BIGINT c,d:BIGINT)"},
      {"a\"b,c\n1,2\n", R"(,  \n header 0 | a"b:BIGINT c:BIGINT)"},
      {"naïve,größe\n1,ü\n", R"(,  \n header 0 | naïve:BIGINT größe:VARCHAR)"},
      {"a,b,\n1,2,\n3,4,\n", R"(,  \n header 0 | a:BIGINT b:BIGINT :VARCHAR)"},
      {"# made by tool\na,b\n1,2\n3,4\n", R"(,  \n header 1 | a:BIGINT b:BIGINT)"},
      {"Report of 2024\n\na,b\n1,2\n3,4\n", R"(,  \n header 2 | a:BIGINT b:BIGINT)"},
      {"a,b\n\n1,2\n\n3,4\n\n", R"(,  \n header 0 | a:BIGINT b:BIGINT)"},
  };
  for (const Sniffed& file : files) EXPECT_EQ(Sniff(file.bytes), file.found) << file.bytes;
}

TEST_F(CsvSniffTest, FindsTypes) {
  const std::vector<Sniffed> files = {
      {"b,i,d,t,ts,n\ntrue,1,1.5,12:30:00,2024-01-02 03:04:05,\nfalse,2,2.5,13:00:00,2024-01-03 03:04:05,\n",
       R"(,  \n header 0 | b:BOOLEAN i:BIGINT d:DOUBLE t:TIME ts:TIMESTAMP n:VARCHAR)"},
      {"ts\n2024-01-02T03:04:05Z\n2024-01-03T03:04:05Z\n", R"(,  \n header 0 | ts:TIMESTAMP WITH TIME ZONE)"},
      {"zip,n\n01234,1\n02345,2\n", R"(,  \n header 0 | zip:VARCHAR n:BIGINT)"},
      {"a,b\n1,NULL\n2,NA\n3,\n", R"(,  \n header 0 | a:BIGINT b:VARCHAR)"},
  };
  for (const Sniffed& file : files) EXPECT_EQ(Sniff(file.bytes), file.found) << file.bytes;
  std::string late = "n,s\n";
  for (int i = 0; i < 90'000; ++i) late += std::to_string(i) + ",x\n";
  EXPECT_EQ(Sniff(late + "word,x\n"), R"(,  \n header 0 | n:VARCHAR s:VARCHAR)")
      << "a word far down the sample";
  const auto date = engine_->SniffCsv({}, PutFile("eu.csv", "d\n31/12/2023\n01/02/2024\n"));
  ASSERT_TRUE(date.ok());
  EXPECT_EQ(date->date_format, "%d/%m/%Y");
  const auto iso = engine_->SniffCsv({}, PutFile("iso.csv", "d\n2023-12-31\n2024-02-01\n"));
  ASSERT_TRUE(iso.ok());
  EXPECT_EQ(iso->date_format, "");
}

TEST_F(CsvSniffTest, SomeBrokenLinesDoNotChangeTheColumns) {
  std::string short_lines = "a,b,c\n";
  std::string long_lines = short_lines;
  for (int i = 0; i < 1'000; ++i) {
    short_lines += i % 100 == 50 ? "1,2\n" : "1,x,2.5\n";
    long_lines += i % 100 == 50 ? "1,2,3,4,5\n" : "1,x,2.5\n";
  }
  const std::string expected = R"(,  \n header 0 | a:BIGINT b:VARCHAR c:DOUBLE)";
  EXPECT_EQ(Sniff(short_lines), expected);
  EXPECT_EQ(Sniff(long_lines), expected);
  EXPECT_EQ(Sniff("a,b\n1,2\n3,4,5\n6,7\n"), R"(,  \n header 0 | a:BIGINT b:BIGINT)");
}

TEST_F(CsvSniffTest, SaysWhatIsNotCsv) {
  const auto failure = [this](std::string_view bytes) { return Sniff(std::string(bytes)); };
  EXPECT_EQ(failure(""), "invalid_argument/not_csv: the file is empty");
  EXPECT_EQ(failure("\xEF\xBB\xBF\n\n  \n"), "invalid_argument/not_csv: the file is empty");
  EXPECT_EQ(failure({"\xFF\xFE"
                     "a\0,\0b\0",
                     8}),
            "invalid_argument/not_csv: the file is not CSV but UTF-16 text; convert it to UTF-8");
  EXPECT_EQ(
      failure("name\nM\xFCller\n"),
      "invalid_argument/not_csv: the file is not UTF-8 text (byte 0xFC at offset 6); if it is Latin-1 or "
      "Windows-1252, convert it to UTF-8");
  EXPECT_EQ(failure("\xEF\xBB\xBFname\nM\xFCller\n").substr(0, 77),
            "invalid_argument/not_csv: the file is not UTF-8 text (byte 0xFC at offset 9);");
  EXPECT_EQ(failure({"a,b\n1,\0x\n", 9}),
            "invalid_argument/not_csv: the file is not text: there is a NUL byte at offset 6");
  EXPECT_EQ(failure("name\nM\xC3"),
            "invalid_argument/not_csv: the file is not UTF-8 text (byte 0xC3 at offset 6); if it "
            "is Latin-1 or Windows-1252, convert it to UTF-8");
  EXPECT_EQ(failure("a,b\n\xED\xA0\x80,1\n").substr(0, 76),
            "invalid_argument/not_csv: the file is not UTF-8 text (byte 0xED at offset 4)")
      << "a surrogate";
  EXPECT_EQ(failure("\x1F\x8B\x08 packed"),
            "invalid_argument/not_csv: the file is not CSV but compressed (gzip); unpack it first");
  EXPECT_EQ(failure("PK\x03\x04 sheet"),
            "invalid_argument/not_csv: the file is not CSV but a ZIP archive or a spreadsheet; save it as "
            "CSV first");
  EXPECT_EQ(failure("PAR1...."), "invalid_argument/not_csv: the file is not CSV but Parquet");
  EXPECT_EQ(failure("{\"a\": 1}\n{\"a\": 2}\n"), "invalid_argument/not_csv: the file is not CSV but JSON");
}

TEST_F(CsvSniffTest, WideFilesAndMissingFiles) {
  std::string wide = "c0";
  for (int i = 1; i < 1'500; ++i) wide += ",c" + std::to_string(i);
  std::string row = "1";
  for (int i = 1; i < 1'500; ++i) row += ",2";
  const auto dialect = engine_->SniffCsv({}, PutFile("wide.csv", wide + "\n" + row + "\n" + row + "\n"));
  ASSERT_TRUE(dialect.ok()) << dialect.error().ToString();
  EXPECT_EQ(dialect->columns.size(), 1'500u);
  EXPECT_EQ(dialect->columns.back().name, "c1499");
  const auto missing = engine_->SniffCsv({}, {"primary/none", store_, Key("none"), 5, 0});
  ASSERT_FALSE(missing.ok());
  EXPECT_TRUE(missing.error().Is("object_not_found"));
}

TEST_F(CsvSniffTest, ReadErrorsNameTheLine) {
  ReadSet read_set;
  read_set.AddScan({PutFile("bad.csv", "a,b\n1,2\n3,x\n")});
  EXPECT_EQ(Trusted("SELECT * FROM read_csv('lake://scan/0', auto_detect=false, header=true, delim=',', "
                    "columns={'a': 'BIGINT', 'b': 'BIGINT'})",
                    read_set),
            "error: invalid_argument/csv_error: line 3: Error when converting column \"b\". Could not "
            "convert string \"x\" to "
            "'BIGINT'");
}

}  // namespace
}  // namespace lake::engine
