// The slot of the profile that is active in this process, and what it keeps in memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"
#include "lake/vector/open_index.h"

namespace lake::profiles {

struct ActiveProfile {
  std::string id;
  std::string ollama_name;
  std::string model;                       ///< WritingModel.
  std::optional<std::string> embed_model;  ///< None: it could not be found.
  std::optional<std::string> bucket;
  Timestamp activated_at;
  std::string activated_by;
};

/// By folded index name.
using WarmIndexes = std::map<std::string, std::shared_ptr<vector::OpenIndex>>;

/// Any thread. Whoever changes what is active takes the slot with Begin and gives it back with End; the
/// others see what was active before until Clear or End.
class ActiveSlot {
 public:
  /// What is active now. Error: aborted/activation_running while somebody else changes it.
  Result<std::optional<ActiveProfile>> Begin() LAKE_EXCLUDES(mutex_);
  /// Nothing is active any more, and nothing is kept in memory.
  void Clear() LAKE_EXCLUDES(mutex_);
  void Set(ActiveProfile profile, WarmIndexes warm) LAKE_EXCLUDES(mutex_);
  void End() LAKE_EXCLUDES(mutex_);

  std::optional<ActiveProfile> active() const LAKE_EXCLUDES(mutex_);
  /// Folded names of the indexes that are warm.
  std::vector<std::string> warm_names() const LAKE_EXCLUDES(mutex_);
  /// The generation of the index that is warm for that profile (folded id); null when none is.
  std::shared_ptr<vector::OpenIndex> FindWarm(const std::string& profile, const std::string& index) const
      LAKE_EXCLUDES(mutex_);
  /// Bytes of the segments that are kept, that of `index` (folded name) left out.
  uint64_t BytesBeside(const std::string& index) const LAKE_EXCLUDES(mutex_);
  /// Another generation in its place, unless the profile is not active any more.
  void Renew(const std::string& profile, const std::string& index, std::shared_ptr<vector::OpenIndex> opened)
      LAKE_EXCLUDES(mutex_);

 private:
  bool IsActive(const std::string& profile) const LAKE_REQUIRES(mutex_);

  mutable Mutex mutex_;
  bool changing_ LAKE_GUARDED_BY(mutex_) = false;
  std::optional<ActiveProfile> active_ LAKE_GUARDED_BY(mutex_);
  WarmIndexes warm_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::profiles
