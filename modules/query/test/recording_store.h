// A store that remembers which keys somebody asked it for.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "lake/common/mutex.h"
#include "lake/storage/object_store.h"

namespace lake::query {

class RecordingStore final : public storage::ObjectStore {
 public:
  explicit RecordingStore(std::shared_ptr<storage::ObjectStore> store) : store_(std::move(store)) {}

  /// What was read, looked at or listed ("prefix*") since the last call.
  std::set<std::string> TakeRead() {
    MutexLock lock(mutex_);
    return std::exchange(read_, {});
  }

  Result<storage::Etag> Put(const Context& context, const storage::ObjectKey& key, std::string_view bytes,
                            const storage::PutMode& mode) override {
    return store_->Put(context, key, bytes, mode);
  }
  Result<std::unique_ptr<storage::ObjectWriter>> StartPut(const Context& context,
                                                          const storage::ObjectKey& key,
                                                          const storage::PutMode& mode) override {
    return store_->StartPut(context, key, mode);
  }
  Result<std::string> Get(const Context& context, const storage::ObjectKey& key,
                          storage::ByteRange range) override {
    Record(key.text());
    return store_->Get(context, key, range);
  }
  Result<std::unique_ptr<storage::ObjectReader>> Open(const Context& context,
                                                      const storage::ObjectKey& key) override {
    Record(key.text());
    return store_->Open(context, key);
  }
  Result<storage::ObjectInfo> Head(const Context& context, const storage::ObjectKey& key) override {
    Record(key.text());
    return store_->Head(context, key);
  }
  Result<storage::ObjectPage> List(const Context& context, const storage::ListOptions& options) override {
    Record(options.prefix + "*");
    return store_->List(context, options);
  }
  Status Delete(const Context& context, const storage::ObjectKey& key) override {
    return store_->Delete(context, key);
  }

 private:
  void Record(std::string key) {
    MutexLock lock(mutex_);
    read_.insert(std::move(key));
  }

  const std::shared_ptr<storage::ObjectStore> store_;
  Mutex mutex_;
  std::set<std::string> read_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::query
