// Goal: rows streamed as Parquet are read back exactly, group by group in bounded memory; what Parquet would
// change is refused before the first byte; bytes without an End are no file. Method: bytes of the writer as
// an object, read by the engine, beside the rows themselves.
#include "lake/engine/parquet_stream.h"

#include "engine_fixture.h"

namespace lake::engine {
namespace {

class ParquetStreamTest : public EngineTest {
 protected:
  /// The file of a statement's first `limit` rows; or the error.
  Result<std::string> Write(const std::string& sql, size_t limit = SIZE_MAX) {
    const auto session = Start();
    LAKE_ASSIGN_OR_RETURN(auto stream, session->ExecuteTrusted(sql));
    LAKE_ASSIGN_OR_RETURN(auto writer, MakeParquetStreamWriter(*stream));
    std::string bytes;
    LAKE_RETURN_IF_ERROR(writer->Begin(&bytes));
    while (limit > 0) {
      LAKE_ASSIGN_OR_RETURN(auto batch, stream->Next());
      if (!batch) break;
      const size_t count = std::min(limit, batch->rows());
      LAKE_RETURN_IF_ERROR(writer->Append(*batch, count, &bytes));
      limit -= count;
    }
    LAKE_RETURN_IF_ERROR(writer->End(&bytes));
    return bytes;
  }
  std::string Read(const std::string& bytes,
                   const std::string& select = "FROM read_parquet('lake://scan/0')") {
    ReadSet read_set;
    read_set.AddScan({PutFile("f" + std::to_string(next_++) + ".parquet", bytes)});
    return Trusted(select, read_set);
  }

 private:
  int next_ = 0;
};

constexpr const char* kValues[] = {
    "true",
    "(-128)::TINYINT",
    "(-32768)::SMALLINT",
    "(-2147483648)::INTEGER",
    "255::UTINYINT",
    "65535::USMALLINT",
    "4294967295::UINTEGER",
    "9007199254740993::BIGINT",
    "(-9223372036854775808)::BIGINT",
    "18446744073709551615::UBIGINT",
    "0.1::FLOAT",
    "5e-324::DOUBLE",
    "-0.0::DOUBLE",
    "'nan'::DOUBLE",
    "'nan'::FLOAT",
    "'-inf'::DOUBLE",
    "1.5::DECIMAL(4, 2)",
    "-0.05::DECIMAL(9, 3)",
    "123456789012.345678::DECIMAL(18, 6)",
    "'-99999999999999999999999999999999999.999'::DECIMAL(38, 3)",
    "DATE '0044-03-15 (BC)'",
    "DATE '12345-01-02'",
    "'infinity'::DATE",
    "'-infinity'::TIMESTAMP",
    "'infinity'::TIMESTAMPTZ",
    "TIME '13:04:05.000123'",
    "TIME '24:00:00'",
    "'13:04:05.000000123'::TIME_NS",
    "TIMESTAMP '1969-12-31 23:59:59.999999'",
    "TIMESTAMP_S '2024-02-29 13:04:05'",
    "'infinity'::TIMESTAMP_MS",
    "TIMESTAMP_NS '2024-02-29 13:04:05.123456789'",
    "'infinity'::TIMESTAMP_NS",
    "TIMESTAMPTZ '2024-02-29 13:04:05+02'",
    "'a\"b\\c' || chr(10) || chr(1) || 'é𝄞'",
    "''",
    "chr(0)",
    "'\\x00\\xFF\\x10'::BLOB",
    "''::BLOB",
    "'00112233-4455-6677-8899-aabbccddeeff'::UUID",
    "'x'::ENUM('y', 'x')",
    "'{\"a\": 1}'::JSON",
    "[1, NULL, 3]",
    "[]::INTEGER[]",
    "[[1], [], NULL]",
    "[1.5, 2.5]::DOUBLE[2]",
    "{'a': 1, 'b \"q\"': ['x']}",
    "MAP {'k': 1, 'l': NULL}",
    "row(1, 'x')",
    "NULL",
};

TEST_F(ParquetStreamTest, EveryValueIsReadBackExactly) {
  std::string all = "SELECT 0 AS first";
  int column = 0;
  for (const char* value : kValues) {
    const std::string sql = std::string("SELECT ") + value + " AS v UNION ALL SELECT NULL";
    const auto bytes = Write(sql);
    ASSERT_TRUE(bytes.ok()) << value << ": " << bytes.error().ToString();
    EXPECT_EQ(Read(*bytes), Trusted(sql)) << value;
    const std::string nested = std::string("SELECT [(") + value + "), NULL] AS a, {'f': (" + value +
                               ")} AS b, MAP {1: (" + value + ")} AS c";
    const auto nested_bytes = Write(nested);
    ASSERT_TRUE(nested_bytes.ok()) << value << ": " << nested_bytes.error().ToString();
    EXPECT_EQ(Read(*nested_bytes), Trusted(nested)) << value;
    all += std::string(", ") + value + " AS v" + std::to_string(column++);
  }
  all += " FROM range(5000)";
  const auto bytes = Write(all);
  ASSERT_TRUE(bytes.ok()) << bytes.error().ToString();
  EXPECT_TRUE(Read(*bytes) == Trusted(all));
}

TEST_F(ParquetStreamTest, MillisecondsAreTheSameInstant) {
  const auto bytes = Write("SELECT TIMESTAMP_MS '2024-02-29 13:04:05.123' AS v");
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(Read(*bytes), R"(["2024-02-29T13:04:05.123000"])");
}

TEST_F(ParquetStreamTest, WhatAFileWouldChangeIsRefused) {
  for (const std::string value :
       {"5::HUGEINT", "5::UHUGEINT", "TIMETZ '01:02:03-08'",
        "INTERVAL '1 year 2 months 3 days 4 hours 5 minutes 6.789012 seconds'",
        "INTERVAL '-500 milliseconds'", "'10101'::BIT", "union_value(n := 5)",
        "123456789012345678901234567890::BIGNUM", "{'a': 42}::VARIANT", "'POINT(1 2)'::GEOMETRY"}) {
    for (const std::string& sql : {value, "[" + value + "]", "{'a': MAP {1: " + value + "}}"}) {
      const auto bytes = Write("SELECT 1 AS a, " + sql + " AS v WHERE false");
      ASSERT_FALSE(bytes.ok()) << sql;
      EXPECT_TRUE(bytes.error().Is("type_not_storable")) << bytes.error().ToString();
      EXPECT_TRUE(bytes.error().message().starts_with("column v has the type ")) << bytes.error().message();
    }
  }
}

TEST_F(ParquetStreamTest, NamesThatRepeatAreToldApart) {
  const auto bytes = Write("SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS \"it's, \"\"\"");
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(Read(*bytes, "SELECT name FROM parquet_schema('lake://scan/0') WHERE type IS NOT NULL"),
            R"(["a"],["a_3"],["a_2"],["it's, \""])");
  EXPECT_EQ(Read(*bytes), "[1,2,3,4]");
}

TEST_F(ParquetStreamTest, RowsAreCutAtTheLimit) {
  for (const size_t limit : {0ul, 1ul, 2047ul, 2048ul, 2049ul, 122'881ul}) {
    const auto bytes = Write("SELECT range AS a FROM range(200000)", limit);
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(Read(*bytes, "SELECT count(*), coalesce(sum(a), 0)::BIGINT FROM read_parquet('lake://scan/0')"),
              fmt::format("[{},{}]", limit, limit * (limit - std::min<size_t>(limit, 1)) / 2));
  }
}

TEST_F(ParquetStreamTest, GroupsAreBoundedByRowsAndByBytes) {
  const auto many = Write("SELECT range AS a FROM range(300000)");
  ASSERT_TRUE(many.ok());
  EXPECT_EQ(Read(*many, "SELECT sum(a)::BIGINT, count(*) FROM read_parquet('lake://scan/0')"),
            "[44999850000,300000]");
  EXPECT_EQ(Read(*many,
                 "SELECT count(DISTINCT row_group_id), max(row_group_num_rows) < 125000 FROM "
                 "parquet_metadata('lake://scan/0')"),
            "[3,true]");
  const auto wide =
      Write("SELECT range AS a, repeat(chr(97 + (range % 7)::INTEGER), 20000) AS b FROM range(8000)");
  ASSERT_TRUE(wide.ok());
  EXPECT_EQ(Read(*wide, "SELECT sum(length(b))::BIGINT FROM read_parquet('lake://scan/0')"), "[160000000]");
  EXPECT_EQ(Read(*wide, "SELECT count(DISTINCT row_group_id) >= 3 FROM parquet_metadata('lake://scan/0')"),
            "[true]");
}

TEST_F(ParquetStreamTest, BytesComeBeforeTheEndAndAreNoFileWithoutIt) {
  const auto session = Start();
  auto stream = session->ExecuteTrusted("SELECT range AS a, md5(range::VARCHAR) AS b FROM range(300000)");
  ASSERT_TRUE(stream.ok());
  auto writer = MakeParquetStreamWriter(**stream);
  ASSERT_TRUE(writer.ok());
  std::string bytes;
  ASSERT_TRUE((*writer)->Begin(&bytes).ok());
  for (size_t rows = 0; rows < 200'000;) {
    const auto batch = (*stream)->Next();
    ASSERT_TRUE(batch.ok() && *batch);
    ASSERT_TRUE((*writer)->Append(**batch, (*batch)->rows(), &bytes).ok());
    rows += (*batch)->rows();
  }
  EXPECT_GT(bytes.size(), 1u << 20);  // A row group of random text.
  EXPECT_TRUE(bytes.starts_with("PAR1"));
  EXPECT_TRUE(Read(bytes).starts_with("error: ")) << "the footer is missing";
}

TEST_F(ParquetStreamTest, ACancelledStatementWritesNoMore) {
  CancelSource source;
  Context context;
  context.cancel = source.token();
  const auto session = Start({}, context);
  auto stream = session->ExecuteTrusted("SELECT range AS a FROM range(10)");
  ASSERT_TRUE(stream.ok());
  auto writer = MakeParquetStreamWriter(**stream);
  ASSERT_TRUE(writer.ok());
  std::string bytes;
  ASSERT_TRUE((*writer)->Begin(&bytes).ok());
  source.Cancel("by_request");
  const Status end = (*writer)->End(&bytes);
  ASSERT_FALSE(end.ok());
  EXPECT_TRUE(end.error().Is("by_request"));
}

}  // namespace
}  // namespace lake::engine
