// Goal: Parquet files are written whole and durable or not at all, carry field ids, and are read back by
// them; damage is said to be damage. Method: objects in memory, looked at directly and through the engine.
#include <thread>

#include "engine_fixture.h"
#include "lake/common/digest.h"
#include "lake/storage_testing/faulty_store.h"

namespace lake::engine {
namespace {

class ParquetTest : public EngineTest {
 protected:
  std::string Read(const ScanFile& file,
                   const std::string& select = "SELECT * FROM read_parquet('lake://scan/0')") {
    ReadSet read_set;
    read_set.AddScan({file});
    return Trusted(select, read_set);
  }
  bool Exists(const std::string& key) { return store_->Head({}, Key(key)).ok(); }
};

TEST_F(ParquetTest, ChecksumSizeAndRowsAreThoseOfTheObject) {
  ParquetTarget target{store_, Key("d/1.parquet"), {{"a", 1}, {"b", 2}}};
  const auto written =
      Start()->WriteParquet("SELECT range AS a, 'x' || range AS b FROM range(200000)", target);
  ASSERT_TRUE(written.ok()) << written.error().ToString();
  const std::string bytes = store_->Get({}, Key("d/1.parquet"), {}).value();
  EXPECT_EQ(written->rows, 200'000u);
  EXPECT_EQ(written->bytes, bytes.size());
  EXPECT_EQ(written->checksum, "sha256:" + Sha256Hex(bytes));
}

TEST_F(ParquetTest, ColumnsAreFoundByFieldId) {
  const ScanFile file = WriteFile("f.parquet", "SELECT 1 AS old_name, 'x' AS dropped, 2.5::DOUBLE AS kept",
                                  {"old_name", "dropped", "kept"});
  EXPECT_EQ(
      Read(
          file,
          "SELECT name, field_id FROM parquet_schema('lake://scan/0') WHERE field_id IS NOT NULL ORDER BY 2"),
      R"(["old_name",1],["dropped",2],["kept",3])");
  EXPECT_EQ(
      Read(file,
           "SELECT * FROM read_parquet('lake://scan/0', schema = MAP {1: {name: 'new_name', type: 'BIGINT', "
           "default_value: NULL}, 3: {name: 'kept', type: 'DOUBLE', default_value: NULL}, 4: {name: 'added', "
           "type: 'VARCHAR', default_value: 'none'}})"),
      R"([1,2.5,"none"])");
}

TEST_F(ParquetTest, OddColumnNamesAndNestedTypes) {
  const ScanFile file = WriteFile(
      "n.parquet", R"(SELECT 1 AS "it's", {'a': [1, 2], 'b': 'x'} AS "struct ""s""", MAP {'k': 1} AS "m,1")",
      {"it's", "struct \"s\"", "m,1"});
  EXPECT_EQ(Read(file), R"([1,{"a":[1,2],"b":"x"},[{"key":"k","value":1}]])");
}

TEST_F(ParquetTest, EmptyResultIsAFileWithoutRows) {
  const ScanFile file = WriteFile("e.parquet", "SELECT 1 AS a WHERE false", {"a"});
  EXPECT_EQ(file.rows, 0u);
  EXPECT_EQ(Read(file, "SELECT count(*), count(a) FROM read_parquet('lake://scan/0')"), "[0,0]");
}

TEST_F(ParquetTest, ScansKeepTheirOrderAndSeveralFiles) {
  ReadSet read_set;
  const auto file = [&](int number) {
    return WriteFile(std::to_string(number) + ".parquet", "SELECT " + std::to_string(number) + " AS a",
                     {"a"});
  };
  const std::string first = read_set.AddScan({file(3), file(1), file(2)});
  const std::string second = read_set.AddScan({file(9)});
  EXPECT_EQ(Trusted("SELECT * FROM read_parquet('" + first + "')", read_set), "[3],[1],[2]");
  EXPECT_EQ(Trusted("SELECT * FROM read_parquet(['" + second + "', '" + first + "'])", read_set),
            "[9],[3],[1],[2]");
  EXPECT_EQ(Trusted("SELECT a, file_index, file_row_number FROM read_parquet('" + first +
                        "', file_row_number = true) WHERE a = 2",
                    read_set),
            "[2,2,0]");
}

TEST_F(ParquetTest, FailedWritesLeaveNothing) {
  const auto session = Start();
  const auto write = [&](const std::string& select, std::vector<ParquetColumn> columns) {
    const auto written = session->WriteParquet(select, {store_, Key("fail.parquet"), std::move(columns)});
    return written.ok() ? "written" : Describe(written.error());
  };
  EXPECT_TRUE(
      write("SELECT CAST(CASE WHEN range < 400000 THEN '1' ELSE 'x' END AS INTEGER) AS a FROM range(500000)",
            {{"a", 1}})
          .starts_with("invalid_argument/sql_error"));
  EXPECT_FALSE(Exists("fail.parquet"));
  EXPECT_TRUE(write("SELECT nosuch", {{"a", 1}}).starts_with("invalid_argument/sql_error"));
  EXPECT_TRUE(write("SELECT 1 AS a", {{"b", 1}}).starts_with("invalid_argument/"));
  EXPECT_FALSE(Exists("fail.parquet"));
  EXPECT_EQ(write("SELECT 1 AS a", {{"a", 1}}), "written");
  EXPECT_TRUE(write("SELECT 1 AS a", {{"a", 1}}).starts_with("failed_precondition/object_exists"));
}

TEST_F(ParquetTest, CancelledWriteLeavesNothing) {
  CancelSource source;
  Context context;
  context.cancel = source.token();
  const auto session = Start({}, context);
  std::thread canceller([&source] { source.Cancel("shutdown"); });
  const auto written = session->WriteParquet("SELECT md5(range::VARCHAR) AS a FROM range(100000000000)",
                                             {store_, Key("endless.parquet"), {{"a", 1}}});
  canceller.join();
  ASSERT_FALSE(written.ok());
  EXPECT_TRUE(written.error().Is("shutdown")) << written.error().ToString();
  EXPECT_FALSE(Exists("endless.parquet"));
}

TEST_F(ParquetTest, RefusesTypesThatParquetChanges) {
  for (const char* value : {"5::HUGEINT", "5::UHUGEINT", "TIMETZ '01:02:03+01'", "union_value(n := 5)",
                            "[5::HUGEINT]", "{'a': MAP {1: 5::HUGEINT}}"}) {
    const auto written = Start()->WriteParquet(std::string("SELECT 1 AS a, ") + value + " AS v",
                                               {store_, Key("t"), {{"a", 1}, {"v", 2}}});
    ASSERT_FALSE(written.ok()) << value;
    EXPECT_TRUE(written.error().Is("type_not_storable")) << written.error().ToString();
    EXPECT_TRUE(written.error().message().starts_with("column v has the type ")) << written.error().message();
  }
}

TEST_F(ParquetTest, ValuesComeBackAsTheyWere) {
  int number = 0;
  for (const char* value : {"9223372036854775807",
                            "18446744073709551615::UBIGINT",
                            "255::UTINYINT",
                            "0.1",
                            "0.1::FLOAT",
                            "'nan'::DOUBLE",
                            "1.5::DECIMAL(38, 10)",
                            "'é\"'",
                            "'\\x00\\xFF'::BLOB",
                            "DATE '0044-03-15 (BC)'",
                            "TIME '01:02:03.000004'",
                            "TIMESTAMP '2024-01-02 03:04:05.000006'",
                            "TIMESTAMPTZ '2024-01-02 03:04:05+00'",
                            "'infinity'::TIMESTAMP",
                            "TIMESTAMP_NS '2024-01-02 03:04:05.123456789'",
                            "INTERVAL '1 month 2 days 3.5 seconds'",
                            "'00112233-4455-6677-8899-aabbccddeeff'::UUID",
                            "true",
                            "[[1], NULL, []]",
                            "{'a': 1, 'b': [NULL, 'x']}",
                            "MAP {'a': 1}",
                            "'{}'::JSON"}) {
    const std::string select = std::string("SELECT ") + value + " AS v";
    const ScanFile file = WriteFile("v" + std::to_string(number++), select, {"v"});
    EXPECT_EQ(Read(file, "SELECT v, typeof(v) FROM read_parquet('lake://scan/0')"),
              Trusted("SELECT v, typeof(v) FROM (" + select + ")"))
        << value;
  }
}

TEST_F(ParquetTest, FailingStoresLeaveNothingAndSayWhatTheyDid) {
  const auto faulty = std::make_shared<storage::FaultyStore>(store_);
  const ParquetTarget target{faulty, Key("faulty.parquet"), {{"a", 1}}};
  for (const storage::StoreCall call :
       {storage::StoreCall::kStartPut, storage::StoreCall::kAppend, storage::StoreCall::kPut}) {
    faulty->Fail({.kind = call});
    const auto written = Start()->WriteParquet("SELECT md5(range::VARCHAR) AS a FROM range(200000)", target);
    ASSERT_FALSE(written.ok());
    EXPECT_TRUE(written.error().Is("store_unreachable")) << written.error().ToString();
    EXPECT_FALSE(Exists("faulty.parquet"));
  }
  faulty->Heal();
  const ScanFile whole = WriteFile("whole2.parquet", "SELECT range AS a FROM range(100)", {"a"});
  for (const storage::StoreCall call : {storage::StoreCall::kOpen, storage::StoreCall::kRead}) {
    ScanFile file = whole;
    file.path = "faulty/" + std::to_string(static_cast<int>(call));
    file.store = faulty;
    faulty->Fail({.kind = call});
    EXPECT_TRUE(Read(file).starts_with("error: unavailable/store_unreachable"));
    EXPECT_EQ(Read(file, "SELECT sum(a) FROM read_parquet('lake://scan/0')"), R"(["4950"])");
  }
}

TEST_F(ParquetTest, ImmutableFilesAreReadOnce) {
  const ScanFile file = WriteFile("once.parquet", "SELECT range AS a FROM range(100000)", {"a"});
  const auto counting = std::make_shared<storage::FaultyStore>(store_);
  ScanFile counted = file;
  counted.store = counting;
  const std::string sum = "SELECT sum(a) FROM read_parquet('lake://scan/0')";
  EXPECT_EQ(Read(counted, sum), R"(["4999950000"])");
  EXPECT_EQ(counting->calls(storage::StoreCall::kOpen), 1u) << "DuckDB's three opens are one of ours";
  EXPECT_EQ(Read(counted, sum), R"(["4999950000"])");
  EXPECT_EQ(counting->calls(storage::StoreCall::kOpen), 1u) << "what is cached is not opened again";
}

TEST_F(ParquetTest, MissingAndShortFilesAreDataLoss) {
  const ScanFile file = WriteFile("m.parquet", "SELECT range AS a FROM range(100000)", {"a"});
  const std::string bytes = store_->Get({}, Key("m.parquet"), {}).value();
  ScanFile longer = PutFile("short.parquet", bytes.substr(0, bytes.size() / 2));
  longer.bytes = bytes.size();
  EXPECT_EQ(Read(longer),
            "error: data_loss/file_damaged: a data file is damaged: it is shorter than recorded");
  ScanFile missing = file;
  missing.path = "primary/missing.parquet";
  missing.key = Key("missing.parquet");
  EXPECT_EQ(Read(missing), "error: data_loss/file_missing: a data file is missing");
}

TEST_F(ParquetTest, DamagedFilesAreSaidToBeDamaged) {
  WriteFile("whole.parquet", "SELECT range AS a, md5(range::VARCHAR) AS b FROM range(50000)", {"a", "b"});
  const std::string whole = store_->Get({}, Key("whole.parquet"), {}).value();
  int damaged = 0;
  const auto check = [&](const std::string& name, std::string_view bytes) {
    const std::string rows =
        Read(PutFile(name, bytes), "SELECT count(*), sum(a), max(b) FROM read_parquet('lake://scan/0')");
    // A flipped bit in a page may also decode to another value: Parquet files of ours carry a checksum for
    // that.
    if (rows.starts_with("[")) return;
    EXPECT_TRUE(rows.starts_with("error: data_loss/file_damaged")) << name << ": " << rows;
    EXPECT_EQ(rows.find("lake://"), std::string::npos) << rows;
    ++damaged;
  };
  check("cut1.parquet", std::string_view(whole).substr(0, whole.size() / 2));
  check("cut2.parquet", std::string_view(whole).substr(0, whole.size() - 1));
  check("cut3.parquet", std::string_view(whole).substr(0, 3));
  check("cut4.parquet", "");
  check("text.parquet", "this is not a Parquet file at all, whatever its name says");
  EXPECT_EQ(damaged, 5);
  for (int i = 0; i < 60; ++i) {
    std::string bytes = whole;
    const size_t at =
        i < 30 ? bytes.size() - 9 - static_cast<size_t>(i) * 7 : bytes.size() / 60 * static_cast<size_t>(i);
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    check("flip" + std::to_string(i) + ".parquet", bytes);
  }
  EXPECT_EQ(Trusted("SELECT 1"), "[1]") << "no damage harms the engine";
}

}  // namespace
}  // namespace lake::engine
