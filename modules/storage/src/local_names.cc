#include "local_names.h"

#include "object_path.h"

namespace lake::storage {
namespace {

// A name can need its parents made and empty directories cleared away, once each. More means that others keep
// undoing it.
constexpr int kMaxNamingAttempts = 4;
// An empty tree has no more levels than the longest key and is cleared from its few remains; a full one stops
// at its first file.
constexpr size_t kMaxRemains = 1024;
constexpr int64_t kNanosPerMicro = 1000;

Error KeyConflict(const ObjectKey& key) {
  return FailedPrecondition(
      "key_conflict",
      "'{}' cannot be stored: on this store an object cannot lie below another, and one of "
      "the two exists",
      key.text());
}

Error OutcomeUnknown(const Error& cause) {
  return Unavailable("outcome_unknown",
                     "the disk failed before the change was certain to last; it may or may not")
      .WithCause(cause.ToString());
}

Error ObjectExists(const ObjectKey& key) {
  return FailedPrecondition("object_exists", "there is an object '{}' already", key.text());
}

Error EtagMismatch(const ObjectKey& key) {
  return Aborted("etag_mismatch", "'{}' is not the version that the request named", key.text());
}

}  // namespace

Etag EtagOf(const FileStatus& status) {
  return Etag(
      fmt::format("{:x}-{:x}-{:x}", status.inode, status.size, static_cast<uint64_t>(status.modified_ns)));
}

ObjectInfo InfoOf(ObjectKey key, const FileStatus& status) {
  return {.key = std::move(key),
          .size = status.size,
          .etag = EtagOf(status),
          .modified = Timestamp{status.modified_ns / kNanosPerMicro}};
}

Error AsObjectError(Error error, const ObjectKey& key) {
  if (!error.Is(ErrorCode::kNotFound)) return error;
  return NotFound("object_not_found", "there is no object '{}'", key.text());
}

Result<Etag> LocalNames::Publish(NewFile& file, const ObjectKey& key, const PutMode& mode) {
  // The condition is decided below; a race that is lost already need not pay for an fsync.
  LAKE_RETURN_IF_ERROR(CheckCondition(key, mode));
  LAKE_ASSIGN_OR_RETURN(const FileStatus status, file.Seal());
  LAKE_RETURN_IF_ERROR(file.Sync());
  const KeyClaim claim(claims_, key.text());
  Status named = NameDurably(file, key, mode);
  if (named.ok()) return EtagOf(status);
  Prune(key.text());  // directories made for it
  return std::move(named).error();
}

Status LocalNames::NameDurably(NewFile& file, const ObjectKey& key, const PutMode& mode) {
  const DirectoryUse use(ledger_, key.text());
  LAKE_RETURN_IF_ERROR(Settle(key));
  LAKE_RETURN_IF_ERROR(CheckCondition(key, mode));
  LAKE_RETURN_IF_ERROR(GiveName(file, key, mode));
  Status synced = SyncNamesOf(key.text());
  if (synced.ok()) return {};
  if (std::holds_alternative<IfAbsent>(mode)) {
    // Makes "it is not there" the likelier end, but needs the same disk: still unknown.
    (void)disk_.Unlink(key.text()).ok();
    ledger_.MarkSuspect(ParentOf(key.text()));
  }
  return OutcomeUnknown(std::move(synced).error());
}

Status LocalNames::CheckCondition(const ObjectKey& key, const PutMode& mode) {
  if (std::holds_alternative<Overwrite>(mode)) return {};
  Result<FileStatus> current = disk_.Stat(key.text());
  if (!current.ok() && !current.error().Is(ErrorCode::kNotFound)) return std::move(current).error();
  const bool is_there = current.ok() && current->kind == FileKind::kFile;
  const auto* match = std::get_if<IfMatch>(&mode);
  if (match == nullptr) return is_there ? Status(ObjectExists(key)) : Status();
  return is_there && EtagOf(*current) == match->etag ? Status() : Status(EtagMismatch(key));
}

Status LocalNames::GiveName(NewFile& file, const ObjectKey& key, const PutMode& mode) {
  const bool absent_only = std::holds_alternative<IfAbsent>(mode);
  for (int attempt = 0; attempt < kMaxNamingAttempts; ++attempt) {
    Status named = absent_only ? file.LinkAs(key.text()) : file.ReplaceAs(key.text());
    if (named.ok()) return named;
    if (named.error().Is(ErrorCode::kNotFound)) {
      LAKE_RETURN_IF_ERROR(MakeParents(key.text()));
    } else if (named.error().Is("object_exists") || named.error().Is("path_conflict")) {
      LAKE_RETURN_IF_ERROR(ClearTheWay(key, named.error()));
    } else {
      return named;
    }
  }
  return KeyConflict(key);
}

Status LocalNames::MakeParents(const std::string& key) {
  for (size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/', slash + 1)) {
    const std::string directory = key.substr(0, slash);
    if (disk_.Stat(directory).ok()) continue;
    ledger_.BeginMaking(directory);
    Status made = disk_.CreateDirectory(directory);
    using Making = DirectoryLedger::Making;
    ledger_.EndMaking(directory, made.ok() ? Making::kDone : Making::kFailed);
    if (!made.ok() && made.error().Is("path_conflict")) return {};  // naming the file says so too
    if (!made.ok()) return made;
  }
  return {};
}

/// The name is taken, or a parent is a file. ok when trying again makes sense.
Status LocalNames::ClearTheWay(const ObjectKey& key, const Error& conflict) {
  Result<FileStatus> there = disk_.Stat(key.text());
  if (there.ok() && there->kind == FileKind::kDirectory) {
    if (!RemoveEmptyTree(key.text()).ok()) return KeyConflict(key);
    return {};
  }
  if (!conflict.Is("object_exists")) return KeyConflict(key);
  return ObjectExists(key);
}

Status LocalNames::Remove(const ObjectKey& key) {
  const KeyClaim claim(claims_, key.text());
  LAKE_RETURN_IF_ERROR(RemoveName(key));
  Prune(key.text());
  return {};
}

Status LocalNames::RemoveName(const ObjectKey& key) {
  const DirectoryUse use(ledger_, key.text());
  LAKE_RETURN_IF_ERROR(Settle(key));
  Status unlinked = disk_.Unlink(key.text());
  if (!unlinked.ok()) {
    // After Settle what is not there will not come back. A directory is no object.
    const bool was_absent = unlinked.error().Is(ErrorCode::kNotFound) || unlinked.error().Is("path_conflict");
    return was_absent ? Status() : unlinked;
  }
  Status synced = disk_.SyncDirectory(ParentOf(key.text()));
  if (synced.ok()) return {};
  ledger_.MarkSuspect(ParentOf(key.text()));
  return OutcomeUnknown(std::move(synced).error());
}

/// From the key's directory upwards: each directory whose list of names gained one that this key rests on.
/// Where one cannot be synced, all from there on are suspect: a later success of one must not vouch for the
/// others.
Status LocalNames::SyncNamesOf(const std::string& key) {
  Status synced;
  std::string made;  // the directory whose name in `directory` is to be made durable; "": the key's own name
  for (std::string directory = ParentOf(key);; directory = ParentOf(directory)) {
    const std::optional<DirectoryLedger::Epoch> fresh = ledger_.Fresh(made);
    if (made.empty() || fresh.has_value()) {
      if (synced.ok()) synced = disk_.SyncDirectory(directory);
      if (!synced.ok()) ledger_.MarkSuspect(directory);
      if (synced.ok() && fresh.has_value()) ledger_.ClearFresh(made, *fresh);
    }
    if (directory.empty()) return synced;
    made = directory;
  }
}

Status LocalNames::Settle(const ObjectKey& key) { return SettleThese(ledger_.SuspectsAbove(key.text())); }

Status LocalNames::SettleAll() { return SettleThese(ledger_.AllSuspects()); }

Status LocalNames::SettleThese(const std::vector<DirectoryLedger::Suspect>& suspects) {
  for (const DirectoryLedger::Suspect& suspect : suspects) {
    Status synced = disk_.SyncDirectory(suspect.directory);
    if (!synced.ok() && !synced.error().Is(ErrorCode::kNotFound)) {
      return Unavailable("store_unreachable", "the disk failed and what it holds is not certain yet")
          .WithCause(synced.error().ToString());
    }
    ledger_.ClearSuspect(suspect);
  }
  return {};
}

Status LocalNames::RemoveDirectory(const std::string& directory) {
  if (!ledger_.BeginRemoval(directory))
    return FailedPrecondition("directory_in_use", "someone works below it");
  Status removed = disk_.RemoveDirectory(directory);
  using Removal = DirectoryLedger::Removal;
  ledger_.EndRemoval(directory, removed.ok() ? Removal::kDone : Removal::kRefused);
  return removed;
}

/// Empty directories remain where a crash came between an unlink and the pruning.
Status LocalNames::RemoveEmptyTree(const std::string& directory) {
  LAKE_ASSIGN_OR_RETURN(const auto entries, disk_.ListDirectory(directory, kMaxRemains));
  for (const DirectoryEntry& entry : entries) {
    if (entry.kind != FileKind::kDirectory)
      return FailedPrecondition("directory_not_empty", "it holds files");
    LAKE_RETURN_IF_ERROR(RemoveEmptyTree(fmt::format("{}/{}", directory, entry.name)));
  }
  return RemoveDirectory(directory);
}

void LocalNames::Prune(const std::string& key) {
  for (std::string directory = ParentOf(key); !directory.empty(); directory = ParentOf(directory)) {
    const Status removed = RemoveDirectory(directory);
    if (!removed.ok() && !removed.error().Is(ErrorCode::kNotFound)) return;
  }
}

}  // namespace lake::storage
