// A key as the catalog keeps it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "lake/catalog/snapshot.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::access {

constexpr size_t kMaxKeys = 100'000;  // Revoked ones included: what a look through all of them may cost.

struct KeyRecord {
  std::string name;
  std::string role;
  std::string sha256;  ///< Hex, of the whole secret.
  Timestamp created_at;
  std::string created_by;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> revoked_at;
  std::optional<std::string> revoked_by;
  std::optional<std::string> profile;
  JsonValue::Object unknown;

  bool InForce(Timestamp now) const { return !revoked_at && (!expires_at || *expires_at > now); }
};

/// Error: data_loss/key_damaged.
Result<KeyRecord> ReadKey(const catalog::Entity& entity);

/// Whether a key that is not revoked has the role; one that expired counts, as its end may be moved.
bool RoleOfKeyInForce(const catalog::Snapshot& snapshot, std::string_view role);

}  // namespace lake::access

template <>
struct lake::Describe<lake::access::KeyRecord> {
  using T = lake::access::KeyRecord;
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "Of its holder."),
                 Required("role", &T::role, "Its role."),
                 Required("sha256", &T::sha256, "Hex, of the whole secret.").Between(64, 64),
                 Required("created_at", &T::created_at, "When."),
                 Required("created_by", &T::created_by, "By whom."),
                 Optional("expires_at", &T::expires_at, "From then on it is refused."),
                 Optional("revoked_at", &T::revoked_at, "When it was revoked."),
                 Optional("revoked_by", &T::revoked_by, "By whom."),
                 Optional("profile", &T::profile, "Of its holder.")};
};
