// ValueWriter: the values of one column as text. A tree of writers mirrors the column's type; it is made once
// per stream and bound to each chunk's vector in turn.
#pragma once

#include "duckdb_prelude.h"

#include <memory>

#include "duckdb/common/types/vector.hpp"
#include "text_buffer.h"

namespace lake::engine {

class ValueWriter {
 public:
  virtual ~ValueWriter() = default;

  /// The writer reads rows [0, count) of `vector` until it is bound again; `vector` may be flattened.
  virtual void Bind(duckdb::Vector& vector, size_t count);

  bool IsNull(size_t row) const { return !format_.validity.RowIsValid(format_.sel->get_index(row)); }
  /// A JSON value. Not for a null.
  virtual void AppendJson(size_t row, TextBuffer* out) const = 0;
  /// A field of CSV, quoted when it needs quotes. Not for a null.
  virtual void AppendCsv(size_t row, TextBuffer* out) const = 0;

  void AppendJsonOrNull(size_t row, TextBuffer* out) const {
    if (IsNull(row))
      out->Append("null");
    else
      AppendJson(row, out);
  }

 protected:
  template <class T>
  const T& ValueAt(size_t row) const {
    return reinterpret_cast<const T*>(format_.data)[format_.sel->get_index(row)];
  }

 private:
  duckdb::UnifiedVectorFormat format_;
};

std::unique_ptr<ValueWriter> MakeValueWriter(const duckdb::LogicalType& type);

}  // namespace lake::engine
