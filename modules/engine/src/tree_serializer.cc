#include "tree_serializer.h"

#include "duckdb/common/serializer/serializer.hpp"
#include "duckdb/common/types/blob.hpp"

namespace lake::engine {
namespace {

/// Thrown through DuckDB's serialisation code and caught in TreeOf.
struct TreeLimitReached {
  Error error;
};

class TreeSerializer final : public duckdb::Serializer {
 public:
  TreeSerializer() {
    options.serialize_enum_as_string = true;
    options.serialize_default_values = true;
    frames_.push_back({JsonValue::MakeObject(), {}});
  }

  JsonValue Take() { return std::move(frames_.front().value); }

 protected:
  void OnPropertyBegin(const duckdb::field_id_t, const char* tag) override { tag_ = tag; }
  void OnPropertyEnd() override {}
  void OnOptionalPropertyBegin(const duckdb::field_id_t, const char* tag, bool) override { tag_ = tag; }
  void OnOptionalPropertyEnd(bool) override {}
  void OnNullableBegin(bool present) override {
    if (!present) WriteNull();
  }
  void OnNullableEnd() override {}
  void OnObjectBegin() override { Push(JsonValue::MakeObject()); }
  void OnObjectEnd() override { Pop(); }
  void OnListBegin(duckdb::idx_t) override { Push(JsonValue::MakeArray()); }
  void OnListEnd() override { Pop(); }

  void WriteNull() override { Put(nullptr); }
  void WriteValue(bool value) override { Put(value); }
  void WriteValue(uint8_t value) override { Put(value); }
  void WriteValue(int8_t value) override { Put(value); }
  void WriteValue(uint16_t value) override { Put(value); }
  void WriteValue(int16_t value) override { Put(value); }
  void WriteValue(uint32_t value) override { Put(value); }
  void WriteValue(int32_t value) override { Put(value); }
  void WriteValue(uint64_t value) override { Put(value); }
  void WriteValue(int64_t value) override { Put(value); }
  void WriteValue(duckdb::hugeint_t value) override { PutPair(value.upper, value.lower); }
  void WriteValue(duckdb::uhugeint_t value) override { PutPair(value.upper, value.lower); }
  void WriteValue(float value) override { Put(static_cast<double>(value)); }
  void WriteValue(double value) override { Put(value); }
  void WriteValue(const duckdb::string_t value) override { Put(value.GetString()); }
  void WriteValue(const std::string& value) override { Put(value); }
  void WriteValue(const char* value) override { Put(value); }
  void WriteDataPtr(duckdb::const_data_ptr_t from, duckdb::idx_t count) override {
    const duckdb::string_t bytes(reinterpret_cast<const char*>(from), static_cast<uint32_t>(count));
    Put(duckdb::Blob::ToString(bytes));
  }

 private:
  struct Frame {
    JsonValue value;
    std::string tag;  // In the frame below, when that is an object.
  };

  void Push(JsonValue value) {
    if (frames_.size() >= kMaxTreeDepth)
      throw TreeLimitReached{InvalidArgument("statement_too_deep", "the statement is nested too deeply")};
    frames_.push_back({std::move(value), tag_});
  }

  void Pop() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    tag_ = std::move(frame.tag);
    Put(std::move(frame.value));
  }

  void Put(JsonValue value) {
    if (++values_ > kMaxTreeValues)
      throw TreeLimitReached{InvalidArgument("statement_too_large", "the statement has too many parts")};
    JsonValue& parent = frames_.back().value;
    if (parent.is_array())
      parent.as_array().push_back(std::move(value));
    else
      parent.as_object().emplace_back(tag_, std::move(value));
  }

  template <class Upper>
  void PutPair(Upper upper, uint64_t lower) {
    Put(JsonValue::MakeObject({{"upper", upper}, {"lower", lower}}));
  }

  std::vector<Frame> frames_;
  std::string tag_;
  size_t values_ = 0;
};

}  // namespace

Result<JsonValue> TreeOf(const duckdb::SelectStatement& statement) {
  try {
    TreeSerializer serializer;
    statement.Serialize(serializer);
    return serializer.Take();
  } catch (const TreeLimitReached& limit) {
    return limit.error;
  }
}

}  // namespace lake::engine
