// A memory store that asks the test what becomes of each put, and can be copied as a crash would leave it.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lake/common/mutex.h"
#include "lake/storage/memory_store.h"
#include "lake/storage/object_store.h"

namespace lake::jobs::testing {

/// What becomes of one put.
struct PutFate {
  enum class Effect { kNone, kStored };
  std::optional<Error> error;
  Effect effect = Effect::kNone;  ///< With an error: whether the object is there.
};

class HookedStore final : public storage::ObjectStore {
 public:
  using Objects = std::map<std::string, std::string>;
  /// Called without a lock for put number `n` (from 1).
  using PutHook = std::function<PutFate(uint64_t n)>;

  HookedStore(Clock& clock, const Objects& objects) : inner_(storage::MakeMemoryStore(clock)) {
    for (const auto& [key, bytes] : objects)
      LAKE_CHECK(
          inner_->Put(Context{}, storage::ObjectKey::Parse(key).value(), bytes, storage::Overwrite{}).ok());
  }

  void OnPut(PutHook hook) {
    MutexLock lock(mutex_);
    hook_ = std::move(hook);
  }
  void FailDeletes(std::optional<Error> error) {
    MutexLock lock(mutex_);
    delete_error_ = std::move(error);
  }
  void FailLists(std::optional<Error> error) {
    MutexLock lock(mutex_);
    list_error_ = std::move(error);
  }
  uint64_t puts() const {
    MutexLock lock(mutex_);
    return puts_;
  }
  Objects objects() const {
    Objects objects;
    storage::ListOptions options;
    for (;;) {
      const storage::ObjectPage page = inner_->List(Context{}, options).value();
      for (const storage::ObjectInfo& object : page.objects)
        if (auto bytes = inner_->Get(Context{}, object.key, storage::ByteRange{}); bytes.ok())
          objects.emplace(object.key.text(), *std::move(bytes));
      if (!page.next_after) return objects;
      options.after = *page.next_after;
    }
  }

  Result<storage::Etag> Put(const Context& context, const storage::ObjectKey& key, std::string_view bytes,
                            const storage::PutMode& mode) override {
    uint64_t n = 0;
    PutHook hook;
    {
      MutexLock lock(mutex_);
      n = ++puts_;
      hook = hook_;
    }
    PutFate fate = hook ? hook(n) : PutFate{};
    if (fate.error && fate.effect == PutFate::Effect::kNone) return *std::move(fate.error);
    Result<storage::Etag> put = inner_->Put(context, key, bytes, mode);
    if (fate.error) return *std::move(fate.error);
    return put;
  }
  /// Two objects a page, so that paging is used.
  Result<storage::ObjectPage> List(const Context& context, const storage::ListOptions& options) override {
    {
      MutexLock lock(mutex_);
      if (list_error_) return *list_error_;
    }
    storage::ListOptions small = options;
    small.limit = std::min<size_t>(small.limit, 2);
    return inner_->List(context, small);
  }
  Status Delete(const Context& context, const storage::ObjectKey& key) override {
    {
      MutexLock lock(mutex_);
      if (delete_error_) return *delete_error_;
    }
    return inner_->Delete(context, key);
  }
  Result<std::unique_ptr<storage::ObjectWriter>> StartPut(const Context& context,
                                                          const storage::ObjectKey& key,
                                                          const storage::PutMode& mode) override {
    return inner_->StartPut(context, key, mode);
  }
  Result<std::string> Get(const Context& context, const storage::ObjectKey& key,
                          storage::ByteRange range) override {
    return inner_->Get(context, key, range);
  }
  Result<std::unique_ptr<storage::ObjectReader>> Open(const Context& context,
                                                      const storage::ObjectKey& key) override {
    return inner_->Open(context, key);
  }
  Result<storage::ObjectInfo> Head(const Context& context, const storage::ObjectKey& key) override {
    return inner_->Head(context, key);
  }

 private:
  const std::unique_ptr<storage::ObjectStore> inner_;
  mutable Mutex mutex_;
  uint64_t puts_ LAKE_GUARDED_BY(mutex_) = 0;
  PutHook hook_ LAKE_GUARDED_BY(mutex_);
  std::optional<Error> delete_error_ LAKE_GUARDED_BY(mutex_);
  std::optional<Error> list_error_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::jobs::testing
