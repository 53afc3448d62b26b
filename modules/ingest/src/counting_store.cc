#include "counting_store.h"

#include <utility>

namespace lake::ingest {
namespace {

using namespace storage;  // The whole file implements storage's interfaces.
using OnRead = std::function<void(uint64_t bytes)>;

class CountingReader final : public ObjectReader {
 public:
  CountingReader(std::unique_ptr<ObjectReader> reader, OnRead on_read)
      : reader_(std::move(reader)), on_read_(std::move(on_read)) {}

  uint64_t size() const override { return reader_->size(); }
  Result<size_t> ReadAt(uint64_t offset, std::span<char> buffer) override {
    Result<size_t> count = reader_->ReadAt(offset, buffer);
    if (count.ok()) on_read_(*count);
    return count;
  }

 private:
  std::unique_ptr<ObjectReader> reader_;
  OnRead on_read_;
};

class CountingStore final : public ObjectStore {
 public:
  CountingStore(std::shared_ptr<ObjectStore> store, OnRead on_read)
      : store_(std::move(store)), on_read_(std::move(on_read)) {}

  Result<std::unique_ptr<ObjectReader>> Open(const Context& context, const ObjectKey& key) override {
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<ObjectReader> reader, store_->Open(context, key));
    return std::make_unique<CountingReader>(std::move(reader), on_read_);
  }
  Result<std::string> Get(const Context& context, const ObjectKey& key, ByteRange range) override {
    Result<std::string> bytes = store_->Get(context, key, range);
    if (bytes.ok()) on_read_(bytes->size());
    return bytes;
  }
  Result<Etag> Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                   const PutMode& mode) override {
    return store_->Put(context, key, bytes, mode);
  }
  Result<std::unique_ptr<ObjectWriter>> StartPut(const Context& context, const ObjectKey& key,
                                                 const PutMode& mode) override {
    return store_->StartPut(context, key, mode);
  }
  Result<ObjectInfo> Head(const Context& context, const ObjectKey& key) override {
    return store_->Head(context, key);
  }
  Result<ObjectPage> List(const Context& context, const ListOptions& options) override {
    return store_->List(context, options);
  }
  Status Delete(const Context& context, const ObjectKey& key) override {
    return store_->Delete(context, key);
  }

 private:
  std::shared_ptr<ObjectStore> store_;
  OnRead on_read_;
};

}  // namespace

std::shared_ptr<ObjectStore> MakeCountingStore(std::shared_ptr<ObjectStore> store, OnRead on_read) {
  return std::make_shared<CountingStore>(std::move(store), std::move(on_read));
}

}  // namespace lake::ingest
