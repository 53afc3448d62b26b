#include "arrow_table.h"

#include <nanoarrow/nanoarrow_ipc.hpp>

#include <chrono>

namespace lake::bench {
namespace {

Status CheckArrow(ArrowErrorCode code, const ArrowError& error) {
  if (code == NANOARROW_OK) return {};
  return Internal("bad_arrow", "an Arrow result cannot be read: {}", error.message);
}

std::string DateText(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string TimestampText(std::chrono::sys_time<std::chrono::microseconds> time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss<std::chrono::microseconds> clock(time - day);
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", DateText(day), clock.hours().count(),
                                 clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:06}", clock.subseconds().count());
  return text;
}

/// Reads the cells of one column of a batch.
class CellReader {
 public:
  static Result<CellReader> Make(const ArrowSchema& schema, const ArrowArrayView& column) {
    CellReader reader(column);
    ArrowError error{};
    LAKE_RETURN_IF_ERROR(CheckArrow(ArrowSchemaViewInit(&reader.type_, &schema, &error), error));
    return reader;
  }

  Result<JsonValue> At(int64_t row) const {
    if (ArrowArrayViewIsNull(column_, row)) return JsonValue();
    switch (type_.type) {
      case NANOARROW_TYPE_BOOL:
        return JsonValue(ArrowArrayViewGetIntUnsafe(column_, row) != 0);
      case NANOARROW_TYPE_INT8:
      case NANOARROW_TYPE_INT16:
      case NANOARROW_TYPE_INT32:
      case NANOARROW_TYPE_INT64:
        return JsonValue(ArrowArrayViewGetIntUnsafe(column_, row));
      case NANOARROW_TYPE_DOUBLE:
        return JsonValue(ArrowArrayViewGetDoubleUnsafe(column_, row));
      case NANOARROW_TYPE_STRING: {
        const ArrowStringView text = ArrowArrayViewGetStringUnsafe(column_, row);
        return JsonValue(std::string(text.data, static_cast<size_t>(text.size_bytes)));
      }
      case NANOARROW_TYPE_DECIMAL128:
        return DecimalAt(row);
      case NANOARROW_TYPE_DATE32:
        return JsonValue(
            DateText(std::chrono::sys_days(std::chrono::days(ArrowArrayViewGetIntUnsafe(column_, row)))));
      case NANOARROW_TYPE_TIMESTAMP:
        if (type_.time_unit != NANOARROW_TIME_UNIT_MICRO) break;
        return JsonValue(TimestampText(std::chrono::sys_time<std::chrono::microseconds>(
            std::chrono::microseconds(ArrowArrayViewGetIntUnsafe(column_, row)))));
      default:
        break;
    }
    return Internal("bad_arrow", "a result has a column of the Arrow type {}, which is not compared here",
                    ArrowTypeString(type_.type));
  }

 private:
  explicit CellReader(const ArrowArrayView& column) : column_(&column) {}

  Result<JsonValue> DecimalAt(int64_t row) const {
    ArrowDecimal decimal;
    ArrowDecimalInit(&decimal, 128, type_.decimal_precision, type_.decimal_scale);
    ArrowArrayViewGetDecimalUnsafe(column_, row, &decimal);
    nanoarrow::UniqueBuffer digits;
    LAKE_RETURN_IF_ERROR(CheckArrow(ArrowDecimalAppendStringToBuffer(&decimal, digits.get()), ArrowError{}));
    return JsonValue(
        std::string(reinterpret_cast<const char*>(digits->data), static_cast<size_t>(digits->size_bytes)));
  }

  const ArrowArrayView* column_;
  ArrowSchemaView type_{};
};

Status AppendRows(const ArrowSchema& schema, const ArrowArray& batch, JsonValue::Array* rows) {
  ArrowError error{};
  nanoarrow::UniqueArrayView view;
  LAKE_RETURN_IF_ERROR(CheckArrow(ArrowArrayViewInitFromSchema(view.get(), &schema, &error), error));
  LAKE_RETURN_IF_ERROR(CheckArrow(ArrowArrayViewSetArray(view.get(), &batch, &error), error));
  std::vector<CellReader> columns;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    LAKE_ASSIGN_OR_RETURN(CellReader column, CellReader::Make(*schema.children[i], *view->children[i]));
    columns.push_back(column);
  }
  for (int64_t row = 0; row < batch.length; ++row) {
    JsonValue::Array cells;
    for (const CellReader& column : columns) {
      LAKE_ASSIGN_OR_RETURN(JsonValue cell, column.At(row));
      cells.push_back(std::move(cell));
    }
    rows->emplace_back(std::move(cells));
  }
  return {};
}

}  // namespace

Result<ArrowTable> DecodeIpcStream(const std::string& bytes) {
  ArrowError error{};
  nanoarrow::UniqueBuffer buffer;
  LAKE_RETURN_IF_ERROR(
      CheckArrow(ArrowBufferAppend(buffer.get(), bytes.data(), static_cast<int64_t>(bytes.size())), error));
  nanoarrow::ipc::UniqueInputStream input;
  LAKE_RETURN_IF_ERROR(CheckArrow(ArrowIpcInputStreamInitBuffer(input.get(), buffer.get()), error));
  nanoarrow::UniqueArrayStream stream;
  LAKE_RETURN_IF_ERROR(CheckArrow(ArrowIpcArrayStreamReaderInit(stream.get(), input.get(), nullptr), error));
  ArrowTable table;
  LAKE_RETURN_IF_ERROR(
      CheckArrow(ArrowArrayStreamGetSchema(stream.get(), table.schema.get(), &error), error));
  for (;;) {
    nanoarrow::UniqueArray batch;
    LAKE_RETURN_IF_ERROR(CheckArrow(ArrowArrayStreamGetNext(stream.get(), batch.get(), &error), error));
    if (batch->release == nullptr) return table;
    table.batches.push_back(std::move(batch));
  }
}

Result<JsonValue::Array> RowsOf(const ArrowTable& table) {
  JsonValue::Array rows;
  for (const nanoarrow::UniqueArray& batch : table.batches)
    LAKE_RETURN_IF_ERROR(AppendRows(*table.schema.get(), *batch.get(), &rows));
  return rows;
}

}  // namespace lake::bench
