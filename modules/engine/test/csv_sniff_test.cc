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

TEST_F(CsvSniffTest, FindsTheDialect) {
  EXPECT_EQ(Sniff("id,name,when\n1,ann,2024-01-02\n2,bob,2024-01-03\n"),
            ",  \\n header 0 | id:BIGINT name:VARCHAR when:DATE");
}

}  // namespace
}  // namespace lake::engine
