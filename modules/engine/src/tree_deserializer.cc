#include "duckdb_prelude.h"

#include <algorithm>
#include <utility>

#include "duckdb/common/serializer/deserializer.hpp"
#include "duckdb/common/types/blob.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node.hpp"
#include "tree_serializer.h"

namespace lake::engine {
namespace {

/// Thrown through DuckDB's deserialisation code and caught in StatementOf.
struct BadTree {
  Error error;
};

[[noreturn]] void Fail(std::string_view what, std::string_view tag) {
  throw BadTree{Internal("bad_tree", "internal error").WithCause(fmt::format("{} at \"{}\"", what, tag))};
}

class TreeDeserializer final : public duckdb::Deserializer {
 public:
  explicit TreeDeserializer(const JsonValue& root) {
    deserialize_enum_from_string = true;
    frames_.push_back({&root, 0});
  }

  bool CanDeserializeProperty(const duckdb::field_id_t, const char* tag) override {
    return frames_.back().value->Find(tag) != nullptr;
  }

 protected:
  void OnPropertyBegin(const duckdb::field_id_t, const char* tag) override { tag_ = tag; }
  void OnPropertyEnd() override {}
  bool OnOptionalPropertyBegin(const duckdb::field_id_t, const char* tag) override {
    if (frames_.back().value->Find(tag) == nullptr) return false;
    tag_ = tag;
    return true;
  }
  void OnOptionalPropertyEnd(bool) override {}

  void OnObjectBegin() override {
    const JsonValue& value = Next();
    if (!value.is_object()) Fail("expected an object", tag_);
    Push(value);
  }
  void OnObjectEnd() override { frames_.pop_back(); }
  duckdb::idx_t OnListBegin() override {
    const JsonValue& value = Next();
    if (!value.is_array()) Fail("expected an array", tag_);
    Push(value);
    return value.as_array().size();
  }
  void OnListEnd() override { frames_.pop_back(); }
  bool OnNullableBegin() override {
    if (!Peek().is_null()) return true;
    Next();
    return false;
  }
  void OnNullableEnd() override {}

  bool ReadBool() override {
    const JsonValue& value = Next();
    if (!value.is_bool()) Fail("expected a boolean", tag_);
    return value.as_bool();
  }
  int8_t ReadSignedInt8() override { return ReadInteger<int8_t>(); }
  uint8_t ReadUnsignedInt8() override { return ReadInteger<uint8_t>(); }
  int16_t ReadSignedInt16() override { return ReadInteger<int16_t>(); }
  uint16_t ReadUnsignedInt16() override { return ReadInteger<uint16_t>(); }
  int32_t ReadSignedInt32() override { return ReadInteger<int32_t>(); }
  uint32_t ReadUnsignedInt32() override { return ReadInteger<uint32_t>(); }
  int64_t ReadSignedInt64() override { return ReadInteger<int64_t>(); }
  uint64_t ReadUnsignedInt64() override { return ReadInteger<uint64_t>(); }
  float ReadFloat() override { return static_cast<float>(ReadDouble()); }
  double ReadDouble() override {
    const JsonValue& value = Next();
    if (!value.is_number()) Fail("expected a number", tag_);
    return value.as_double();
  }
  std::string ReadString() override {
    const JsonValue& value = Next();
    if (!value.is_string()) Fail("expected a string", tag_);
    return value.as_string();
  }
  duckdb::hugeint_t ReadHugeInt() override { return ReadPair<duckdb::hugeint_t, int64_t>(); }
  duckdb::uhugeint_t ReadUhugeInt() override { return ReadPair<duckdb::uhugeint_t, uint64_t>(); }
  void ReadDataPtr(duckdb::data_ptr_t& into, duckdb::idx_t count) override {
    const std::string text = ReadString();
    const std::string bytes = duckdb::Blob::ToBlob(duckdb::string_t(text));
    if (bytes.size() != count) Fail("expected other bytes", tag_);
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(into));
  }

 private:
  struct Frame {
    const JsonValue* value;
    size_t next;  // Of an array: the item to read next.
  };

  void Push(const JsonValue& value) {
    if (frames_.size() >= kMaxTreeDepth)
      throw BadTree{InvalidArgument("statement_too_deep", "the statement is nested too deeply")};
    frames_.push_back({&value, 0});
  }

  const JsonValue& Peek() const {
    const Frame& frame = frames_.back();
    if (frame.value->is_array()) {
      if (frame.next >= frame.value->as_array().size()) Fail("expected another item", tag_);
      return frame.value->as_array()[frame.next];
    }
    const JsonValue* member = frame.value->Find(tag_);
    if (member == nullptr) Fail("expected a member", tag_);
    return *member;
  }

  const JsonValue& Next() {
    const JsonValue& value = Peek();
    if (Frame& frame = frames_.back(); frame.value->is_array()) ++frame.next;
    return value;
  }

  template <class Integer>
  Integer ReadInteger() {
    const JsonValue& value = Next();
    if (value.is_int() && std::in_range<Integer>(value.as_int())) return static_cast<Integer>(value.as_int());
    if (value.is_uint() && std::in_range<Integer>(value.as_uint()))
      return static_cast<Integer>(value.as_uint());
    Fail("expected an integer in range", tag_);
  }

  template <class Pair, class Upper>
  Pair ReadPair() {
    const JsonValue& value = Next();
    if (!value.is_object()) Fail("expected an object", tag_);
    Push(value);
    Pair pair;
    pair.upper = ReadProperty<Upper>(100, "upper");
    pair.lower = ReadProperty<uint64_t>(101, "lower");
    frames_.pop_back();
    return pair;
  }

  std::vector<Frame> frames_;
  const char* tag_ = "";
};

}  // namespace

Result<duckdb::unique_ptr<duckdb::SelectStatement>> StatementOf(const JsonValue& tree) {
  try {
    TreeDeserializer deserializer(tree);
    auto statement = duckdb::SelectStatement::Deserialize(deserializer);
    if (!statement->node) Fail("expected a query", "node");
    duckdb::ParsedExpressionIterator::EnumerateQueryNodeChildren(
        *statement->node, [](duckdb::unique_ptr<duckdb::ParsedExpression>& child) {
          if (!child) Fail("expected an expression", "node");
        });
    return statement;
  } catch (const BadTree& bad) {
    return bad.error;
  } catch (const std::exception& unexpected) {
    return Internal("bad_tree", "internal error").WithCause(unexpected.what());
  }
}

}  // namespace lake::engine
