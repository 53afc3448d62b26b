// API keys: made once, kept as SHA-256, with a role, an end and the time of their last use. A key is a
// committed entity of kind "key"; revoked and expired ones stay for the record.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/access/hash_key.h"
#include "lake/access/request.h"
#include "lake/access/rights_change.h"
#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/id.h"
#include "lake/common/random.h"
#include "lake/storage/object_store.h"

namespace lake::access {

inline constexpr std::string_view kKeyKind = "key";

using KeyId = Id<struct KeyTag>;

struct NewKey {
  std::string name;  ///< 1–64 of letters, digits, '_', '-', '.', '@'; what logs and commits call its holder.
  std::string role;
  std::optional<Timestamp> expires_at;
  std::optional<std::string> profile = {};  ///< Of its holder; opaque here.
};

/// A key as it is shown; the secret is not part of it.
struct Key {
  KeyId id;
  std::string name;
  std::string role;
  std::optional<std::string> profile;
  Timestamp created_at;
  std::string created_by;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> revoked_at;
  std::optional<std::string> revoked_by;
  std::optional<Timestamp> last_used_at;  ///< To the minute or so; lost when the server is killed.
};

struct CreatedKey {
  Key key;
  std::string secret;  ///< "lake_<id>_<64 hex>": said this once.
};

/// Any thread.
class KeyService {
 public:
  /// `store` keeps the times of last use. The references must outlive the service.
  static Result<std::unique_ptr<KeyService>> Open(const Context& context, catalog::Catalog& catalog,
                                                  storage::ObjectStore& store, HashKeys& hash_keys,
                                                  Clock& clock, RandomSource& random,
                                                  RightsListener listener);
  virtual ~KeyService() = default;

  /// Durable on ok. Errors: invalid_argument/bad_key_name, /bad_expiry; not_found/role_not_found;
  /// already_exists/key_exists (a key in force has the name).
  virtual Result<CreatedKey> Create(const Request& request, NewKey key) = 0;
  /// The same for a key that nobody is there to be told of: the secret is in the file, mode 0600 and durable,
  /// before the key is in force. Errors: those of Create and of WriteSecretFile.
  virtual Result<CreatedKey> CreateInFile(const Request& request, NewKey key, const std::string& path) = 0;
  /// From the next request on nobody comes in with it. Revoking again changes nothing.
  /// Error: not_found/key_not_found.
  virtual Result<Key> Revoke(const Request& request, const KeyId& id) = 0;
  /// Ascending by id, from the first after `after`; at most `limit`.
  virtual std::vector<Key> List(const catalog::Snapshot& snapshot, const KeyId& after,
                                size_t limit) const = 0;
  /// The profile of the key in force that is called so. Error: not_found/profile_not_assigned, also when
  /// there is no such key.
  virtual Result<std::string> ProfileOf(const catalog::Snapshot& snapshot, std::string_view holder) const = 0;
  /// Whether any key of such a role may still be used.
  virtual bool AnyInForce(const catalog::Snapshot& snapshot,
                          const std::function<bool(const std::string& role)>& of_role) const = 0;

  /// Whose `secret` it is, and notes the use. Does not block. Errors: unauthenticated/invalid_key, and for
  /// one that was right once: /key_expired, /key_revoked.
  virtual Result<Principal> Authenticate(const catalog::Snapshot& snapshot, std::string_view secret) = 0;
  /// Keeps the times of last use over a restart; writes nothing when there was no use.
  virtual Status FlushLastUses(const Context& context) = 0;
};

/// What the catalog asks before it keeps a key.
Status CheckKeyDocument(const JsonValue& document, const catalog::Entity* previous);

}  // namespace lake::access

template <>
struct lake::Describe<lake::access::NewKey> {
  using T = lake::access::NewKey;
  static constexpr std::string_view kName = "NewKey";
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "What logs and commits call its holder.").Between(1, 64),
                 Required("role", &T::role, "What its holder may do and see.").Between(1, 64),
                 Optional("expires_at", &T::expires_at, "From then on it is refused; never when absent."),
                 Optional("profile", &T::profile, "Profile that its holder activates.").Between(1, 64)};
};
template <>
struct lake::Describe<lake::access::Key> {
  using T = lake::access::Key;
  static constexpr std::string_view kName = "Key";
  static constexpr auto kFields =
      std::tuple{Required("id", &T::id, "Key id."),
                 Required("name", &T::name, "What logs and commits call its holder."),
                 Required("role", &T::role, "What its holder may do and see."),
                 Required("created_at", &T::created_at, "When it was made."),
                 Required("created_by", &T::created_by, "Who made it."),
                 Optional("expires_at", &T::expires_at, "From then on it is refused.").NullWhenNone(),
                 Optional("revoked_at", &T::revoked_at, "When it was revoked.").NullWhenNone(),
                 Optional("revoked_by", &T::revoked_by, "Who revoked it."),
                 Optional("last_used_at", &T::last_used_at, "About when it was last used.").NullWhenNone(),
                 Optional("profile", &T::profile, "Profile of its holder.")};
};
