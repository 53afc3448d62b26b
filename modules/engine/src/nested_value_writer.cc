#include "nested_value_writer.h"

#include <vector>

#include "duckdb/common/types.hpp"
#include "value_text.h"

namespace lake::engine {
namespace {

using duckdb::LogicalTypeId;

/// Nested values are JSON everywhere, so also in a CSV field.
class NestedWriter : public ValueWriter {
 public:
  void AppendCsv(size_t row, TextBuffer* out) const final {
    json_.Clear();
    AppendJson(row, &json_);
    AppendCsvText(json_.text(), out);
  }

 private:
  mutable TextBuffer json_;  // Reused: one allocation for all rows.
};

class ListWriter final : public NestedWriter {
 public:
  explicit ListWriter(std::unique_ptr<ValueWriter> item) : item_(std::move(item)) {}

  void Bind(duckdb::Vector& vector, size_t count) override {
    vector.Flatten(count);
    NestedWriter::Bind(vector, count);
    item_->Bind(duckdb::ListVector::GetEntry(vector), duckdb::ListVector::GetListSize(vector));
  }
  void AppendJson(size_t row, TextBuffer* out) const override {
    const auto& entry = ValueAt<duckdb::list_entry_t>(row);
    out->Push('[');
    for (size_t i = 0; i < entry.length; ++i) {
      if (i > 0) out->Push(',');
      item_->AppendJsonOrNull(entry.offset + i, out);
    }
    out->Push(']');
  }

 private:
  std::unique_ptr<ValueWriter> item_;
};

class ArrayWriter final : public NestedWriter {
 public:
  ArrayWriter(std::unique_ptr<ValueWriter> item, size_t size) : item_(std::move(item)), size_(size) {}

  void Bind(duckdb::Vector& vector, size_t count) override {
    vector.Flatten(count);
    NestedWriter::Bind(vector, count);
    item_->Bind(duckdb::ArrayVector::GetEntry(vector), count * size_);
  }
  void AppendJson(size_t row, TextBuffer* out) const override {
    out->Push('[');
    for (size_t i = 0; i < size_; ++i) {
      if (i > 0) out->Push(',');
      item_->AppendJsonOrNull(row * size_ + i, out);
    }
    out->Push(']');
  }

 private:
  std::unique_ptr<ValueWriter> item_;
  size_t size_;
};

class StructWriter : public NestedWriter {
 public:
  struct Field {
    std::string key;  // As JSON with the colon.
    std::unique_ptr<ValueWriter> value;
  };
  explicit StructWriter(std::vector<Field> fields) : fields_(std::move(fields)) {}

  void Bind(duckdb::Vector& vector, size_t count) override {
    vector.Flatten(count);
    NestedWriter::Bind(vector, count);
    auto& entries = duckdb::StructVector::GetEntries(vector);
    for (size_t i = 0; i < fields_.size(); ++i) fields_[i].value->Bind(*entries[i], count);
  }
  void AppendJson(size_t row, TextBuffer* out) const override {
    out->Push('{');
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0) out->Push(',');
      out->Append(fields_[i].key);
      fields_[i].value->AppendJsonOrNull(row, out);
    }
    out->Push('}');
  }

 protected:
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

/// A struct whose fields have no names: an array.
class TupleWriter final : public StructWriter {
 public:
  using StructWriter::StructWriter;
  void AppendJson(size_t row, TextBuffer* out) const override {
    out->Push('[');
    for (size_t i = 0; i < fields().size(); ++i) {
      if (i > 0) out->Push(',');
      fields()[i].value->AppendJsonOrNull(row, out);
    }
    out->Push(']');
  }
};

/// An object with the one member that is set; stored as a struct whose first field says which.
class UnionWriter final : public StructWriter {
 public:
  using StructWriter::StructWriter;
  void Bind(duckdb::Vector& vector, size_t count) override {
    StructWriter::Bind(vector, count);
    duckdb::Vector& tags = duckdb::UnionVector::GetTags(vector);
    tags.Flatten(count);
    tags_ = duckdb::FlatVector::GetData<duckdb::union_tag_t>(tags);
  }
  void AppendJson(size_t row, TextBuffer* out) const override {
    const Field& member = fields()[tags_[row] + 1u];
    out->Push('{');
    out->Append(member.key);
    member.value->AppendJsonOrNull(row, out);
    out->Push('}');
  }

 private:
  const duckdb::union_tag_t* tags_ = nullptr;
};

StructWriter::Field MakeField(const std::string& name, const duckdb::LogicalType& type) {
  StructWriter::Field field;
  TextBuffer key;
  AppendJsonText(name, &key);
  key.Push(':');
  key.MoveTo(&field.key);
  field.value = MakeValueWriter(type);
  return field;
}

std::vector<StructWriter::Field> MakeFields(const duckdb::LogicalType& type) {
  std::vector<StructWriter::Field> fields;
  for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type))
    fields.push_back(MakeField(name, child));
  return fields;
}

std::unique_ptr<ValueWriter> MakeMapWriter(const duckdb::LogicalType& type) {
  std::vector<StructWriter::Field> fields;
  fields.push_back(MakeField("key", duckdb::MapType::KeyType(type)));
  fields.push_back(MakeField("value", duckdb::MapType::ValueType(type)));
  return std::make_unique<ListWriter>(std::make_unique<StructWriter>(std::move(fields)));
}

}  // namespace

std::unique_ptr<ValueWriter> MakeNestedWriter(const duckdb::LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::LIST:
      return std::make_unique<ListWriter>(MakeValueWriter(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::ARRAY:
      return std::make_unique<ArrayWriter>(MakeValueWriter(duckdb::ArrayType::GetChildType(type)),
                                           duckdb::ArrayType::GetSize(type));
    case LogicalTypeId::MAP:
      return MakeMapWriter(type);
    case LogicalTypeId::UNION:
      return std::make_unique<UnionWriter>(MakeFields(type));
    case LogicalTypeId::STRUCT:
      if (duckdb::StructType::IsUnnamed(type)) return std::make_unique<TupleWriter>(MakeFields(type));
      return std::make_unique<StructWriter>(MakeFields(type));
    default:
      return nullptr;
  }
}

}  // namespace lake::engine
