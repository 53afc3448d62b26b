#include "duckdb_prelude.h"

#include "arrow_export.h"

#include <algorithm>

#include "duck_stream.h"
#include "duckdb/common/arrow/arrow_appender.hpp"
#include "duckdb/common/arrow/arrow_converter.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "errors.h"

namespace lake::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

LogicalType ExportedType(const LogicalType& type);

LogicalType ExportedStruct(const LogicalType& type) {
  duckdb::child_list_t<LogicalType> fields;
  for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type))
    fields.emplace_back(name, ExportedType(child));
  return LogicalType::STRUCT(std::move(fields));
}

LogicalType ExportedType(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::LIST:
      return LogicalType::LIST(ExportedType(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::ARRAY:
      return LogicalType::ARRAY(ExportedType(duckdb::ArrayType::GetChildType(type)),
                                duckdb::ArrayType::GetSize(type));
    case LogicalTypeId::MAP:
      return LogicalType::MAP(ExportedType(duckdb::MapType::KeyType(type)),
                              ExportedType(duckdb::MapType::ValueType(type)));
    case LogicalTypeId::STRUCT:
      return ExportedStruct(type);
    case LogicalTypeId::ENUM:
    case LogicalTypeId::UHUGEINT:
    case LogicalTypeId::BIT:
    case LogicalTypeId::BIGNUM:
    case LogicalTypeId::TIME_TZ:
    case LogicalTypeId::UNION:
    case LogicalTypeId::VARIANT:
    case LogicalTypeId::GEOMETRY:
      return LogicalType::VARCHAR;
    case LogicalTypeId::VARCHAR:
      return LogicalType::VARCHAR;  // Without an alias such as JSON.
    default:
      return type;
  }
}

class DuckArrowExporter final : public ArrowExporter {
 public:
  explicit DuckArrowExporter(const DuckStream& stream)
      : client_(stream.client()), properties_(stream.client_properties()) {
    for (const LogicalType& type : stream.types()) {
      types_.push_back(ExportedType(type));
      cast_ = cast_ || types_.back() != type;
    }
    for (const ResultColumn& column : stream.columns()) names_.push_back(column.name);
  }

  Status Schema(ArrowSchema* out) override {
    return Guarded([&] { duckdb::ArrowConverter::ToArrowSchema(out, types_, names_, properties_); });
  }

  Status Array(const Batch& batch, size_t first, size_t count, ArrowArray* out) override {
    return Guarded([&] {
      duckdb::ArrowAppender appender(types_, count, properties_, {});
      size_t chunk_first = 0;
      for (const auto& chunk : AsDuckBatch(batch).chunks()) {
        const size_t begin = std::max(first, chunk_first);
        const size_t end = std::min(first + count, chunk_first + chunk->size());
        if (begin < end) AppendChunk(*chunk, begin - chunk_first, end - chunk_first, appender);
        chunk_first += chunk->size();
      }
      *out = appender.Finalize();
    });
  }

 private:
  template <class Work>
  static Status Guarded(Work work) {
    try {
      work();
      return {};
    } catch (const std::exception& failure) {
      return TranslateError(duckdb::ErrorData(failure));
    }
  }

  void AppendChunk(duckdb::DataChunk& chunk, size_t begin, size_t end, duckdb::ArrowAppender& appender) {
    if (!cast_) return appender.Append(chunk, begin, end, chunk.size());
    duckdb::DataChunk exported;
    exported.Initialize(duckdb::Allocator::DefaultAllocator(), types_, chunk.size());
    for (size_t i = 0; i < types_.size(); ++i) {
      if (chunk.data[i].GetType() == types_[i])
        exported.data[i].Reference(chunk.data[i]);
      else
        duckdb::VectorOperations::DefaultCast(chunk.data[i], exported.data[i], chunk.size());
    }
    exported.SetCardinality(chunk.size());
    appender.Append(exported, begin, end, chunk.size());
  }

  duckdb::shared_ptr<duckdb::ClientContext> client_;  // The properties point to it.
  duckdb::ClientProperties properties_;
  duckdb::vector<LogicalType> types_;
  duckdb::vector<std::string> names_;
  bool cast_ = false;
};

}  // namespace

std::unique_ptr<ArrowExporter> MakeArrowExporter(const ResultStream& stream) {
  return std::make_unique<DuckArrowExporter>(AsDuckStream(stream));
}

}  // namespace lake::engine
