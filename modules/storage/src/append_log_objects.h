// The objects of one append log: their names, which of them count, and what they hold together.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "append_log_format.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

enum class LogObjectKind { kEarlier, kBatch, kMerged };

struct LogObject {
  ObjectKey key;
  LogObjectKind kind = LogObjectKind::kBatch;
  uint64_t first = 0;  ///< Sequence in the key; 0 for kEarlier.
  uint64_t last = 0;   ///< Sequence in the key, for kMerged only.
  uint64_t size = 0;   ///< Bytes.

  bool Covers(uint64_t from, uint64_t to) const { return first <= from && to <= last; }
};

struct LogListing {
  std::vector<LogObject> earlier;     ///< Of earlier formats, by key.
  std::vector<LogObject> merged;      ///< Ascending.
  std::vector<LogObject> batches;     ///< Ascending.
  std::vector<LogObject> superseded;  ///< A merged object holds their records: not to be read.
};

class AppendLogObjects {
 public:
  /// Error: invalid_argument/bad_object_key.
  static Status CheckPrefix(const std::string& prefix);

  /// `prefix` has passed CheckPrefix.
  AppendLogObjects(ObjectStore& store, std::string prefix) : store_(store), prefix_(std::move(prefix)) {}

  ObjectStore& store() const { return store_; }
  /// `<prefix>/<first, 20 digits>.jsonl`
  ObjectKey BatchKey(uint64_t first) const;
  /// `<prefix>/merged/<first, 20 digits>-<last, 20 digits>.jsonl`
  ObjectKey MergedKey(uint64_t first, uint64_t last) const;

  Result<LogListing> List(const Context& context) const;
  struct Loaded {
    LogObjectBody body;
    ReplacedObject identity;  ///< What a merged object calls it.
  };
  Result<Loaded> Load(const Context& context, const ObjectKey& key) const;
  Result<LogContents> ReadAll(const Context& context) const;

 private:
  using LoadedObjects = std::map<ObjectKey, Loaded>;

  Status ListBelow(const Context& context, const std::string& beginning,
                   std::vector<LogObject>* objects) const;
  Result<std::vector<LogObject>> ListMerged(const Context& context) const;
  std::optional<LogObject> Classify(const ObjectInfo& info) const;
  Status LoadMissing(const Context& context, const std::vector<LogObject>& objects,
                     LoadedObjects* loaded) const;
  Result<std::optional<LogContents>> TryReadAll(const Context& context, LoadedObjects* loaded) const;

  ObjectStore& store_;
  const std::string prefix_;
};

/// The highest sequence that an intact record shows, or `first`.
uint64_t LastIntact(const LogObjectBody& body, uint64_t first);

}  // namespace lake::storage
