// Goal: a table in memory gives exactly the rows that were appended, of every type, also beyond one chunk,
// and only to the statements of its read set. Method: append, read back through SQL, compare as text.
#include <cmath>
#include <limits>

#include "engine_fixture.h"

namespace lake::engine {
namespace {

using Row = std::vector<Cell>;

class MemoryTableTest : public EngineTest {
 protected:
  static std::shared_ptr<MemoryTable> AllTypes() {
    return std::make_shared<MemoryTable>(std::vector<TableColumn>{{"yes", CellType::kBoolean},
                                                                  {"number", CellType::kBigint},
                                                                  {"ratio", CellType::kDouble},
                                                                  {"text", CellType::kVarchar},
                                                                  {"at", CellType::kTimestamp},
                                                                  {"words", CellType::kVarcharList}});
  }
  std::string Read(const std::shared_ptr<MemoryTable>& table, const std::string& select) {
    ReadSet read_set;
    const std::string name = read_set.AddTable(table);
    EXPECT_EQ(name, "lake_table_0");
    return Trusted(select, std::move(read_set));
  }
};

TEST_F(MemoryTableTest, GivesEveryTypeBackAsItWas) {
  const auto table = AllTypes();
  const std::vector<std::string> words = {"", "a rather long word", "ü"};
  const std::vector<std::string> none;
  table->AppendRow(
      Row{true, int64_t{-7}, 0.5, "a text of more than twelve bytes", Timestamp{1'000'001}, words});
  table->AppendRow(Row{{}, {}, {}, {}, {}, {}});
  table->AppendRow(Row{false, std::numeric_limits<int64_t>::max(), INFINITY, "", Timestamp{0}, none});
  table->AppendRow(Row{false, int64_t{0}, -0.25, "ü", Timestamp{-1}, words});
  EXPECT_EQ(Read(table, "SELECT yes, number, ratio, text, \"at\", words FROM lake_table_0"),
            R"([true,-7,0.5,"a text of more than twelve bytes","1970-01-01T00:00:01.000001Z",)"
            R"(["","a rather long word","ü"]],)"
            "[null,null,null,null,null,null],"
            R"([false,"9223372036854775807","Infinity","","1970-01-01T00:00:00Z",[]],)"
            R"([false,0,-0.25,"ü","1969-12-31T23:59:59.999999Z",["","a rather long word","ü"]])");
  EXPECT_EQ(Read(table,
                 "SELECT typeof(yes), typeof(number), typeof(ratio), typeof(text), typeof(\"at\"), "
                 "typeof(words) FROM lake_table_0 LIMIT 1"),
            R"(["BOOLEAN","BIGINT","DOUBLE","VARCHAR","TIMESTAMP WITH TIME ZONE","VARCHAR[]"])");
}

TEST_F(MemoryTableTest, GoesOnBehindOneChunk) {
  const auto table = std::make_shared<MemoryTable>(std::vector<TableColumn>{
      {"number", CellType::kBigint}, {"text", CellType::kVarchar}, {"words", CellType::kVarcharList}});
  constexpr int64_t kRows = 5000;
  for (int64_t i = 0; i < kRows; ++i) {
    const std::string text = fmt::format("text number {}", i);
    const std::vector<std::string> words(static_cast<size_t>(i % 3), text);
    table->AppendRow(Row{i, i % 5 == 0 ? Cell() : Cell(std::string_view(text)), words});
  }
  EXPECT_EQ(Read(table,
                 "SELECT count(*), sum(number), count(text), sum(len(words)), "
                 "bool_and(text = 'text number ' || number), "
                 "bool_and(list_aggregate(words, 'min') = 'text number ' || number) FROM lake_table_0"),
            R"([5000,"12497500",4000,"4999",true,true])");
  EXPECT_EQ(table->rows(), 5000u);
  EXPECT_GT(table->bytes(), kRows * 3 * sizeof(int64_t));
}

TEST_F(MemoryTableTest, WithoutRowsIsATable) {
  EXPECT_EQ(Read(AllTypes(), "SELECT count(*), max(text) FROM lake_table_0"), "[0,null]");
}

TEST_F(MemoryTableTest, IsReadTwiceByOneStatement) {
  const auto table = AllTypes();
  for (int64_t i = 0; i < 3; ++i) table->AppendRow(Row{{}, i, {}, {}, {}, {}});
  EXPECT_EQ(Read(table, "SELECT count(*) FROM lake_table_0 a JOIN lake_table_0 b USING (number)"), "[3]");
}

TEST_F(MemoryTableTest, IsNotThereForOtherStatements) {
  EXPECT_NE(Trusted("SELECT * FROM lake_table_0").find("error"), std::string::npos);
  EXPECT_NE(Trusted("SELECT * FROM lake_table('lake_table_0')").find("error"), std::string::npos);
  EXPECT_NE(Read(AllTypes(), "SELECT * FROM lake_table_1").find("error"), std::string::npos);
  EXPECT_NE(Read(AllTypes(), "SELECT * FROM lake_table_00").find("error"), std::string::npos);
}

}  // namespace
}  // namespace lake::engine
