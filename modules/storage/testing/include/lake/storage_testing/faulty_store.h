// A store whose calls can be made to fail, before or after they took effect: the second is a lost reply.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "lake/common/mutex.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

/// kPut: Put and ObjectWriter::Finish. kAppend: ObjectWriter::Append. kRead: ObjectReader::ReadAt.
enum class StoreCall { kPut, kStartPut, kAppend, kGet, kOpen, kRead, kHead, kList, kDelete };

struct StoreFault {
  std::optional<StoreCall> kind;  ///< None: calls of every kind are counted.
  uint64_t nth = 1;               ///< Counted from 1, from the moment the fault is set.
  /// kBefore: the inner store is not called; the error is unavailable/store_unreachable. kAfter: it is, and
  /// what it answered is lost; changes then end in unavailable/outcome_unknown, reads in
  /// unavailable/store_unreachable.
  enum class When { kBefore, kAfter };
  When when = When::kBefore;
  enum class Repeat { kOnce, kForever };
  Repeat repeat = Repeat::kOnce;
};

/// Any thread.
class FaultyStore : public ObjectStore {
 public:
  explicit FaultyStore(std::shared_ptr<ObjectStore> store) : store_(std::move(store)) {}

  void Fail(const StoreFault& fault);
  void Heal();
  uint64_t calls() const;
  uint64_t calls(StoreCall kind) const;

  Result<Etag> Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                   const PutMode& mode) override;
  Result<std::unique_ptr<ObjectWriter>> StartPut(const Context& context, const ObjectKey& key,
                                                 const PutMode& mode) override;
  Result<std::string> Get(const Context& context, const ObjectKey& key, ByteRange range) override;
  Result<std::unique_ptr<ObjectReader>> Open(const Context& context, const ObjectKey& key) override;
  Result<ObjectInfo> Head(const Context& context, const ObjectKey& key) override;
  Result<ObjectPage> List(const Context& context, const ListOptions& options) override;
  Status Delete(const Context& context, const ObjectKey& key) override;

 private:
  friend class FaultyWriter;
  friend class FaultyReader;

  /// Counts a call; what is to become of it.
  std::optional<StoreFault::When> Count(StoreCall kind);
  /// Calls `operation` unless the call is to fail before it.
  template <class Operation>
  auto Attempt(StoreCall kind, Operation operation) -> decltype(operation());

  const std::shared_ptr<ObjectStore> store_;
  mutable Mutex mutex_;
  std::map<StoreCall, uint64_t> calls_ LAKE_GUARDED_BY(mutex_);
  std::optional<StoreFault> fault_ LAKE_GUARDED_BY(mutex_);
  uint64_t counted_ LAKE_GUARDED_BY(mutex_) = 0;
};

}  // namespace lake::storage
