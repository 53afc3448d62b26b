#include "answer_key.h"

#include "lake/common/digest.h"
#include "lake/common/json_io.h"
#include "repeatable.h"

namespace lake::query {
namespace {

/// A digest of pieces that cannot run into each other.
class PieceDigest {
 public:
  void Add(std::string_view piece) {
    sha256_.Update(fmt::format("{}:", piece.size()));
    sha256_.Update(piece);
  }
  std::string Finish() { return sha256_.FinishHex(); }

 private:
  Sha256 sha256_;
};

/// Where in the text a node was written is no part of what it means.
JsonValue WithoutPositions(const JsonValue& node) {
  if (node.is_array()) {
    JsonValue::Array items;
    items.reserve(node.as_array().size());
    for (const JsonValue& item : node.as_array()) items.push_back(WithoutPositions(item));
    return items;
  }
  if (!node.is_object()) return node;
  JsonValue::Object members;
  members.reserve(node.as_object().size());
  for (const auto& [name, member] : node.as_object())
    if (name != "query_location" || !member.is_number()) members.emplace_back(name, WithoutPositions(member));
  return members;
}

}  // namespace

std::optional<std::string> StatementDigest(const JsonValue& tree) {
  if (!IsRepeatable(tree)) return std::nullopt;
  return Sha256Hex(WriteJson(WithoutPositions(tree)));
}

std::optional<std::string> AnswerKey(std::string_view statement_digest, const QueryRequest& query,
                                     const CompiledStatement& compiled, const access::HashKey& hash_key) {
  PieceDigest digest;
  digest.Add(statement_digest);
  digest.Add(WriteJson(JsonValue(query.parameters)));
  digest.Add(query.form);
  digest.Add(hash_key == nullptr ? "" : *hash_key);
  for (const TableRead& table : compiled.tables) {
    if (!table.decision) return std::nullopt;
    digest.Add(table.content);
    digest.Add(table.decision->Fingerprint());
  }
  for (const size_t table : compiled.mentions) digest.Add(fmt::to_string(table));
  return digest.Finish();
}

}  // namespace lake::query
