#include "duckdb_prelude.h"

#include <utility>
#include <vector>

#include "duck_stream.h"
#include "lake/engine/rows.h"

namespace lake::engine {
namespace {

template <class T>
Cell IntegerAt(const duckdb::UnifiedVectorFormat& format, size_t index) {
  return static_cast<int64_t>(reinterpret_cast<const T*>(format.data)[index]);
}
template <class T>
Cell RealAt(const duckdb::UnifiedVectorFormat& format, size_t index) {
  return static_cast<double>(reinterpret_cast<const T*>(format.data)[index]);
}
Cell BooleanAt(const duckdb::UnifiedVectorFormat& format, size_t index) {
  return reinterpret_cast<const bool*>(format.data)[index];
}
Cell TimestampAt(const duckdb::UnifiedVectorFormat& format, size_t index) {
  return Timestamp{reinterpret_cast<const int64_t*>(format.data)[index]};
}
/// Short texts are inside their string_t, so the view points into the vector.
Cell TextAt(const duckdb::UnifiedVectorFormat& format, size_t index) {
  const auto& text = reinterpret_cast<const duckdb::string_t*>(format.data)[index];
  return std::string_view(text.GetData(), text.GetSize());
}

using ReadCell = Cell (*)(const duckdb::UnifiedVectorFormat& format, size_t index);

/// Null for types that no cell holds.
ReadCell ReaderOf(const duckdb::LogicalType& type) {
  using duckdb::LogicalTypeId;
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
      return BooleanAt;
    case LogicalTypeId::TINYINT:
      return IntegerAt<int8_t>;
    case LogicalTypeId::SMALLINT:
      return IntegerAt<int16_t>;
    case LogicalTypeId::INTEGER:
      return IntegerAt<int32_t>;
    case LogicalTypeId::BIGINT:
      return IntegerAt<int64_t>;
    case LogicalTypeId::FLOAT:
      return RealAt<float>;
    case LogicalTypeId::DOUBLE:
      return RealAt<double>;
    case LogicalTypeId::TIMESTAMP_TZ:
      return TimestampAt;
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::BLOB:
      return TextAt;
    default:
      return nullptr;
  }
}

}  // namespace

Status ForEachRow(ResultStream& stream, const std::function<Status(std::span<const Cell>)>& take) {
  const DuckStream& rows = AsDuckStream(stream);
  std::vector<ReadCell> readers;
  for (size_t i = 0; i < rows.types().size(); ++i) {
    readers.push_back(ReaderOf(rows.types()[i]));
    if (readers.back() == nullptr)
      return Internal("unreadable_type", "column '{}' is {}", stream.columns()[i].name,
                      stream.columns()[i].type);
  }
  std::vector<duckdb::UnifiedVectorFormat> formats(readers.size());
  std::vector<Cell> cells(readers.size());
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<Batch> batch, stream.Next());
    if (batch == nullptr) return {};
    for (const auto& chunk : AsDuckBatch(*batch).chunks()) {
      for (size_t i = 0; i < formats.size(); ++i) chunk->data[i].ToUnifiedFormat(chunk->size(), formats[i]);
      for (size_t row = 0; row < chunk->size(); ++row) {
        for (size_t i = 0; i < formats.size(); ++i) {
          const size_t index = formats[i].sel->get_index(row);
          cells[i] = formats[i].validity.RowIsValid(index) ? readers[i](formats[i], index) : Cell();
        }
        LAKE_RETURN_IF_ERROR(take(cells));
      }
    }
  }
}

Status ForEachRowOf(Engine& engine, const Context& context, ReadSet read_set, std::string_view trusted_sql,
                    const std::function<Status(std::span<const Cell>)>& take) {
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                        engine.StartSession(context, std::move(read_set)));
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ResultStream> rows, session->ExecuteTrusted(trusted_sql));
  return ForEachRow(*rows, take);
}

std::string_view TextOf(const Cell& cell) {
  const auto* text = std::get_if<std::string_view>(&cell);
  return text == nullptr ? std::string_view() : *text;
}

int64_t IntegerOf(const Cell& cell) {
  const auto* value = std::get_if<int64_t>(&cell);
  return value == nullptr ? 0 : *value;
}

}  // namespace lake::engine
