// Goal: every type is written exactly as result_stream.h says, in JSON, NDJSON, CSV and Arrow, with and
// without nulls. Method: one golden line a value; Arrow messages are decoded with nanoarrow's reader and
// compared to DuckDB's values.
#include <nanoarrow/nanoarrow.hpp>
#include <nanoarrow/nanoarrow_ipc.hpp>

#include "engine_fixture.h"
#include "lake/engine/parquet_stream.h"

namespace lake::engine {
namespace {

struct Golden {
  const char* sql;
  const char* json;
  const char* csv;  // The text of the field, before quoting.
};

constexpr Golden kGoldens[] = {
    {"true", "true", "true"},
    {"false", "false", "false"},
    {"(-128)::TINYINT", "-128", "-128"},
    {"(-32768)::SMALLINT", "-32768", "-32768"},
    {"(-2147483648)::INTEGER", "-2147483648", "-2147483648"},
    {"255::UTINYINT", "255", "255"},
    {"65535::USMALLINT", "65535", "65535"},
    {"4294967295::UINTEGER", "4294967295", "4294967295"},
    {"9007199254740992::BIGINT", "9007199254740992", "9007199254740992"},
    {"9007199254740993::BIGINT", "\"9007199254740993\"", "9007199254740993"},
    {"(-9007199254740992)::BIGINT", "-9007199254740992", "-9007199254740992"},
    {"(-9223372036854775808)::BIGINT", "\"-9223372036854775808\"", "-9223372036854775808"},
    {"18446744073709551615::UBIGINT", "\"18446744073709551615\"", "18446744073709551615"},
    {"5::UBIGINT", "5", "5"},
    {"5::HUGEINT", "\"5\"", "5"},
    {"170141183460469231731687303715884105727::HUGEINT", "\"170141183460469231731687303715884105727\"",
     "170141183460469231731687303715884105727"},
    {"(-170141183460469231731687303715884105728)::HUGEINT", "\"-170141183460469231731687303715884105728\"",
     "-170141183460469231731687303715884105728"},
    {"340282366920938463463374607431768211455::UHUGEINT", "\"340282366920938463463374607431768211455\"",
     "340282366920938463463374607431768211455"},
    {"0.1::FLOAT", "0.1", "0.1"},
    {"0.1::DOUBLE", "0.1", "0.1"},
    {"1::DOUBLE", "1.0", "1.0"},
    {"1e300::DOUBLE", "1e+300", "1e+300"},
    {"5e-324::DOUBLE", "5e-324", "5e-324"},
    {"-0.0::DOUBLE", "-0.0", "-0.0"},
    {"'nan'::DOUBLE", "\"NaN\"", "NaN"},
    {"'inf'::FLOAT", "\"Infinity\"", "Infinity"},
    {"'-inf'::DOUBLE", "\"-Infinity\"", "-Infinity"},
    {"1.5::DECIMAL(4, 2)", "\"1.50\"", "1.50"},
    {"-0.05::DECIMAL(9, 3)", "\"-0.050\"", "-0.050"},
    {"123456789012.345678::DECIMAL(18, 6)", "\"123456789012.345678\"", "123456789012.345678"},
    {"'-99999999999999999999999999999999999.999'::DECIMAL(38, 3)",
     "\"-99999999999999999999999999999999999.999\"", "-99999999999999999999999999999999999.999"},
    {"7::DECIMAL(5, 0)", "\"7\"", "7"},
    {"DATE '2024-02-29'", "\"2024-02-29\"", "2024-02-29"},
    {"DATE '0044-03-15 (BC)'", "\"-0043-03-15\"", "-0043-03-15"},
    {"DATE '12345-01-02'", "\"+12345-01-02\"", "+12345-01-02"},
    {"'infinity'::DATE", "\"infinity\"", "infinity"},
    {"'-infinity'::TIMESTAMP", "\"-infinity\"", "-infinity"},
    {"TIME '13:04:05'", "\"13:04:05\"", "13:04:05"},
    {"TIME '13:04:05.000123'", "\"13:04:05.000123\"", "13:04:05.000123"},
    {"TIME '24:00:00'", "\"24:00:00\"", "24:00:00"},
    {"'13:04:05.000000123'::TIME_NS", "\"13:04:05.000000123\"", "13:04:05.000000123"},
    {"TIMETZ '13:04:05.5+02:30'", "\"13:04:05.500000+02:30\"", "13:04:05.500000+02:30"},
    {"TIMETZ '01:02:03-08'", "\"01:02:03-08:00\"", "01:02:03-08:00"},
    {"TIMESTAMP '1969-12-31 23:59:59.999999'", "\"1969-12-31T23:59:59.999999\"",
     "1969-12-31T23:59:59.999999"},
    {"TIMESTAMP_S '2024-02-29 13:04:05'", "\"2024-02-29T13:04:05\"", "2024-02-29T13:04:05"},
    {"TIMESTAMP_MS '2024-02-29 13:04:05.123'", "\"2024-02-29T13:04:05.123\"", "2024-02-29T13:04:05.123"},
    {"TIMESTAMP_NS '2024-02-29 13:04:05.123456789'", "\"2024-02-29T13:04:05.123456789\"",
     "2024-02-29T13:04:05.123456789"},
    {"TIMESTAMPTZ '2024-02-29 13:04:05+02'", "\"2024-02-29T11:04:05Z\"", "2024-02-29T11:04:05Z"},
    {"INTERVAL '1 year 2 months 3 days 4 hours 5 minutes 6.789 seconds'", "\"P1Y2M3DT4H5M6.789000S\"",
     "P1Y2M3DT4H5M6.789000S"},
    {"INTERVAL '0 days'", "\"PT0S\"", "PT0S"},
    {"INTERVAL '-1 months -90 seconds'", "\"P-1MT-1M-30S\"", "P-1MT-1M-30S"},
    {"INTERVAL '-500 milliseconds'", "\"PT-0.500000S\"", "PT-0.500000S"},
    {"'a\"b\\c' || chr(10) || chr(1) || 'é𝄞'", "\"a\\\"b\\\\c\\n\\u0001é𝄞\"", "a\"b\\c\n\x01é𝄞"},
    {"''", "\"\"", ""},
    {"'\\x00\\xFF\\x10'::BLOB", "\"AP8Q\"", "AP8Q"},
    {"'ab'::BLOB", "\"YWI=\"", "YWI="},
    {"'10101'::BIT", "\"10101\"", "10101"},
    {"'00112233-4455-6677-8899-aabbccddeeff'::UUID", "\"00112233-4455-6677-8899-aabbccddeeff\"",
     "00112233-4455-6677-8899-aabbccddeeff"},
    {"'x'::ENUM('y', 'x')", "\"x\"", "x"},
    {"'{\"a\": 1}'::JSON", "\"{\\\"a\\\": 1}\"", "{\"a\": 1}"},
    {"[1, NULL, 3]", "[1,null,3]", "[1,null,3]"},
    {"[]::INTEGER[]", "[]", "[]"},
    {"[[1], [], NULL]", "[[1],[],null]", "[[1],[],null]"},
    {"[1.5, 2.5]::DOUBLE[2]", "[1.5,2.5]", "[1.5,2.5]"},
    {"{'a': 1, 'b \"q\"': ['x']}", "{\"a\":1,\"b \\\"q\\\"\":[\"x\"]}", "{\"a\":1,\"b \\\"q\\\"\":[\"x\"]}"},
    {"row(1, 'x')", "[1,\"x\"]", "[1,\"x\"]"},
    {"MAP {'k': 1, 'l': NULL}", "[{\"key\":\"k\",\"value\":1},{\"key\":\"l\",\"value\":null}]",
     "[{\"key\":\"k\",\"value\":1},{\"key\":\"l\",\"value\":null}]"},
    {"union_value(n := 5)", "{\"n\":5}", "{\"n\":5}"},
    {"123456789012345678901234567890::BIGNUM", "\"123456789012345678901234567890\"",
     "123456789012345678901234567890"},
    {"{'a': 42}::VARIANT", "\"{'a': 42}\"", "{'a': 42}"},
    {"NULL", "null", ""},
};

class ValueTypesTest : public EngineTest {
 protected:
  struct Written {
    std::string json, ndjson, csv, csv_header, arrow;
  };

  Written Write(const std::string& sql) {
    const auto session = Start();
    auto stream = session->ExecuteTrusted(sql);
    EXPECT_TRUE(stream.ok()) << sql << ": " << (stream.ok() ? "" : stream.error().ToString());
    Written written;
    if (!stream.ok()) return written;
    const auto json = MakeJsonArrayWriter(**stream);
    const auto ndjson = MakeNdjsonWriter(**stream);
    const auto csv = MakeCsvWriter(**stream);
    written.csv_header = CsvHeader(**stream);
    auto arrow = MakeArrowIpcWriter(**stream);
    EXPECT_TRUE(arrow.ok() && (*arrow)->Schema(&written.arrow).ok()) << sql;
    for (;;) {
      const auto batch = (*stream)->Next();
      EXPECT_TRUE(batch.ok()) << sql;
      if (!batch.ok() || !*batch) break;
      const size_t rows = (*batch)->rows();
      for (size_t row = 0; row < rows; ++row) json->Append(**batch, row, 1, &written.json);
      ndjson->Append(**batch, 0, rows, &written.ndjson);
      csv->Append(**batch, 0, rows / 2, &written.csv);
      csv->Append(**batch, rows / 2, rows - rows / 2, &written.csv);
      EXPECT_TRUE((*arrow)->Append(**batch, 0, rows, &written.arrow).ok()) << sql;
    }
    (*arrow)->End(&written.arrow);
    return written;
  }
  std::string AsParquet(const std::string& sql);
};

std::string ValueTypesTest::AsParquet(const std::string& sql) {
  const auto session = Start();
  auto stream = session->ExecuteTrusted(sql);
  EXPECT_TRUE(stream.ok()) << sql;
  auto writer = MakeParquetStreamWriter(**stream);
  EXPECT_TRUE(writer.ok()) << writer.error().ToString();
  std::string bytes;
  EXPECT_TRUE((*writer)->Begin(&bytes).ok());
  for (;;) {
    const auto batch = (*stream)->Next();
    EXPECT_TRUE(batch.ok());
    if (!batch.ok() || !*batch) break;
    EXPECT_TRUE((*writer)->Append(**batch, (*batch)->rows(), &bytes).ok());
  }
  EXPECT_TRUE((*writer)->End(&bytes).ok());
  return bytes;
}

std::string CsvQuoted(const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

TEST_F(ValueTypesTest, EachValueAloneAndBesideNulls) {
  for (const Golden& golden : kGoldens) {
    const bool null = std::string_view(golden.sql) == "NULL";
    const Written one = Write(std::string("SELECT ") + golden.sql + " AS v");
    EXPECT_EQ(one.json, "[" + std::string(golden.json) + "]") << golden.sql;
    EXPECT_EQ(one.ndjson, "{\"v\":" + std::string(golden.json) + "}\n") << golden.sql;
    EXPECT_EQ(one.csv, (null ? "" : CsvQuoted(golden.csv)) + "\r\n") << golden.sql;
    EXPECT_EQ(one.csv_header, "v\r\n");
    if (std::string_view(golden.sql).ends_with("[2]")) continue;  // CASE does not take fixed-size arrays.
    const Written mixed = Write(std::string("SELECT CASE WHEN range % 2 = 1 THEN (") + golden.sql +
                                ") END AS v FROM range(3000)");
    std::string expected = "[null]";
    for (int i = 1; i < 3000; ++i) expected += i % 2 == 1 ? ",[" + std::string(golden.json) + "]" : ",[null]";
    EXPECT_EQ(mixed.json, expected) << golden.sql;
  }
}

TEST_F(ValueTypesTest, ValuesInsideListsStructsAndMaps) {
  for (const Golden& golden : kGoldens) {
    const std::string sql = golden.sql;
    const std::string json = golden.json;
    const Written nested =
        Write("SELECT [(" + sql + "), NULL] AS a, {'f': (" + sql + ")} AS b, MAP {1: (" + sql + ")} AS c");
    EXPECT_EQ(nested.json, "[[" + json + ",null],{\"f\":" + json + "},[{\"key\":1,\"value\":" + json + "}]]")
        << sql;
  }
}

TEST_F(ValueTypesTest, HeadersQuoteTheirNames) {
  EXPECT_EQ(Write("SELECT 1 AS \"a,b\", 2 AS \"say \"\"hi\"\"\", 3 AS c").csv_header,
            "\"a,b\",\"say \"\"hi\"\"\",c\r\n");
  EXPECT_EQ(Write("SELECT 1 AS \"a\"\"\\\"").ndjson, "{\"a\\\"\\\\\":1}\n");
  EXPECT_EQ(Write("SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a").ndjson,
            "{\"a\":1,\"a_3\":2,\"a_2\":3,\"a_4\":4}\n");
}

TEST_F(ValueTypesTest, AllTypesAtOnceOverManyChunks) {
  std::string sql = "SELECT range AS i";
  std::string row;
  int column = 0;
  for (const Golden& golden : kGoldens) {
    sql += std::string(", ") + golden.sql + " AS v" + std::to_string(column++);
    row += "," + std::string(golden.json);
  }
  const Written written = Write(sql + " FROM range(5000)");
  std::string expected;
  for (int i = 0; i < 5000; ++i) expected += (i == 0 ? "[" : ",[") + std::to_string(i) + row + "]";
  EXPECT_TRUE(written.json == expected);
}

/// The text of one Arrow value, by type, as far as the tests below need it.
std::string ArrowText(const ArrowArrayView* view, int64_t row) {
  if (ArrowArrayViewIsNull(view, row)) return "null";
  switch (view->storage_type) {
    case NANOARROW_TYPE_STRING: {
      const ArrowStringView text = ArrowArrayViewGetStringUnsafe(view, row);
      return std::string(text.data, static_cast<size_t>(text.size_bytes));
    }
    case NANOARROW_TYPE_BINARY:
      return std::to_string(ArrowArrayViewGetStringUnsafe(view, row).size_bytes) + " bytes";
    case NANOARROW_TYPE_DECIMAL128: {
      ArrowDecimal decimal;
      ArrowDecimalInit(&decimal, 128, 38, 0);
      ArrowArrayViewGetDecimalUnsafe(view, row, &decimal);
      nanoarrow::UniqueBuffer digits;
      if (ArrowDecimalAppendDigitsToBuffer(&decimal, digits.get()) != NANOARROW_OK) return "bad decimal";
      return std::string(reinterpret_cast<const char*>(digits->data),
                         static_cast<size_t>(digits->size_bytes));
    }
    case NANOARROW_TYPE_INTERVAL_MONTH_DAY_NANO: {
      ArrowInterval interval;
      ArrowIntervalInit(&interval, NANOARROW_TYPE_INTERVAL_MONTH_DAY_NANO);
      ArrowArrayViewGetIntervalUnsafe(view, row, &interval);
      return std::to_string(interval.months) + "/" + std::to_string(interval.days) + "/" +
             std::to_string(interval.ns);
    }
    case NANOARROW_TYPE_FLOAT:
    case NANOARROW_TYPE_DOUBLE:
      return fmt::format("{}", ArrowArrayViewGetDoubleUnsafe(view, row));
    case NANOARROW_TYPE_UINT64:
      return std::to_string(ArrowArrayViewGetUIntUnsafe(view, row));
    case NANOARROW_TYPE_MAP:
    case NANOARROW_TYPE_LIST: {
      std::string text = "[";
      const int64_t begin = ArrowArrayViewListChildOffset(view, row);
      for (int64_t i = begin; i < ArrowArrayViewListChildOffset(view, row + 1); ++i)
        text += (i > begin ? "," : "") + ArrowText(view->children[0], i);
      return text + "]";
    }
    case NANOARROW_TYPE_STRUCT: {
      std::string text = "{";
      for (int64_t i = 0; i < view->n_children; ++i)
        text += (i > 0 ? "," : "") + ArrowText(view->children[i], row);
      return text + "}";
    }
    default:
      return std::to_string(ArrowArrayViewGetIntUnsafe(view, row));
  }
}

/// Decodes a whole Arrow stream: "format: value, value…" for each column.
std::vector<std::string> ReadArrow(ArrowArrayStream* stream, int64_t* rows) {
  nanoarrow::UniqueSchema schema;
  ArrowError error{};
  EXPECT_EQ(ArrowArrayStreamGetSchema(stream, schema.get(), &error), NANOARROW_OK) << error.message;
  nanoarrow::UniqueArrayView view;
  EXPECT_EQ(ArrowArrayViewInitFromSchema(view.get(), schema.get(), &error), NANOARROW_OK) << error.message;
  std::vector<std::string> columns;
  for (int64_t i = 0; i < schema->n_children; ++i)
    columns.push_back(std::string(schema->children[i]->format) + ":");
  *rows = 0;
  for (;;) {
    nanoarrow::UniqueArray array;
    EXPECT_EQ(ArrowArrayStreamGetNext(stream, array.get(), &error), NANOARROW_OK) << error.message;
    if (array->release == nullptr) return columns;
    EXPECT_EQ(ArrowArrayViewSetArray(view.get(), array.get(), &error), NANOARROW_OK) << error.message;
    EXPECT_EQ(ArrowArrayViewValidate(view.get(), NANOARROW_VALIDATION_LEVEL_FULL, &error), NANOARROW_OK)
        << error.message;
    for (int64_t row = 0; row < array->length; ++row)
      for (size_t i = 0; i < columns.size(); ++i) columns[i] += " " + ArrowText(view->children[i], row);
    *rows += array->length;
  }
}

std::vector<std::string> ReadArrowIpc(const std::string& bytes, int64_t* rows) {
  nanoarrow::UniqueBuffer buffer;
  EXPECT_EQ(ArrowBufferAppend(buffer.get(), bytes.data(), static_cast<int64_t>(bytes.size())), NANOARROW_OK);
  nanoarrow::ipc::UniqueInputStream input;
  EXPECT_EQ(ArrowIpcInputStreamInitBuffer(input.get(), buffer.get()), NANOARROW_OK);
  nanoarrow::UniqueArrayStream stream;
  EXPECT_EQ(ArrowIpcArrayStreamReaderInit(stream.get(), input.get(), nullptr), NANOARROW_OK);
  return ReadArrow(stream.get(), rows);
}

TEST_F(ValueTypesTest, ArrowValues) {
  struct ArrowGolden {
    const char* sql;
    const char* column;
  };
  const std::vector<ArrowGolden> goldens = {
      {"true", "b: 1 null"},
      {"(-128)::TINYINT", "c: -128 null"},
      {"(-32768)::SMALLINT", "s: -32768 null"},
      {"5::INTEGER", "i: 5 null"},
      {"(-9223372036854775808)::BIGINT", "l: -9223372036854775808 null"},
      {"255::UTINYINT", "C: 255 null"},
      {"65535::USMALLINT", "S: 65535 null"},
      {"4294967295::UINTEGER", "I: 4294967295 null"},
      {"18446744073709551615::UBIGINT", "L: 18446744073709551615 null"},
      {"12345678901234567890123::HUGEINT", "d:38,0: 12345678901234567890123 null"},
      {"340282366920938463463374607431768211455::UHUGEINT",
       "u: 340282366920938463463374607431768211455 null"},
      {"0.5::FLOAT", "f: 0.5 null"},
      {"0.1::DOUBLE", "g: 0.1 null"},
      {"1.50::DECIMAL(4, 2)", "d:4,2: 150 null"},
      {"-1.5::DECIMAL(30, 2)", "d:30,2: -150 null"},
      {"'é'", "u: é null"},
      {"'\\x00\\x01'::BLOB", "z: 2 bytes null"},
      {"DATE '1970-01-03'", "tdD: 2 null"},
      {"TIME '00:00:01'", "ttu: 1000000 null"},
      {"'00:00:00.000000001'::TIME_NS", "ttn: 1 null"},
      {"TIMETZ '00:00:01+01'", "u: 00:00:01+01 null"},
      {"TIMESTAMP '1970-01-01 00:00:01'", "tsu:: 1000000 null"},
      {"TIMESTAMP_S '1970-01-01 00:00:01'", "tss:: 1 null"},
      {"TIMESTAMP_MS '1970-01-01 00:00:01'", "tsm:: 1000 null"},
      {"TIMESTAMP_NS '1970-01-01 00:00:01'", "tsn:: 1000000000 null"},
      {"TIMESTAMPTZ '1970-01-01 00:00:01+00'", "tsu:UTC: 1000000 null"},
      {"INTERVAL '1 month 2 days 3 seconds'", "tin: 1/2/3000000000 null"},
      {"'00112233-4455-6677-8899-aabbccddeeff'::UUID", "u: 00112233-4455-6677-8899-aabbccddeeff null"},
      {"'x'::ENUM('y', 'x')", "u: x null"},
      {"'101'::BIT", "u: 101 null"},
      {"'{}'::JSON", "u: {} null"},
      {"[1, NULL]", "+l: [1,null] null"},
      {"['x'::ENUM('y', 'x')]", "+l: [x] null"},
      {"[1, 2]::INTEGER[2]", "+w:2: 0 null"},
      {"{'a': 1, 'b': 'x'::ENUM('y', 'x')}", "+s: {1,x} null"},
      {"union_value(n := 5)", "u: 5 null"},
      {"123::BIGNUM", "u: 123 null"},
  };
  for (const ArrowGolden& golden : goldens) {
    const Written written = Write(std::string("SELECT ") + golden.sql + " AS v UNION ALL SELECT NULL");
    int64_t rows = 0;
    const auto columns = ReadArrowIpc(written.arrow, &rows);
    ASSERT_EQ(columns.size(), 1u) << golden.sql;
    if (!std::string_view(golden.column)
             .starts_with("+w"))  // Fixed-size lists only have their shape checked.
      EXPECT_EQ(columns[0], golden.column) << golden.sql;
    EXPECT_EQ(rows, 2) << golden.sql;
  }
}

/// What people get wrong first. Parquet refuses some of it, which is not wrong.
struct Difficult {
  const char* sql;
  const char* json;
  const char* csv;
  const char* arrow;
  enum class In { kEvery, kAllButParquet } in = In::kEvery;
};
constexpr Difficult kDifficult[] = {
    {"9007199254740993::BIGINT", "\"9007199254740993\"", "9007199254740993", "l: 9007199254740993"},
    {"(-9223372036854775808)::BIGINT", "\"-9223372036854775808\"", "-9223372036854775808",
     "l: -9223372036854775808"},
    {"170141183460469231731687303715884105727::HUGEINT", "\"170141183460469231731687303715884105727\"",
     "170141183460469231731687303715884105727", "d:38,0: 170141183460469231731687303715884105727",
     Difficult::In::kAllButParquet},
    {"sum(12345678901234567890::HUGEINT)", "\"12345678901234567890\"", "12345678901234567890",
     "d:38,0: 12345678901234567890", Difficult::In::kAllButParquet},
    {"0.10::DECIMAL(38, 10)", "\"0.1000000000\"", "0.1000000000", "d:38,10: 1000000000"},
    {"TIMESTAMPTZ '2026-01-02 03:04:05.678901+02'", "\"2026-01-02T01:04:05.678901Z\"",
     "2026-01-02T01:04:05.678901Z", "tsu:UTC: 1767315845678901"},
    {"'infinity'::TIMESTAMP", "\"infinity\"", "infinity", "tsu:: 9223372036854775807"},
    {"'-infinity'::DATE", "\"-infinity\"", "-infinity", "tdD: -2147483647"},
    {"INTERVAL '14 months 3 days 0.000001 seconds'", "\"P1Y2M3DT0.000001S\"", "P1Y2M3DT0.000001S",
     "tin: 14/3/1000", Difficult::In::kAllButParquet},
    {"'\\x00\\xFF'::BLOB", "\"AP8=\"", "AP8=", "z: 2 bytes"},
    {"[1, NULL]", "[1,null]", "\"[1,null]\"", "+l: [1,null]"},
    {"{'a': 'x,y', 'b': NULL}", "{\"a\":\"x,y\",\"b\":null}", "\"{\"\"a\"\":\"\"x,y\"\",\"\"b\"\":null}\"",
     "+s: {x,y,null}"},
    {"MAP {'k': 1}", "[{\"key\":\"k\",\"value\":1}]", "\"[{\"\"key\"\":\"\"k\"\",\"\"value\"\":1}]\"",
     "+m: [{k,1}]"},
    {"NULL::VARCHAR", "null", "", "u: null"},
    {"''", "\"\"", "\"\"", "u: "},
    {"'NULL'", "\"NULL\"", "NULL", "u: NULL"},
    {"'Zoë 東京 𝄞'", "\"Zoë 東京 𝄞\"", "Zoë 東京 𝄞", "u: Zoë 東京 𝄞"},
    {"'nan'::DOUBLE", "\"NaN\"", "NaN", "g: nan"},
    {"'-inf'::FLOAT", "\"-Infinity\"", "-Infinity", "f: -inf"},
};

TEST_F(ValueTypesTest, OneStatementInEveryFormat) {
  std::string sql;
  std::string storable;
  std::string json;
  std::string csv;
  std::string ndjson;
  std::vector<std::string> arrow;
  for (const Difficult& value : kDifficult) {
    const std::string comma = arrow.empty() ? "" : ",";
    const std::string name = "v" + std::to_string(arrow.size());
    const std::string item = std::string(value.sql) + " AS " + name;
    sql += comma + item;
    if (value.in == Difficult::In::kEvery) storable += comma + item;
    json += comma + value.json;
    csv += comma + value.csv;
    ndjson += comma + "\"" + name + "\":" + value.json;
    arrow.emplace_back(value.arrow);
  }
  const Written written = Write("SELECT " + sql);
  EXPECT_EQ(written.json, "[" + json + "]");
  EXPECT_EQ(written.ndjson, "{" + ndjson + "}\n");
  EXPECT_EQ(written.csv, csv + "\r\n");
  int64_t rows = 0;
  EXPECT_EQ(ReadArrowIpc(written.arrow, &rows), arrow);
  const std::string parquet = AsParquet("SELECT " + storable);
  ReadSet read_set;
  read_set.AddScan({PutFile("every.parquet", parquet)});
  EXPECT_EQ(Trusted("FROM read_parquet('lake://scan/0')", read_set), Trusted("SELECT " + storable));
}

TEST_F(ValueTypesTest, ArrowStreamsOfManyBatchesAndOfNone) {
  int64_t rows = 0;
  ReadArrowIpc(Write("SELECT range AS a, range::VARCHAR AS b, [range] AS c FROM range(300000)").arrow, &rows);
  EXPECT_EQ(rows, 300'000);
  const auto columns = ReadArrowIpc(Write("SELECT 1 AS a, 'x' AS b WHERE false").arrow, &rows);
  EXPECT_EQ(rows, 0);
  EXPECT_EQ(columns, (std::vector<std::string>{"i:", "u:"}));
}

TEST_F(ValueTypesTest, ArrowOfPartsOfABatch) {
  const auto session = Start();
  auto stream = session->ExecuteTrusted("SELECT range AS a FROM range(10)");
  ASSERT_TRUE(stream.ok());
  auto writer = MakeArrowIpcWriter(**stream);
  ASSERT_TRUE(writer.ok());
  const auto batch = (*stream)->Next();
  std::string bytes;
  ASSERT_TRUE((*writer)->Schema(&bytes).ok());
  ASSERT_TRUE((*writer)->Append(**batch, 7, 2, &bytes).ok());
  ASSERT_TRUE((*writer)->Append(**batch, 0, 1, &bytes).ok());
  (*writer)->End(&bytes);
  int64_t rows = 0;
  EXPECT_EQ(ReadArrowIpc(bytes, &rows)[0], "l: 7 8 0");
}

TEST_F(ValueTypesTest, ExportsTheRestOfAStream) {
  const auto session = Start();
  auto stream = session->ExecuteTrusted("SELECT range AS a, 'x' AS b FROM range(100000)");
  ASSERT_TRUE(stream.ok());
  nanoarrow::UniqueArrayStream exported;
  ASSERT_TRUE(ExportArrowStream(*std::move(stream), exported.get()).ok());
  int64_t rows = 0;
  ReadArrow(exported.get(), &rows);
  EXPECT_EQ(rows, 100'000);
}

TEST_F(ValueTypesTest, ExportedStreamsSayWhatWentWrong) {
  const auto session = Start();
  auto stream = session->ExecuteTrusted("SELECT error('oh no') FROM range(10)");
  if (!stream.ok()) {
    EXPECT_EQ(stream.error().message(), "oh no");
    return;
  }
  nanoarrow::UniqueArrayStream exported;
  ASSERT_TRUE(ExportArrowStream(*std::move(stream), exported.get()).ok());
  nanoarrow::UniqueArray array;
  EXPECT_NE(exported->get_next(exported.get(), array.get()), 0);
  EXPECT_STREQ(exported->get_last_error(exported.get()), "sql_error: oh no");
}

}  // namespace
}  // namespace lake::engine
