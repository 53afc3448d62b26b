// The key of hash masks. Its secret is in a file of this machine, its id in the catalog: with the file gone,
// hashed columns are NULL rather than hashed under a key nobody compared with before.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lake/catalog/catalog.h"
#include "lake/common/log.h"
#include "lake/common/mutex.h"
#include "lake/common/random.h"
#include "lake/common/result.h"

namespace lake::access {

inline constexpr std::string_view kHashKeyKind = "hash_key";

/// The secret bytes; null when there are none.
using HashKey = std::shared_ptr<const std::string>;

/// Any thread.
class HashKeys {
 public:
  /// Reads the file. When the catalog knows of a key and the file is not there or holds another, there is no
  /// key, with a warning in the log. Errors: those of ReadSecretFile; failed_precondition/bad_secrets_file.
  static Result<std::unique_ptr<HashKeys>> Open(const catalog::Snapshot& snapshot, std::string path,
                                                RandomSource& random, Log& log);

  HashKey current() const LAKE_EXCLUDES(mutex_);

  /// Makes the first key, in the file, durable; the answer makes it known to the catalog and belongs into the
  /// commit of the first API key, for before that nobody sees a hash. None when the catalog knows of one.
  /// Error: that of WriteSecretFile.
  Result<std::optional<catalog::PutEntity>> MakeFirst(const catalog::Snapshot& snapshot)
      LAKE_EXCLUDES(mutex_);

 private:
  HashKeys(std::string path, RandomSource& random) : path_(std::move(path)), random_(random) {}

  const std::string path_;
  RandomSource& random_;
  mutable Mutex mutex_;
  HashKey key_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::access
