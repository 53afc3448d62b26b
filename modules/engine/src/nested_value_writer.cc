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
  void AppendPlain(size_t row, std::string* out) const final { AppendJson(row, out); }
};

class ListWriter final : public NestedWriter {
 public:
  explicit ListWriter(std::unique_ptr<ValueWriter> item) : item_(std::move(item)) {}

  void Bind(duckdb::Vector& vector, size_t count) override {
    vector.Flatten(count);
    NestedWriter::Bind(vector, count);
    item_->Bind(duckdb::ListVector::GetEntry(vector), duckdb::ListVector::GetListSize(vector));
  }
  void AppendJson(size_t row, std::string* out) const override {
    const auto& entry = ValueAt<duckdb::list_entry_t>(row);
    out->push_back('[');
    for (size_t i = 0; i < entry.length; ++i) {
      if (i > 0) out->push_back(',');
      item_->AppendJsonOrNull(entry.offset + i, out);
    }
    out->push_back(']');
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
  void AppendJson(size_t row, std::string* out) const override {
    out->push_back('[');
    for (size_t i = 0; i < size_; ++i) {
      if (i > 0) out->push_back(',');
      item_->AppendJsonOrNull(row * size_ + i, out);
    }
    out->push_back(']');
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

  void Bind(duckdb::Vector& vector, size_t count) final {
    vector.Flatten(count);
    NestedWriter::Bind(vector, count);
    auto& entries = duckdb::StructVector::GetEntries(vector);
    for (size_t i = 0; i < fields_.size(); ++i) fields_[i].value->Bind(*entries[i], count);
  }
  void AppendJson(size_t row, std::string* out) const override {
    out->push_back('{');
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0) out->push_back(',');
      *out += fields_[i].key;
      fields_[i].value->AppendJsonOrNull(row, out);
    }
    out->push_back('}');
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
  void AppendJson(size_t row, std::string* out) const override {
    out->push_back('[');
    for (size_t i = 0; i < fields().size(); ++i) {
      if (i > 0) out->push_back(',');
      fields()[i].value->AppendJsonOrNull(row, out);
    }
    out->push_back(']');
  }
};

/// An object with the one member that is set; stored as a struct whose first field says which.
class UnionWriter final : public StructWriter {
 public:
  using StructWriter::StructWriter;
  void AppendJson(size_t row, std::string* out) const override {
    std::string tag;
    fields().front().value->AppendPlain(row, &tag);
    const Field& member = fields()[static_cast<size_t>(std::stoi(tag)) + 1];
    out->push_back('{');
    *out += member.key;
    member.value->AppendJsonOrNull(row, out);
    out->push_back('}');
  }
};

StructWriter::Field MakeField(const std::string& name, const duckdb::LogicalType& type) {
  StructWriter::Field field;
  AppendJsonText(name, &field.key);
  field.key.push_back(':');
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
