#include "commit_object.h"

#include "action_json.h"
#include "lake/common/digest.h"
#include "lake/common/json_io.h"

namespace lake {

template <>
struct Describe<catalog::LogEntry> {
  using T = catalog::LogEntry;
  static constexpr auto kFields = std::tuple{
      Required("txn_id", &T::txn_id, "A UUID."),
      Required("operation", &T::operation, "What the caller was doing."),
      Required("actor", &T::actor, "Who it was done for."),
      Optional("idempotency_key", &T::idempotency_key, "Names the request among its repeats."),
      Optional("request_fingerprint", &T::request_fingerprint, "Tells a repeat from another request."),
      Optional("result", &T::result, "What a repeat is answered."),
      Required("result_hash", &T::result_hash, "SHA-256 of the result as compact JSON."),
      Optional("read_set", &T::read_set, "What it relied on."),
      Required("actions", &T::actions, "What it changed, in order.")};
};

template <>
struct Describe<catalog::CommitHeader> {
  using T = catalog::CommitHeader;
  static constexpr auto kFields =
      std::tuple{Required("format", &T::format, "lakehouse.commit"),
                 Required("version", &T::version, "The number in the object's name."),
                 Required("commit_id", &T::commit_id, "A UUID."),
                 Required("time", &T::time, "When; never before an earlier commit."),
                 Required("writer", &T::writer, "Host and process.")};
};

template <>
struct Describe<catalog::CommitObject> {
  using T = catalog::CommitObject;
  static constexpr auto kFields =
      std::tuple_cat(Describe<catalog::CommitHeader>::kFields,
                     std::tuple{Required("entries", &T::entries, "The transactions, in order.")});
};

}  // namespace lake

namespace lake::catalog {
namespace {

Format CommitFormat() { return {.name = "lakehouse.commit", .major = 1, .minor = 0}; }

}  // namespace

Result<EncodedEntry> EncodeEntry(LogEntry entry) {
  entry.result_hash = Sha256Hex(WriteJson(entry.result));
  const JsonValue document = ToJson(entry);
  std::string text = WriteJson(document);
  // What is applied now must be what a reader of the log applies later.
  const auto read_back = ParseJson(text);
  if (!read_back.ok())
    return InvalidArgument("bad_transaction", "the transaction is nested too deep or too large to be stored")
        .WithCause(read_back.error().ToString());
  if (!(*read_back == document))
    return InvalidArgument("bad_transaction",
                           "the transaction has a text that is no UTF-8 or a number that is not finite");
  return EncodedEntry{.entry = std::move(entry), .text = std::move(text)};
}

std::string EncodeCommit(CommitHeader header, std::span<const std::string_view> entries) {
  header.format = CommitFormat();
  std::string text = WriteJson(header);
  size_t bytes = text.size() + kCommitOverhead;
  for (const std::string_view entry : entries) bytes += entry.size() + 1;
  text.reserve(bytes);
  text.pop_back();
  text += ",\"entries\":[";
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) text.push_back(',');
    text += entries[i];
  }
  text += "]}";
  return Seal(std::move(text));
}

Result<CommitObject> DecodeCommit(std::string_view text, Version version) {
  LAKE_ASSIGN_OR_RETURN(const JsonValue document, Unseal(text, CommitFormat()));
  auto commit = FromJson<CommitObject>(document, Reading::kTolerant);
  if (!commit.ok()) return NotUnderstood(commit.error());
  if (commit->version != version.number) return DataLoss("damaged", "it holds version {}", commit->version);
  return commit;
}

}  // namespace lake::catalog
