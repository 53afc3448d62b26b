#include "lake/storage/memory_store.h"

#include <algorithm>
#include <map>

#include "lake/common/mutex.h"
#include "list_options.h"

namespace lake::storage {
namespace {

struct Stored {
  std::string bytes;
  Etag etag;
  Timestamp modified;
};

class MemoryReader final : public ObjectReader {
 public:
  explicit MemoryReader(std::shared_ptr<const Stored> object) : object_(std::move(object)) {}
  uint64_t size() const override { return object_->bytes.size(); }
  Result<size_t> ReadAt(uint64_t offset, std::span<char> buffer) override {
    if (offset >= size()) return size_t{0};
    const size_t length = std::min<uint64_t>(buffer.size(), size() - offset);
    std::copy_n(object_->bytes.data() + offset, length, buffer.data());
    return length;
  }

 private:
  const std::shared_ptr<const Stored> object_;
};

class MemoryStore final : public ObjectStore {
 public:
  explicit MemoryStore(Clock& clock) : clock_(clock) {}

  Result<Etag> Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                   const PutMode& mode) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    return Publish(key, std::string(bytes), mode);
  }

  Result<std::unique_ptr<ObjectWriter>> StartPut(const Context& context, const ObjectKey& key,
                                                 const PutMode& mode) override;

  Result<std::string> Get(const Context& context, const ObjectKey& key, ByteRange range) override {
    LAKE_ASSIGN_OR_RETURN(const auto object, Find(context, key));
    if (range.offset >= object->bytes.size()) return std::string();
    return object->bytes.substr(range.offset, range.length);
  }

  Result<std::unique_ptr<ObjectReader>> Open(const Context& context, const ObjectKey& key) override {
    LAKE_ASSIGN_OR_RETURN(auto object, Find(context, key));
    return std::make_unique<MemoryReader>(std::move(object));
  }

  Result<ObjectInfo> Head(const Context& context, const ObjectKey& key) override {
    LAKE_ASSIGN_OR_RETURN(const auto object, Find(context, key));
    return InfoOf(key, *object);
  }

  Result<ObjectPage> List(const Context& context, const ListOptions& options) override;

  Status Delete(const Context& context, const ObjectKey& key) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    MutexLock lock(mutex_);
    objects_.erase(key);
    return {};
  }

  Result<Etag> Publish(const ObjectKey& key, std::string bytes, const PutMode& mode);

 private:
  using Objects = std::map<ObjectKey, std::shared_ptr<const Stored>>;

  static ObjectInfo InfoOf(const ObjectKey& key, const Stored& object) {
    return {.key = key, .size = object.bytes.size(), .etag = object.etag, .modified = object.modified};
  }

  Result<std::shared_ptr<const Stored>> Find(const Context& context, const ObjectKey& key) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    MutexLock lock(mutex_);
    const auto found = objects_.find(key);
    if (found == objects_.end()) return NotFound("object_not_found", "there is no object '{}'", key.text());
    return found->second;
  }

  Clock& clock_;
  Mutex mutex_;
  uint64_t puts_ LAKE_GUARDED_BY(mutex_) = 0;
  Objects objects_ LAKE_GUARDED_BY(mutex_);
};

class MemoryWriter final : public ObjectWriter {
 public:
  MemoryWriter(Context context, MemoryStore& store, ObjectKey key, PutMode mode)
      : context_(std::move(context)), store_(store), key_(std::move(key)), mode_(std::move(mode)) {}

  Status Append(std::string_view bytes) override {
    LAKE_CHECK(!finished_);
    LAKE_RETURN_IF_ERROR(context_.CheckAlive());
    bytes_ += bytes;
    return {};
  }

  Result<Etag> Finish() override {
    LAKE_CHECK(!finished_);
    finished_ = true;
    LAKE_RETURN_IF_ERROR(context_.CheckAlive());
    return store_.Publish(key_, std::move(bytes_), mode_);
  }

 private:
  const Context context_;
  MemoryStore& store_;
  const ObjectKey key_;
  const PutMode mode_;
  std::string bytes_;
  bool finished_ = false;
};

Result<std::unique_ptr<ObjectWriter>> MemoryStore::StartPut(const Context& context, const ObjectKey& key,
                                                            const PutMode& mode) {
  LAKE_RETURN_IF_ERROR(context.CheckAlive());
  return std::make_unique<MemoryWriter>(context, *this, key, mode);
}

Result<Etag> MemoryStore::Publish(const ObjectKey& key, std::string bytes, const PutMode& mode) {
  auto object = std::make_shared<Stored>(Stored{std::move(bytes), Etag(), clock_.Now()});
  MutexLock lock(mutex_);
  const auto found = objects_.find(key);
  const bool is_there = found != objects_.end();
  if (std::holds_alternative<IfAbsent>(mode) && is_there) {
    return FailedPrecondition("object_exists", "there is an object '{}' already", key.text());
  }
  const auto* match = std::get_if<IfMatch>(&mode);
  if (match != nullptr && (!is_there || found->second->etag != match->etag)) {
    return Aborted("etag_mismatch", "'{}' is not the version that the request named", key.text());
  }
  object->etag = Etag(fmt::format("{:x}", ++puts_));
  Etag etag = object->etag;
  objects_[key] = std::move(object);
  return etag;
}

/// The text that stands for `key` in a list: itself, or its beginning up to the delimiter after the prefix.
std::string_view Folded(const std::string& key, const ListOptions& options) {
  if (options.delimiter.empty()) return key;
  const size_t slash = key.find(options.delimiter, options.prefix.size());
  return slash == std::string::npos ? std::string_view(key) : std::string_view(key).substr(0, slash + 1);
}

Result<ObjectPage> MemoryStore::List(const Context& context, const ListOptions& options) {
  LAKE_RETURN_IF_ERROR(context.CheckAlive());
  LAKE_RETURN_IF_ERROR(CheckListOptions(options));
  ObjectPage page;
  std::string last;
  MutexLock lock(mutex_);
  for (const auto& [key, object] : objects_) {
    if (!key.text().starts_with(options.prefix)) continue;
    const std::string_view shown = Folded(key.text(), options);
    if (shown <= options.after || shown == last) continue;
    if (page.objects.size() + page.common_prefixes.size() == options.limit) {
      page.next_after = last;
      break;
    }
    if (shown.ends_with('/')) {
      page.common_prefixes.emplace_back(shown);
    } else {
      page.objects.push_back(InfoOf(key, *object));
    }
    last = shown;
  }
  return page;
}

}  // namespace

std::unique_ptr<ObjectStore> MakeMemoryStore(Clock& clock) { return std::make_unique<MemoryStore>(clock); }

std::unique_ptr<ObjectStore> MakeMemoryStore(Clock& clock, const ObjectKey& key, std::string bytes) {
  auto store = std::make_unique<MemoryStore>(clock);
  const Result<Etag> published = store->Publish(key, std::move(bytes), Overwrite{});
  LAKE_CHECK(published.ok());  // Nothing to conflict with.
  return store;
}

}  // namespace lake::storage
