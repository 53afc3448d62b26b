#include "lake/access/key_service.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <map>
#include <utility>

#include "key_record.h"
#include "lake/access/role_service.h"
#include "lake/access/secret_file.h"
#include "lake/common/digest.h"
#include "lake/common/json_io.h"
#include "lake/common/mutex.h"

namespace lake::access {
namespace {

constexpr std::string_view kSecretPrefix = "lake_";  // So that scanners for leaked secrets know one.
constexpr size_t kIdBytes = 8;
constexpr size_t kSecretBytes = 32;
constexpr size_t kSecretLength = kSecretPrefix.size() + 2 * kIdBytes + 1 + 2 * kSecretBytes;
constexpr std::string_view kLastUsesKey = "_access/last_uses.json";
constexpr int64_t kUseStepMicros = 1'000'000;  // A use within a second of the last one is not worth a note.

struct LastUses {
  std::map<std::string, Timestamp> keys;
};

bool IsKeyNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '@';
}

Status CheckName(std::string_view name) {
  if (name.empty() || name.size() > 64 || !std::ranges::all_of(name, IsKeyNameByte))
    return InvalidArgument("bad_key_name", "/name: expected 1 to 64 letters, digits, '_', '-', '.' and '@'")
        .WithDetail("/name", "expected 1 to 64 letters, digits, '_', '-', '.' and '@'");
  if (name == kLocalCaller)
    return InvalidArgument("bad_key_name", "/name: 'local' is whoever is at this machine without a key")
        .WithDetail("/name", "is reserved");
  return {};
}

/// In a time that says nothing about where they differ.
bool SameDigest(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

Error InvalidKey() { return Unauthenticated("invalid_key", "the API key is not known here"); }

Key ShownKey(const std::string& id, KeyRecord record) {
  return {.id = KeyId(id),
          .name = std::move(record.name),
          .role = std::move(record.role),
          .profile = std::move(record.profile),
          .created_at = record.created_at,
          .created_by = std::move(record.created_by),
          .expires_at = record.expires_at,
          .revoked_at = record.revoked_at,
          .revoked_by = std::move(record.revoked_by),
          .last_used_at = {}};
}

}  // namespace
}  // namespace lake::access

template <>
struct lake::Describe<lake::access::LastUses> {
  using T = lake::access::LastUses;
  static constexpr auto kFields = std::tuple{Required("keys", &T::keys, "By key id.")};
};

namespace lake::access {
namespace {

class Keys final : public KeyService {
 public:
  Keys(catalog::Catalog& catalog, storage::ObjectStore& store, HashKeys& hash_keys, Clock& clock,
       RandomSource& random, RightsListener listener)
      : catalog_(catalog),
        store_(store),
        hash_keys_(hash_keys),
        clock_(clock),
        random_(random),
        listener_(std::move(listener)) {}

  Status Load(const Context& context) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, storage::ObjectKey::Parse(kLastUsesKey));
    Result<std::string> text = store_.Get(context, key, {});
    if (!text.ok()) return text.error().Is(ErrorCode::kNotFound) ? Status() : Status(std::move(text).error());
    // A convenience, not a record: what cannot be read is begun anew.
    if (Result<LastUses> uses = ReadJson<LastUses>(*text, Reading::kTolerant); uses.ok()) {
      MutexLock lock(uses_mutex_);
      uses_ = std::move(*uses);
    }
    return {};
  }

  Result<CreatedKey> Create(const Request& request, NewKey key) override {
    return Make(request, std::move(key), [](const std::string&) { return Status(); });
  }

  Result<CreatedKey> CreateInFile(const Request& request, NewKey key, const std::string& path) override {
    return Make(request, std::move(key),
                [&](const std::string& secret) { return WriteSecretFile(path, secret + "\n"); });
  }

  Result<Key> Revoke(const Request& request, const KeyId& id) override {
    const std::shared_ptr<const catalog::Entity> entity =
        catalog_.snapshot()->FindEntity(kKeyKind, id.value());
    if (entity == nullptr)
      return NotFound("key_not_found", "there is no key with the id '{}'", id.value().substr(0, 100));
    LAKE_ASSIGN_OR_RETURN(KeyRecord record, ReadKey(*entity));
    if (!record.revoked_at) {
      record.revoked_at = clock_.Now();
      record.revoked_by = request.caller.name;
      LAKE_ASSIGN_OR_RETURN(
          const catalog::Version version,
          Put(request, "revoke_key", id.value(), {.expected_version = entity->version, .record = record}));
      if (listener_) listener_({.caller = record.name, .role = record.role, .version = version});
    }
    return WithLastUse(ShownKey(id.value(), std::move(record)));
  }

  std::vector<Key> List(const catalog::Snapshot& snapshot, const KeyId& after, size_t limit) const override {
    std::vector<Key> keys;
    for (const auto& entity : snapshot.ListEntities(kKeyKind, after.value(), limit))
      if (Result<KeyRecord> record = ReadKey(*entity); record.ok())
        keys.push_back(WithLastUse(ShownKey(entity->id, std::move(*record))));
    return keys;
  }

  Result<std::string> ProfileOf(const catalog::Snapshot& snapshot, std::string_view holder) const override {
    const Timestamp now = clock_.Now();
    for (const auto& entity : snapshot.ListEntities(kKeyKind, "", kMaxKeys))
      if (Result<KeyRecord> record = ReadKey(*entity);
          record.ok() && record->name == holder && record->InForce(now) && record->profile)
        return *std::move(record->profile);
    return NotFound("profile_not_assigned", "no key in force that is called '{}' has a profile",
                    holder.substr(0, 64));
  }

  bool AnyInForce(const catalog::Snapshot& snapshot,
                  const std::function<bool(const std::string& role)>& of_role) const override {
    const Timestamp now = clock_.Now();
    for (const auto& entity : snapshot.ListEntities(kKeyKind, "", kMaxKeys))
      if (Result<KeyRecord> record = ReadKey(*entity);
          record.ok() && record->InForce(now) && of_role(record->role))
        return true;
    return false;
  }

  Result<Principal> Authenticate(const catalog::Snapshot& snapshot, std::string_view secret) override {
    if (secret.size() != kSecretLength || !secret.starts_with(kSecretPrefix)) return InvalidKey();
    const std::string_view id = secret.substr(kSecretPrefix.size(), 2 * kIdBytes);
    const std::shared_ptr<const catalog::Entity> entity = snapshot.FindEntity(kKeyKind, id);
    if (entity == nullptr) return InvalidKey();
    LAKE_ASSIGN_OR_RETURN(KeyRecord record, ReadKey(*entity));
    if (!SameDigest(record.sha256, Sha256Hex(secret))) return InvalidKey();
    if (record.revoked_at) return Unauthenticated("key_revoked", "the API key has been revoked");
    const Timestamp now = clock_.Now();
    if (!record.InForce(now)) return Unauthenticated("key_expired", "the API key has expired");
    NoteUse(entity->id, now);
    return Principal{.name = std::move(record.name), .role = std::move(record.role)};
  }

  Status FlushLastUses(const Context& context) override {
    std::string text;
    {
      MutexLock lock(uses_mutex_);
      if (!used_) return {};
      text = WriteJson(uses_);
      used_ = false;
    }
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, storage::ObjectKey::Parse(kLastUsesKey));
    Result<storage::Etag> put = store_.Put(context, key, text, storage::Overwrite{});
    if (put.ok()) return {};
    MutexLock lock(uses_mutex_);
    used_ = true;
    return std::move(put).error();
  }

 private:
  /// `keep` is told the secret before the key is in force.
  template <class Keep>
  Result<CreatedKey> Make(const Request& request, NewKey key, Keep keep) LAKE_EXCLUDES(create_mutex_) {
    LAKE_RETURN_IF_ERROR(CheckName(key.name));
    const Timestamp now = clock_.Now();
    if (key.expires_at && *key.expires_at <= now)
      return InvalidArgument("bad_expiry", "/expires_at: is in the past")
          .WithDetail("/expires_at", "is in the past");
    MutexLock lock(create_mutex_);
    LAKE_RETURN_IF_ERROR(CheckFree(*catalog_.snapshot(), key, now));
    CreatedKey created;
    const std::string id = random_.NextHex(kIdBytes);
    created.secret = fmt::format("{}{}_{}", kSecretPrefix, id, random_.NextHex(kSecretBytes));
    LAKE_RETURN_IF_ERROR(keep(created.secret));
    KeyRecord record{.name = std::move(key.name),
                     .role = std::move(key.role),
                     .sha256 = Sha256Hex(created.secret),
                     .created_at = now,
                     .created_by = request.caller.name,
                     .expires_at = key.expires_at,
                     .revoked_at = {},
                     .revoked_by = {},
                     .profile = std::move(key.profile),
                     .unknown = {}};
    LAKE_RETURN_IF_ERROR(Put(request, "create_key", id, {.expected_version = 0, .record = record}));
    created.key = ShownKey(id, std::move(record));
    return created;
  }

  struct VersionedRecord {
    uint64_t expected_version;
    const KeyRecord& record;
  };

  Status CheckFree(const catalog::Snapshot& snapshot, const NewKey& key, Timestamp now) const {
    if (snapshot.FindEntity(kRoleKind, key.role) == nullptr && BuiltInRole(key.role) == nullptr)
      return NotFound("role_not_found", "there is no role '{}'", key.role.substr(0, 100))
          .WithDetail("/role", "is no role");
    const auto entities = snapshot.ListEntities(kKeyKind, "", kMaxKeys);
    if (entities.size() >= kMaxKeys)
      return ResourceExhausted("too_many_keys", "there are {} keys already, revoked ones included", kMaxKeys);
    for (const auto& entity : entities) {
      Result<KeyRecord> record = ReadKey(*entity);
      if (record.ok() && record->name == key.name && record->InForce(now))
        return AlreadyExists("key_exists", "a key in force is called '{}'", key.name);
    }
    return {};
  }

  Result<catalog::Version> Put(const Request& request, std::string operation, const std::string& id,
                               const VersionedRecord& put) {
    catalog::Transaction transaction;
    transaction.operation = std::move(operation);
    transaction.actor = request.caller.name;
    transaction.actions.emplace_back(catalog::PutEntity{.kind = std::string(kKeyKind),
                                                        .id = id,
                                                        .expected_version = put.expected_version,
                                                        .document = ToJson(put.record)});
    LAKE_ASSIGN_OR_RETURN(std::optional<catalog::PutEntity> first,
                          hash_keys_.MakeFirst(*catalog_.snapshot()));
    if (first) transaction.actions.emplace_back(std::move(*first));
    LAKE_ASSIGN_OR_RETURN(const catalog::CommitOutcome outcome,
                          catalog_.Commit(request.context, std::move(transaction)));
    return outcome.version;
  }

  void NoteUse(const std::string& id, Timestamp now) LAKE_EXCLUDES(uses_mutex_) {
    MutexLock lock(uses_mutex_);
    Timestamp& last = uses_.keys[id];
    if (now.micros - last.micros < kUseStepMicros) return;
    last = now;
    used_ = true;
  }

  Key WithLastUse(Key key) const LAKE_EXCLUDES(uses_mutex_) {
    MutexLock lock(uses_mutex_);
    if (const auto found = uses_.keys.find(key.id.value()); found != uses_.keys.end())
      key.last_used_at = found->second;
    return key;
  }

  catalog::Catalog& catalog_;
  storage::ObjectStore& store_;
  HashKeys& hash_keys_;
  Clock& clock_;
  RandomSource& random_;
  const RightsListener listener_;
  Mutex create_mutex_;  // Two keys of one name are not made at once.
  mutable Mutex uses_mutex_;
  LastUses uses_ LAKE_GUARDED_BY(uses_mutex_);
  bool used_ LAKE_GUARDED_BY(uses_mutex_) = false;
};

}  // namespace

Result<KeyRecord> ReadKey(const catalog::Entity& entity) {
  Result<KeyRecord> record = FromJson<KeyRecord>(entity.document, Reading::kTolerant);
  if (record.ok()) return record;
  return DataLoss("key_damaged", "the key '{}' cannot be read", entity.id)
      .WithCause(record.error().message());
}

bool RoleOfKeyInForce(const catalog::Snapshot& snapshot, std::string_view role) {
  for (const auto& entity : snapshot.ListEntities(kKeyKind, "", kMaxKeys))
    if (Result<KeyRecord> record = ReadKey(*entity);
        record.ok() && !record->revoked_at && record->role == role)
      return true;
  return false;
}

Status CheckKeyDocument(const JsonValue& document, const catalog::Entity*) {
  LAKE_ASSIGN_OR_RETURN(const KeyRecord record, FromJson<KeyRecord>(document, Reading::kTolerant));
  return CheckName(record.name);
}

Result<std::unique_ptr<KeyService>> KeyService::Open(const Context& context, catalog::Catalog& catalog,
                                                     storage::ObjectStore& store, HashKeys& hash_keys,
                                                     Clock& clock, RandomSource& random,
                                                     RightsListener listener) {
  auto keys = std::make_unique<Keys>(catalog, store, hash_keys, clock, random, std::move(listener));
  LAKE_RETURN_IF_ERROR(keys->Load(context));
  return std::unique_ptr<KeyService>(std::move(keys));
}

}  // namespace lake::access
