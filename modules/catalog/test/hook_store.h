// A store whose puts and gets a test can look at, hold up or answer differently.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "lake/storage/object_store.h"

namespace lake::catalog {

/// Hooks are set before the store is used and run on the calling thread. One that gives an error answers in
/// the store's place: `before_put` and `on_get` without the call being made, `after_put` after it took
/// effect.
class HookStore final : public storage::ObjectStore {
 public:
  using Hook = std::function<std::optional<Error>(const storage::ObjectKey&)>;

  explicit HookStore(std::shared_ptr<storage::ObjectStore> store) : store_(std::move(store)) {}

  Hook before_put;
  Hook after_put;
  Hook on_get;

  Result<storage::Etag> Put(const Context& context, const storage::ObjectKey& key, std::string_view bytes,
                            const storage::PutMode& mode) override {
    if (auto error = Run(before_put, key)) return *std::move(error);
    auto put = store_->Put(context, key, bytes, mode);
    if (auto error = Run(after_put, key)) return *std::move(error);
    return put;
  }
  Result<std::unique_ptr<storage::ObjectWriter>> StartPut(const Context& context,
                                                          const storage::ObjectKey& key,
                                                          const storage::PutMode& mode) override {
    return store_->StartPut(context, key, mode);
  }
  Result<std::string> Get(const Context& context, const storage::ObjectKey& key,
                          storage::ByteRange range) override {
    if (auto error = Run(on_get, key)) return *std::move(error);
    return store_->Get(context, key, range);
  }
  Result<std::unique_ptr<storage::ObjectReader>> Open(const Context& context,
                                                      const storage::ObjectKey& key) override {
    return store_->Open(context, key);
  }
  Result<storage::ObjectInfo> Head(const Context& context, const storage::ObjectKey& key) override {
    return store_->Head(context, key);
  }
  Result<storage::ObjectPage> List(const Context& context, const storage::ListOptions& options) override {
    return store_->List(context, options);
  }
  Status Delete(const Context& context, const storage::ObjectKey& key) override {
    return store_->Delete(context, key);
  }

 private:
  static std::optional<Error> Run(const Hook& hook, const storage::ObjectKey& key) {
    return hook == nullptr ? std::nullopt : hook(key);
  }

  std::shared_ptr<storage::ObjectStore> store_;
};

}  // namespace lake::catalog
