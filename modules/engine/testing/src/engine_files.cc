#include "session.h"  // First: it includes DuckDB's headers.

#include <utility>

#include "duckdb/common/file_opener.hpp"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "duckdb/main/config.hpp"
#include "file_system.h"
#include "lake/engine_testing/engine_files.h"

namespace lake::engine {
namespace {

constexpr const char* kLakeFileSystem = "LakeFileSystem";

using Opener = duckdb::optional_ptr<duckdb::FileOpener>;

/// Whatever stands in front of the engine's file system. Files that it opened are read without us: a handle
/// knows whose it is.
class Front final : public duckdb::FileSystem {
 public:
  enum class Handles { kEverything, kLakePaths };

  Front(std::unique_ptr<duckdb::FileSystem> lake, Handles handles, std::shared_ptr<GrantedPaths> granted)
      : lake_(std::move(lake)), handles_(handles), granted_(std::move(granted)) {}

  std::string GetName() const override { return kLakeFileSystem; }
  bool CanHandleFile(const std::string& path) override {
    return handles_ == Handles::kEverything || path.starts_with("lake://");
  }
  bool CanSeek() override { return lake_->CanSeek(); }
  bool OnDiskFile(duckdb::FileHandle& handle) override { return lake_->OnDiskFile(handle); }
  std::string PathSeparator(const std::string& path) override { return lake_->PathSeparator(path); }
  std::string CanonicalizePath(const std::string& path, Opener opener) override {
    return lake_->CanonicalizePath(path, opener);
  }

  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                  Opener opener) override {
    auto handle = lake_->OpenFile(path, flags, opener);
    Record(path, opener);
    return handle;
  }
  bool FileExists(const std::string& path, Opener opener) override {
    const bool exists = lake_->FileExists(path, opener);
    if (exists) Record(path, opener);
    return exists;
  }
  bool DirectoryExists(const std::string& path, Opener opener) override {
    const bool exists = lake_->DirectoryExists(path, opener);
    if (exists) Record(path, opener);
    return exists;
  }
  void CreateDirectory(const std::string& path, Opener opener) override {
    lake_->CreateDirectory(path, opener);
    Record(path, opener);
  }
  void RemoveDirectory(const std::string& path, Opener opener) override {
    lake_->RemoveDirectory(path, opener);
    Record(path, opener);
  }
  bool ListFiles(const std::string& path, const std::function<void(const std::string&, bool)>& callback,
                 duckdb::FileOpener* opener) override {
    const bool listed = lake_->ListFiles(path, callback, opener);
    if (listed) Record(path, opener);
    return listed;
  }
  void MoveFile(const std::string& source, const std::string& target, Opener opener) override {
    lake_->MoveFile(source, target, opener);
    Record(source, opener);
  }
  bool IsPipe(const std::string& path, Opener opener) override { return lake_->IsPipe(path, opener); }
  void RemoveFile(const std::string& path, Opener opener) override {
    lake_->RemoveFile(path, opener);
    Record(path, opener);
  }
  bool TryRemoveFile(const std::string& path, Opener opener) override {
    const bool removed = lake_->TryRemoveFile(path, opener);
    if (removed) Record(path, opener);
    return removed;
  }

 protected:
  bool SupportsGlobExtended() const override { return true; }
  duckdb::unique_ptr<duckdb::MultiFileList> GlobFilesExtended(const std::string& path,
                                                              const duckdb::FileGlobInput& input,
                                                              Opener opener) override {
    auto files = lake_->Glob(path, input, opener);
    for (const duckdb::OpenFileInfo& file : files->GetAllFiles()) Record(file.path, opener);
    return files;
  }

 private:
  void Record(const std::string& path, Opener opener) {
    if (granted_ != nullptr && duckdb::FileOpener::TryGetClientContext(opener)) granted_->Add(path);
  }

  const std::unique_ptr<duckdb::FileSystem> lake_;
  const Handles handles_;
  const std::shared_ptr<GrantedPaths> granted_;
};

duckdb::DuckDB& DatabaseOf(Session& session) {
  return static_cast<DuckSession&>(session).instance().database();
}

void PutInFront(Session& session, Front::Handles handles, std::shared_ptr<GrantedPaths> granted) {
  duckdb::FileSystem& all = DatabaseOf(session).GetFileSystem();
  auto lake = all.ExtractSubSystem(kLakeFileSystem);
  LAKE_CHECK(lake != nullptr);
  all.RegisterSubSystem(duckdb::make_uniq<Front>(std::move(lake), handles, std::move(granted)));
}

}  // namespace

void GrantedPaths::Add(const std::string& path) {
  MutexLock lock(mutex_);
  paths_.push_back(path);
}

std::vector<std::string> GrantedPaths::Take() {
  MutexLock lock(mutex_);
  return std::exchange(paths_, {});
}

std::shared_ptr<GrantedPaths> RecordGrantedPaths(Session& session) {
  auto granted = std::make_shared<GrantedPaths>();
  PutInFront(session, Front::Handles::kEverything, granted);
  return granted;
}

void TakeFileSystemAway(Session& session) {
  PutInFront(session, Front::Handles::kLakePaths, nullptr);
  duckdb::DBConfig::GetConfig(*DatabaseOf(session).instance).AddAllowedDirectory("/");
}

}  // namespace lake::engine
