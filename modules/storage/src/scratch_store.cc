#include "lake/storage/scratch_store.h"

#include <utility>

#include "lake/storage/local_store.h"

namespace lake::storage {
namespace {

class UnsyncedFile final : public NewFile {
 public:
  explicit UnsyncedFile(std::unique_ptr<NewFile> file) : file_(std::move(file)) {}

  Status Append(std::string_view bytes) override { return file_->Append(bytes); }
  Result<FileStatus> Seal() override { return file_->Seal(); }
  Status Sync() override { return {}; }
  Status LinkAs(const std::string& path) override { return file_->LinkAs(path); }
  Status ReplaceAs(const std::string& path) override { return file_->ReplaceAs(path); }

 private:
  const std::unique_ptr<NewFile> file_;
};

class UnsyncedDisk final : public Disk {
 public:
  explicit UnsyncedDisk(std::unique_ptr<Disk> disk) : disk_(std::move(disk)) {}

  Result<std::unique_ptr<NewFile>> CreateFile() override {
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<NewFile> file, disk_->CreateFile());
    return std::make_unique<UnsyncedFile>(std::move(file));
  }
  Result<std::unique_ptr<OpenFile>> Open(const std::string& path) override { return disk_->Open(path); }
  Result<FileStatus> Stat(const std::string& path) override { return disk_->Stat(path); }
  Result<std::vector<DirectoryEntry>> ListDirectory(const std::string& path, size_t max_entries) override {
    return disk_->ListDirectory(path, max_entries);
  }
  Status CreateDirectory(const std::string& path) override { return disk_->CreateDirectory(path); }
  Status SyncDirectory(const std::string&) override { return {}; }
  Status Unlink(const std::string& path) override { return disk_->Unlink(path); }
  Status RemoveDirectory(const std::string& path) override { return disk_->RemoveDirectory(path); }
  Status SyncAll() override { return {}; }
  std::optional<std::filesystem::path> PathOf(const std::string& path) const override {
    return disk_->PathOf(path);
  }

 private:
  const std::unique_ptr<Disk> disk_;
};

Status RemoveEverything(ObjectStore& store) {
  ListOptions options;
  while (true) {
    LAKE_ASSIGN_OR_RETURN(const ObjectPage page, store.List(Context{}, options));
    for (const ObjectInfo& object : page.objects) LAKE_RETURN_IF_ERROR(store.Delete(Context{}, object.key));
    if (!page.next_after) return {};
    options.after = *page.next_after;
  }
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenScratchStore(std::unique_ptr<Disk> disk) {
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<ObjectStore> store,
                        OpenLocalStore(std::make_unique<UnsyncedDisk>(std::move(disk))));
  LAKE_RETURN_IF_ERROR(RemoveEverything(*store));
  return store;
}

}  // namespace lake::storage
