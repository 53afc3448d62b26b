#include "value_writer.h"

#include <cmath>
#include <optional>
#include <vector>

#include "duckdb/common/types.hpp"
#include "duckdb/common/types/datetime.hpp"
#include "duckdb/common/types/timestamp.hpp"
#include "nested_value_writer.h"
#include "value_text.h"

namespace lake::engine {
namespace {

using duckdb::LogicalTypeId;

/// A scalar whose text depends on the value alone. `Format` appends it; kQuoted says that JSON wants it as a
/// string.
template <class T, class Format>
class ScalarWriter final : public ValueWriter {
 public:
  explicit ScalarWriter(Format format = {}) : format_(format) {}

  void AppendJson(size_t row, TextBuffer* out) const override {
    const T& value = ValueAt<T>(row);
    const bool quoted = format_.IsQuoted(value);
    if (quoted) out->Push('"');
    format_.Append(value, out);
    if (quoted) out->Push('"');
  }
  void AppendCsv(size_t row, TextBuffer* out) const override { format_.Append(ValueAt<T>(row), out); }

 private:
  Format format_;
};

struct BooleanFormat {
  static bool IsQuoted(bool) { return false; }
  static void Append(bool value, TextBuffer* out) { out->Append(value ? "true" : "false"); }
};

/// Readers of JSON hold numbers as doubles: beyond ±2^53 an integer would silently change.
struct IntegerFormat {
  static constexpr int64_t kExact = int64_t{1} << 53;
  template <class T>
  static bool IsQuoted(T value) {
    if constexpr (std::is_same_v<T, uint64_t>)
      return value > static_cast<uint64_t>(kExact);
    else
      return value > kExact || value < -kExact;
  }
  template <class T>
  static void Append(T value, TextBuffer* out) {
    if constexpr (std::is_signed_v<T>)
      AppendInteger(static_cast<int64_t>(value), out);
    else
      AppendInteger(static_cast<uint64_t>(value), out);
  }
};

struct HugeFormat {
  static bool IsQuoted(const auto&) { return true; }
  static void Append(const duckdb::hugeint_t& value, TextBuffer* out) { AppendInteger(Wide(value), out); }
  static void Append(const duckdb::uhugeint_t& value, TextBuffer* out) {
    AppendInteger(static_cast<UInt128>(value.upper) << 64 | value.lower, out);
  }
  static Int128 Wide(const duckdb::hugeint_t& value) {
    return static_cast<Int128>(static_cast<UInt128>(static_cast<uint64_t>(value.upper)) << 64 | value.lower);
  }
};

struct FloatingFormat {
  static bool IsQuoted(auto value) { return !std::isfinite(value); }
  static void Append(auto value, TextBuffer* out) { AppendFloating(value, out); }
};

struct DecimalFormat {
  int scale = 0;
  static bool IsQuoted(const auto&) { return true; }
  void Append(const duckdb::hugeint_t& value, TextBuffer* out) const {
    AppendDecimal(HugeFormat::Wide(value), scale, out);
  }
  void Append(std::integral auto value, TextBuffer* out) const { AppendDecimal(int64_t{value}, scale, out); }
};

struct UuidFormat {
  static bool IsQuoted(const auto&) { return true; }
  static void Append(const duckdb::hugeint_t& value, TextBuffer* out) {
    // Stored with the first bit flipped, so that UUIDs sort as unsigned numbers.
    AppendUuid(static_cast<uint64_t>(value.upper) ^ (uint64_t{1} << 63), value.lower, out);
  }
};

/// The two infinities of dates and timestamps, under the names that DuckDB and PostgreSQL read.
bool AppendIfInfinite(auto value, TextBuffer* out) {
  if (decltype(value)::infinity() == value) {
    out->Append("infinity");
    return true;
  }
  if (decltype(value)::ninfinity() == value) {
    out->Append("-infinity");
    return true;
  }
  return false;
}

struct DateFormat {
  static bool IsQuoted(const auto&) { return true; }
  static void Append(duckdb::date_t value, TextBuffer* out) {
    if (!AppendIfInfinite(value, out)) AppendDate(value.days, out);
  }
};

struct TimestampFormat {
  int digits = 6;
  bool utc = false;
  static bool IsQuoted(const auto&) { return true; }
  void Append(duckdb::timestamp_t value, TextBuffer* out) const {
    if (AppendIfInfinite(value, out)) return;
    AppendTimestamp(value.value, digits, out);
    if (utc) out->Push('Z');
  }
};

struct TimeFormat {
  int digits = 6;
  static bool IsQuoted(const auto&) { return true; }
  void Append(int64_t value, TextBuffer* out) const { AppendTime(value, digits, out); }
};

struct TimeTzFormat {
  static bool IsQuoted(const auto&) { return true; }
  static void Append(duckdb::dtime_tz_t value, TextBuffer* out) {
    AppendTime(value.time().micros, 6, out);
    AppendUtcOffset(value.offset(), out);
  }
};

struct IntervalFormat {
  static bool IsQuoted(const auto&) { return true; }
  static void Append(const duckdb::interval_t& value, TextBuffer* out) {
    AppendInterval(value.months, value.days, value.micros, out);
  }
};

struct BlobFormat {
  static bool IsQuoted(const auto&) { return true; }
  static void Append(const duckdb::string_t& value, TextBuffer* out) {
    AppendBase64({value.GetData(), value.GetSize()}, out);
  }
};

class TextWriter final : public ValueWriter {
 public:
  void AppendJson(size_t row, TextBuffer* out) const override { AppendJsonText(TextAt(row), out); }
  void AppendCsv(size_t row, TextBuffer* out) const override { AppendCsvText(TextAt(row), out); }

 private:
  std::string_view TextAt(size_t row) const {
    const auto& text = ValueAt<duckdb::string_t>(row);
    return {text.GetData(), text.GetSize()};
  }
};

template <class Index>
class EnumWriter final : public ValueWriter {
 public:
  explicit EnumWriter(const duckdb::LogicalType& type) {
    TextBuffer text;
    for (size_t i = 0; i < duckdb::EnumType::GetSize(type); ++i) {
      const std::string name = duckdb::EnumType::GetString(type, i).GetString();
      AppendJsonText(name, &text);
      text.MoveTo(&json_.emplace_back());
      AppendCsvText(name, &text);
      text.MoveTo(&csv_.emplace_back());
    }
  }
  void AppendJson(size_t row, TextBuffer* out) const override { out->Append(json_[ValueAt<Index>(row)]); }
  void AppendCsv(size_t row, TextBuffer* out) const override { out->Append(csv_[ValueAt<Index>(row)]); }

 private:
  std::vector<std::string> json_;
  std::vector<std::string> csv_;
};

/// Types without a text of ours (BIT, BIGNUM, GEOMETRY, VARIANT…): DuckDB's own text.
class EngineTextWriter final : public ValueWriter {
 public:
  void Bind(duckdb::Vector& vector, size_t count) override {
    ValueWriter::Bind(vector, count);
    vector_ = &vector;
  }
  void AppendJson(size_t row, TextBuffer* out) const override {
    AppendJsonText(vector_->GetValue(row).ToString(), out);
  }
  void AppendCsv(size_t row, TextBuffer* out) const override {
    AppendCsvText(vector_->GetValue(row).ToString(), out);
  }

 private:
  duckdb::Vector* vector_ = nullptr;
};

template <class T, class Format>
std::unique_ptr<ValueWriter> Scalar(Format format) {
  return std::make_unique<ScalarWriter<T, Format>>(format);
}

std::unique_ptr<ValueWriter> MakeDecimalWriter(const duckdb::LogicalType& type) {
  const DecimalFormat format{duckdb::DecimalType::GetScale(type)};
  switch (type.InternalType()) {
    case duckdb::PhysicalType::INT16:
      return Scalar<int16_t>(format);
    case duckdb::PhysicalType::INT32:
      return Scalar<int32_t>(format);
    case duckdb::PhysicalType::INT64:
      return Scalar<int64_t>(format);
    default:
      return Scalar<duckdb::hugeint_t>(format);
  }
}

std::unique_ptr<ValueWriter> MakeEnumWriter(const duckdb::LogicalType& type) {
  switch (type.InternalType()) {
    case duckdb::PhysicalType::UINT8:
      return std::make_unique<EnumWriter<uint8_t>>(type);
    case duckdb::PhysicalType::UINT16:
      return std::make_unique<EnumWriter<uint16_t>>(type);
    default:
      return std::make_unique<EnumWriter<uint32_t>>(type);
  }
}

std::unique_ptr<ValueWriter> MakeNumberWriter(LogicalTypeId type) {
  switch (type) {
    case LogicalTypeId::TINYINT:
      return Scalar<int8_t>(IntegerFormat{});
    case LogicalTypeId::SMALLINT:
      return Scalar<int16_t>(IntegerFormat{});
    case LogicalTypeId::INTEGER:
      return Scalar<int32_t>(IntegerFormat{});
    case LogicalTypeId::BIGINT:
      return Scalar<int64_t>(IntegerFormat{});
    case LogicalTypeId::UTINYINT:
      return Scalar<uint8_t>(IntegerFormat{});
    case LogicalTypeId::USMALLINT:
      return Scalar<uint16_t>(IntegerFormat{});
    case LogicalTypeId::UINTEGER:
      return Scalar<uint32_t>(IntegerFormat{});
    case LogicalTypeId::UBIGINT:
      return Scalar<uint64_t>(IntegerFormat{});
    case LogicalTypeId::HUGEINT:
      return Scalar<duckdb::hugeint_t>(HugeFormat{});
    case LogicalTypeId::UHUGEINT:
      return Scalar<duckdb::uhugeint_t>(HugeFormat{});
    case LogicalTypeId::FLOAT:
      return Scalar<float>(FloatingFormat{});
    case LogicalTypeId::DOUBLE:
      return Scalar<double>(FloatingFormat{});
    default:
      return nullptr;
  }
}

std::unique_ptr<ValueWriter> MakeTemporalWriter(LogicalTypeId type) {
  switch (type) {
    case LogicalTypeId::DATE:
      return Scalar<duckdb::date_t>(DateFormat{});
    case LogicalTypeId::TIME:
      return Scalar<int64_t>(TimeFormat{6});
    case LogicalTypeId::TIME_NS:
      return Scalar<int64_t>(TimeFormat{9});
    case LogicalTypeId::TIME_TZ:
      return Scalar<duckdb::dtime_tz_t>(TimeTzFormat{});
    case LogicalTypeId::TIMESTAMP_SEC:
      return Scalar<duckdb::timestamp_t>(TimestampFormat{0, false});
    case LogicalTypeId::TIMESTAMP_MS:
      return Scalar<duckdb::timestamp_t>(TimestampFormat{3, false});
    case LogicalTypeId::TIMESTAMP:
      return Scalar<duckdb::timestamp_t>(TimestampFormat{6, false});
    case LogicalTypeId::TIMESTAMP_NS:
      return Scalar<duckdb::timestamp_t>(TimestampFormat{9, false});
    case LogicalTypeId::TIMESTAMP_TZ:
      return Scalar<duckdb::timestamp_t>(TimestampFormat{6, true});
    case LogicalTypeId::INTERVAL:
      return Scalar<duckdb::interval_t>(IntervalFormat{});
    default:
      return nullptr;
  }
}

}  // namespace

void ValueWriter::Bind(duckdb::Vector& vector, size_t count) { vector.ToUnifiedFormat(count, format_); }

std::unique_ptr<ValueWriter> MakeValueWriter(const duckdb::LogicalType& type) {
  if (auto writer = MakeNumberWriter(type.id())) return writer;
  if (auto writer = MakeTemporalWriter(type.id())) return writer;
  if (auto writer = MakeNestedWriter(type)) return writer;
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
      return Scalar<bool>(BooleanFormat{});
    case LogicalTypeId::DECIMAL:
      return MakeDecimalWriter(type);
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::CHAR:
      return std::make_unique<TextWriter>();
    case LogicalTypeId::BLOB:
      return Scalar<duckdb::string_t>(BlobFormat{});
    case LogicalTypeId::UUID:
      return Scalar<duckdb::hugeint_t>(UuidFormat{});
    case LogicalTypeId::ENUM:
      return MakeEnumWriter(type);
    default:
      return std::make_unique<EngineTextWriter>();
  }
}

}  // namespace lake::engine
