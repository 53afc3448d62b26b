#include "lake/access/hash_key.h"

#include <array>
#include <optional>
#include <tuple>

#include "lake/access/secret_file.h"
#include "lake/common/describe.h"
#include "lake/common/digest.h"
#include "lake/common/json_io.h"

namespace lake::access {
namespace {

constexpr std::string_view kEntityId = "current";
constexpr size_t kKeyBytes = 32;

struct SecretsFile {
  std::string hash_key;  ///< Hex.
};
struct HashKeyRecord {
  std::string key_id;
};

/// Says which key it is and nothing about what it is.
std::string IdOf(const std::string& key) { return Sha256Hex("lakehouse hash key id:" + key).substr(0, 16); }

}  // namespace
}  // namespace lake::access

template <>
struct lake::Describe<lake::access::SecretsFile> {
  using T = lake::access::SecretsFile;
  static constexpr auto kFields =
      std::tuple{Required("hash_key", &T::hash_key, "Key of hash masks, hex.").Between(64, 64).Secret()};
};
template <>
struct lake::Describe<lake::access::HashKeyRecord> {
  using T = lake::access::HashKeyRecord;
  static constexpr auto kFields =
      std::tuple{Required("key_id", &T::key_id, "Which key hash masks are under.")};
};

namespace lake::access {
namespace {

Result<std::optional<std::string>> ReadKeyFile(const std::string& path) {
  LAKE_ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadSecretFile(path));
  if (!text) return std::optional<std::string>();
  Result<SecretsFile> secrets = ReadJson<SecretsFile>(*text, Reading::kTolerant);
  if (!secrets.ok())
    return FailedPrecondition("bad_secrets_file", "the file '{}' is not what this server wrote there", path);
  return std::optional(std::move(secrets->hash_key));
}

}  // namespace

Result<std::unique_ptr<HashKeys>> HashKeys::Open(const catalog::Snapshot& snapshot, std::string path,
                                                 RandomSource& random, Log& log) {
  std::unique_ptr<HashKeys> keys(new HashKeys(std::move(path), random));
  LAKE_ASSIGN_OR_RETURN(std::optional<std::string> key, ReadKeyFile(keys->path_));
  MutexLock lock(keys->mutex_);
  if (key) keys->key_ = std::make_shared<const std::string>(std::move(*key));
  const std::shared_ptr<const catalog::Entity> known = snapshot.FindEntity(kHashKeyKind, kEntityId);
  if (known == nullptr) return keys;
  LAKE_ASSIGN_OR_RETURN(const HashKeyRecord record,
                        FromJson<HashKeyRecord>(known->document, Reading::kTolerant));
  if (keys->key_ != nullptr && IdOf(*keys->key_) == record.key_id) return keys;
  log.Warning("hash_key_missing",
              {{"file", keys->path_}, {"key_id", record.key_id}, {"meaning", "hashed columns are NULL"}});
  keys->key_.reset();
  return keys;
}

HashKey HashKeys::current() const {
  MutexLock lock(mutex_);
  return key_;
}

Result<std::optional<catalog::PutEntity>> HashKeys::MakeFirst(const catalog::Snapshot& snapshot) {
  if (snapshot.FindEntity(kHashKeyKind, kEntityId) != nullptr) return std::optional<catalog::PutEntity>();
  MutexLock lock(mutex_);
  if (key_ == nullptr) {
    std::string key = random_.NextHex(kKeyBytes);
    LAKE_RETURN_IF_ERROR(WriteSecretFile(path_, WriteJson(SecretsFile{.hash_key = key}) + "\n"));
    key_ = std::make_shared<const std::string>(std::move(key));
  }
  return std::optional(catalog::PutEntity{.kind = std::string(kHashKeyKind),
                                          .id = std::string(kEntityId),
                                          .expected_version = 0,
                                          .document = ToJson(HashKeyRecord{.key_id = IdOf(*key_)})});
}

}  // namespace lake::access
