#include "lake/storage_testing/faulty_store.h"

namespace lake::storage {
namespace {

Error LostReply(StoreCall kind) {
  if (kind == StoreCall::kPut || kind == StoreCall::kDelete) {
    return Unavailable("outcome_unknown", "the store's reply was lost (injected)");
  }
  return Unavailable("store_unreachable", "the store's reply was lost (injected)");
}

}  // namespace

template <class Operation>
auto FaultyStore::Attempt(StoreCall kind, Operation operation) -> decltype(operation()) {
  const std::optional<StoreFault::When> failure = Count(kind);
  if (failure == StoreFault::When::kBefore) {
    return Unavailable("store_unreachable", "the store does not answer (injected)");
  }
  auto answer = operation();
  if (failure == StoreFault::When::kAfter) return LostReply(kind);
  return answer;
}

class FaultyWriter final : public ObjectWriter {
 public:
  FaultyWriter(FaultyStore& store, std::unique_ptr<ObjectWriter> writer)
      : store_(store), writer_(std::move(writer)) {}
  Status Append(std::string_view bytes) override {
    return store_.Attempt(StoreCall::kAppend, [&] { return writer_->Append(bytes); });
  }
  Result<Etag> Finish() override {
    return store_.Attempt(StoreCall::kPut, [&] { return writer_->Finish(); });
  }

 private:
  FaultyStore& store_;
  const std::unique_ptr<ObjectWriter> writer_;
};

class FaultyReader final : public ObjectReader {
 public:
  FaultyReader(FaultyStore& store, std::unique_ptr<ObjectReader> reader)
      : store_(store), reader_(std::move(reader)) {}
  uint64_t size() const override { return reader_->size(); }
  Result<size_t> ReadAt(uint64_t offset, std::span<char> buffer) override {
    return store_.Attempt(StoreCall::kRead, [&] { return reader_->ReadAt(offset, buffer); });
  }

 private:
  FaultyStore& store_;
  const std::unique_ptr<ObjectReader> reader_;
};

void FaultyStore::Fail(const StoreFault& fault) {
  MutexLock lock(mutex_);
  fault_ = fault;
  counted_ = 0;
}

void FaultyStore::Heal() {
  MutexLock lock(mutex_);
  fault_.reset();
}

uint64_t FaultyStore::calls() const {
  MutexLock lock(mutex_);
  uint64_t sum = 0;
  for (const auto& [kind, count] : calls_) sum += count;
  return sum;
}

uint64_t FaultyStore::calls(StoreCall kind) const {
  MutexLock lock(mutex_);
  const auto found = calls_.find(kind);
  return found == calls_.end() ? 0 : found->second;
}

std::optional<StoreFault::When> FaultyStore::Count(StoreCall kind) {
  MutexLock lock(mutex_);
  ++calls_[kind];
  if (!fault_.has_value() || (fault_->kind.has_value() && *fault_->kind != kind)) return std::nullopt;
  ++counted_;
  const bool is_forever = fault_->repeat == StoreFault::Repeat::kForever;
  const bool is_hit = is_forever ? counted_ >= fault_->nth : counted_ == fault_->nth;
  if (!is_hit) return std::nullopt;
  return fault_->when;
}

Result<Etag> FaultyStore::Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                              const PutMode& mode) {
  return Attempt(StoreCall::kPut, [&] { return store_->Put(context, key, bytes, mode); });
}

Result<std::unique_ptr<ObjectWriter>> FaultyStore::StartPut(const Context& context, const ObjectKey& key,
                                                            const PutMode& mode) {
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<ObjectWriter> writer,
                        Attempt(StoreCall::kStartPut, [&] { return store_->StartPut(context, key, mode); }));
  return std::make_unique<FaultyWriter>(*this, std::move(writer));
}

Result<std::string> FaultyStore::Get(const Context& context, const ObjectKey& key, ByteRange range) {
  return Attempt(StoreCall::kGet, [&] { return store_->Get(context, key, range); });
}

Result<std::unique_ptr<ObjectReader>> FaultyStore::Open(const Context& context, const ObjectKey& key) {
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<ObjectReader> reader,
                        Attempt(StoreCall::kOpen, [&] { return store_->Open(context, key); }));
  return std::make_unique<FaultyReader>(*this, std::move(reader));
}

Result<ObjectInfo> FaultyStore::Head(const Context& context, const ObjectKey& key) {
  return Attempt(StoreCall::kHead, [&] { return store_->Head(context, key); });
}

Result<ObjectPage> FaultyStore::List(const Context& context, const ListOptions& options) {
  return Attempt(StoreCall::kList, [&] { return store_->List(context, options); });
}

Status FaultyStore::Delete(const Context& context, const ObjectKey& key) {
  return Attempt(StoreCall::kDelete, [&] { return store_->Delete(context, key); });
}

}  // namespace lake::storage
