#include "lake/storage/local_store.h"

#include <algorithm>
#include <limits>

#include "local_list.h"
#include "local_names.h"

namespace lake::storage {
namespace {

class LocalReader final : public ObjectReader {
 public:
  LocalReader(std::unique_ptr<OpenFile> file, uint64_t size) : file_(std::move(file)), size_(size) {}
  uint64_t size() const override { return size_; }
  Result<size_t> ReadAt(uint64_t offset, std::span<char> buffer) override {
    if (offset >= size_) return size_t{0};
    return file_->ReadAt(offset, buffer.first(std::min<uint64_t>(buffer.size(), size_ - offset)));
  }

 private:
  std::unique_ptr<OpenFile> file_;
  uint64_t size_;
};

class LocalWriter final : public ObjectWriter {
 public:
  LocalWriter(Context context, LocalNames& names, std::unique_ptr<NewFile> file, ObjectKey key, PutMode mode)
      : context_(std::move(context)),
        names_(names),
        file_(std::move(file)),
        key_(std::move(key)),
        mode_(std::move(mode)) {}

  Status Append(std::string_view bytes) override {
    LAKE_CHECK(file_ != nullptr);  // nothing follows Finish
    LAKE_RETURN_IF_ERROR(failed_);
    LAKE_RETURN_IF_ERROR(context_.CheckAlive());
    failed_ = file_->Append(bytes);
    return failed_;
  }

  Result<Etag> Finish() override {
    LAKE_CHECK(file_ != nullptr);
    const std::unique_ptr<NewFile> file = std::move(file_);
    LAKE_RETURN_IF_ERROR(failed_);  // a hole in the middle is no object
    LAKE_RETURN_IF_ERROR(context_.CheckAlive());
    return names_.Publish(*file, key_, mode_);
  }

 private:
  const Context context_;
  LocalNames& names_;
  std::unique_ptr<NewFile> file_;
  const ObjectKey key_;
  const PutMode mode_;
  Status failed_;
};

class LocalStore final : public ObjectStore {
 public:
  explicit LocalStore(std::unique_ptr<Disk> disk) : disk_(std::move(disk)), names_(*disk_) {}

  ~LocalStore() override {
    // Its absence tells the next process that nothing is left in doubt.
    if (recovered_ && !names_.in_doubt()) (void)disk_->RemoveDirectory(std::string(kStagingDirectory)).ok();
  }

  Status Recover();

  Result<Etag> Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                   const PutMode& mode) override {
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ObjectWriter> writer, StartPut(context, key, mode));
    LAKE_RETURN_IF_ERROR(writer->Append(bytes));
    return writer->Finish();
  }

  std::optional<std::filesystem::path> FileOf(const ObjectKey& key) const override {
    return disk_->PathOf(key.text());
  }

  Result<std::unique_ptr<ObjectWriter>> StartPut(const Context& context, const ObjectKey& key,
                                                 const PutMode& mode) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<NewFile> file, disk_->CreateFile());
    return std::make_unique<LocalWriter>(context, names_, std::move(file), key, mode);
  }

  Result<std::string> Get(const Context& context, const ObjectKey& key, ByteRange range) override {
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ObjectReader> reader, Open(context, key));
    if (range.offset >= reader->size()) return std::string();
    std::string bytes(std::min(range.length, reader->size() - range.offset), '\0');
    LAKE_ASSIGN_OR_RETURN(const size_t got, reader->ReadAt(range.offset, bytes));
    if (got != bytes.size()) return DataLoss("object_truncated", "'{}' is shorter than it was", key.text());
    return bytes;
  }

  Result<std::unique_ptr<ObjectReader>> Open(const Context& context, const ObjectKey& key) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_RETURN_IF_ERROR(names_.Settle(key));
    Result<std::unique_ptr<OpenFile>> file = disk_->Open(key.text());
    if (!file.ok()) return AsObjectError(std::move(file).error(), key);
    LAKE_ASSIGN_OR_RETURN(const FileStatus status, (*file)->Stat());
    LAKE_RETURN_IF_ERROR(CheckIsObject(status, key));
    return std::make_unique<LocalReader>(*std::move(file), status.size);
  }

  Result<ObjectInfo> Head(const Context& context, const ObjectKey& key) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_RETURN_IF_ERROR(names_.Settle(key));
    Result<FileStatus> status = disk_->Stat(key.text());
    if (!status.ok()) return AsObjectError(std::move(status).error(), key);
    LAKE_RETURN_IF_ERROR(CheckIsObject(*status, key));
    return InfoOf(key, *status);
  }

  Result<ObjectPage> List(const Context& context, const ListOptions& options) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_RETURN_IF_ERROR(names_.SettleAll());
    return ListLocal(context, *disk_, options);
  }

  Status Delete(const Context& context, const ObjectKey& key) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    return names_.Remove(key);
  }

 private:
  static Status CheckIsObject(const FileStatus& status, const ObjectKey& key) {
    if (status.kind == FileKind::kFile) return {};
    return AsObjectError(NotFound("path_not_found", "no file"), key);
  }

  const std::unique_ptr<Disk> disk_;
  LocalNames names_;
  bool recovered_ = false;
};

Status LocalStore::Recover() {
  const std::string staging(kStagingDirectory);
  Result<FileStatus> found = disk_->Stat(staging);
  if (!found.ok() && !found.error().Is(ErrorCode::kNotFound)) return std::move(found).error();
  if (found.ok()) {
    // The last owner was killed: names it gave and did not sync are visible now and must not vanish later.
    LAKE_RETURN_IF_ERROR(disk_->SyncAll());
    constexpr size_t kAll = std::numeric_limits<size_t>::max();
    LAKE_ASSIGN_OR_RETURN(const auto left_behind, disk_->ListDirectory(staging, kAll));
    for (const DirectoryEntry& entry : left_behind) {
      LAKE_RETURN_IF_ERROR(disk_->Unlink(fmt::format("{}/{}", staging, entry.name)));
    }
  } else {
    LAKE_RETURN_IF_ERROR(disk_->CreateDirectory(staging));
  }
  recovered_ = true;
  return {};
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenLocalStore(std::unique_ptr<Disk> disk) {
  auto store = std::make_unique<LocalStore>(std::move(disk));
  LAKE_RETURN_IF_ERROR(store->Recover());
  return store;
}

}  // namespace lake::storage
