#include "check_transaction.h"

#include <algorithm>
#include <set>

#include "lake/common/fold.h"
#include "lake/common/plain_name.h"
#include "lake/storage/object_key.h"

namespace lake::catalog {
namespace {

constexpr size_t kMaxTextBytes = 255;  // Ids, actors, keys: they are path segments, log fields and map keys.
constexpr size_t kMaxOperationBytes = 64;      // A word, not a sentence.
constexpr size_t kMaxResultBytes = 16u << 10;  // Kept in memory for a week.
constexpr size_t kMaxActions = 10'000;         // An entry is validated while others wait.
constexpr size_t kMaxColumns = 10'000;         // The engine's own limit is near.
constexpr size_t kMaxTypeBytes = 4096;         // Nested types are long, not endless.
constexpr size_t kMaxTombstones = 100'000;  // One action's keys stay far below the size of a commit object.
constexpr size_t kMaxReasonBytes = 4096;    // Written once for each key.

Status CheckText(std::string_view reason, std::string_view what, std::string_view text, size_t max) {
  if (!text.empty() && text.size() <= max) return {};
  return InvalidArgument(reason, "{} has {} bytes; 1 to {} are allowed", what, text.size(), max);
}

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Ids become parts of object keys.
Status CheckDatasetId(const DatasetId& id) {
  if (IsPlainName(id.value(), kMaxTextBytes)) return {};
  return InvalidArgument("bad_transaction", "'{}' cannot be a dataset's id", id.value().substr(0, 100));
}

Status CheckName(std::string_view name) {
  const auto allowed = [](char c) { return IsLetterOrDigit(c) || c == '_' || c == '-' || c == '.'; };
  if (!name.empty() && name.size() <= kMaxTextBytes && name.front() != '_' && name.front() != '.' &&
      std::ranges::all_of(name, allowed))
    return {};
  return InvalidArgument(
      "bad_dataset_name",
      "'{}' cannot name a dataset: 1 to 255 letters, digits, '_', '-' and '.', the first no "
      "'_' or '.'",
      name.substr(0, 100));
}

Status CheckColumns(const std::vector<Column>& columns) {
  if (columns.empty() || columns.size() > kMaxColumns)
    return InvalidArgument("bad_columns", "{} columns; 1 to {} are allowed", columns.size(), kMaxColumns);
  std::set<std::string> names;
  std::set<int32_t> ids;
  for (const Column& column : columns) {
    LAKE_RETURN_IF_ERROR(CheckText("bad_columns", "a column's name", column.name, kMaxTextBytes));
    LAKE_RETURN_IF_ERROR(CheckText("bad_columns", "a column's type", column.type, kMaxTypeBytes));
    if (column.field_id < 1)
      return InvalidArgument("bad_columns", "column '{}' has field id {}; they start at 1", column.name,
                             column.field_id);
    if (!ids.insert(column.field_id).second)
      return InvalidArgument("bad_columns", "two columns have field id {}", column.field_id);
    if (!names.insert(Fold(column.name)).second)
      return InvalidArgument("bad_columns", "two columns are called '{}'", column.name);
  }
  return {};
}

Status CheckFile(const DataFile& file) {
  LAKE_RETURN_IF_ERROR(CheckText("bad_file", "a file's id", file.id.value(), kMaxTextBytes));
  LAKE_RETURN_IF_ERROR(CheckText("bad_file", "a file's bucket", file.bucket, kMaxTextBytes));
  if (!storage::ObjectKey::Parse(file.key).ok())
    return InvalidArgument("bad_file", "file '{}' has no usable object key", file.id.value());
  if (file.schema_id < 1)
    return InvalidArgument("bad_file", "file '{}' says no schema it was written with", file.id.value());
  return {};
}

template <class Ids>
Status CheckUniqueIds(const Ids& ids) {
  std::set<std::string_view> seen;
  for (const FileId& id : ids)
    if (!seen.insert(id.value()).second)
      return InvalidArgument("bad_file", "file '{}' is named twice", id.value());
  return {};
}

Status CheckTombstoneValues(const std::vector<std::string>& values) {
  if (!values.empty() && values.size() <= kMaxTombstones) return {};
  return InvalidArgument("bad_tombstones", "{} row keys; 1 to {} are allowed", values.size(), kMaxTombstones);
}

/// One overload for each action; the dataset's id is checked by the caller.
struct ActionCheck {
  Status operator()(const CreateDataset& action) const {
    LAKE_RETURN_IF_ERROR(CheckName(action.name));
    LAKE_RETURN_IF_ERROR(CheckText("bad_transaction", "the bucket's name", action.bucket, kMaxTextBytes));
    return CheckColumns(action.columns);
  }
  Status operator()(const DropDataset&) const { return {}; }
  Status operator()(const UndropDataset&) const { return {}; }
  Status operator()(const RenameDataset& action) const { return CheckName(action.name); }
  Status operator()(const AddFiles& action) const {
    if (action.files.empty()) return InvalidArgument("bad_file", "no files to add");
    std::vector<FileId> ids;
    for (const DataFile& file : action.files) {
      LAKE_RETURN_IF_ERROR(CheckFile(file));
      ids.push_back(file.id);
    }
    return CheckUniqueIds(ids);
  }
  Status operator()(const RemoveFiles& action) const {
    if (action.files.empty()) return InvalidArgument("bad_file", "no files to remove");
    return CheckUniqueIds(action.files);
  }
  Status operator()(const RemoveAllFiles&) const { return {}; }
  Status operator()(const SetSchema& action) const { return CheckColumns(action.columns); }
  Status operator()(const SetMetadata&) const { return {}; }
  Status operator()(const AddTombstones& action) const {
    if (action.actor.size() > kMaxTextBytes || action.reason.size() > kMaxReasonBytes)
      return InvalidArgument("bad_tombstones", "actor or reason is longer than {} or {} bytes", kMaxTextBytes,
                             kMaxReasonBytes);
    return CheckTombstoneValues(action.row_key_values);
  }
  Status operator()(const RemoveTombstones& action) const {
    return CheckTombstoneValues(action.row_key_values);
  }
  Status operator()(const PutEntity& action) const { return CheckEntity(action.kind, action.id); }
  Status operator()(const DeleteEntity& action) const { return CheckEntity(action.kind, action.id); }

  static Status CheckEntity(std::string_view kind, std::string_view id) {
    LAKE_RETURN_IF_ERROR(CheckText("bad_entity", "an entity's kind", kind, kMaxTextBytes));
    return CheckText("bad_entity", "an entity's id", id, kMaxTextBytes);
  }
};

Status CheckAction(const Action& action) {
  LAKE_RETURN_IF_ERROR(std::visit(
      []<class A>(const A& a) -> Status {
        if constexpr (requires { a.dataset; }) return CheckDatasetId(a.dataset);
        return {};
      },
      action));
  return std::visit(ActionCheck{}, action);
}

}  // namespace

Status CheckTransaction(const Transaction& transaction) {
  LAKE_RETURN_IF_ERROR(
      CheckText("bad_transaction", "the operation", transaction.operation, kMaxOperationBytes));
  if (transaction.actor.size() > kMaxTextBytes || transaction.request_fingerprint.size() > kMaxTextBytes)
    return InvalidArgument("bad_transaction", "the actor or the fingerprint is longer than {} bytes",
                           kMaxTextBytes);
  if (const auto& key = transaction.idempotency_key)
    LAKE_RETURN_IF_ERROR(CheckText("bad_transaction", "the idempotency key", *key, kMaxTextBytes));
  if (WriteJson(transaction.result).size() > kMaxResultBytes)
    return InvalidArgument("bad_transaction", "the result is longer than {} bytes", kMaxResultBytes);
  if (transaction.actions.empty() || transaction.actions.size() > kMaxActions)
    return InvalidArgument("bad_transaction", "{} actions; 1 to {} are allowed", transaction.actions.size(),
                           kMaxActions);
  for (size_t i = 0; i < transaction.actions.size(); ++i)
    if (Status status = CheckAction(transaction.actions[i]); !status.ok())
      return Error(status.error()).WithDetail(fmt::format("/actions/{}", i), status.error().message());
  return {};
}

}  // namespace lake::catalog
