// The only file system that statements see. "lake://scan/<n>" globs to the files of a scan,
// "lake://file/<path>" reads one of them, "lake://out/0" is the file being written; each is looked up in the
// state of the calling connection, so a path that the read set does not name opens nothing. Every other path
// is refused to statements and passed on only for the engine's own calls, which carry no connection:
// spilling.
#pragma once

#include "duckdb_prelude.h"

#include <string>
#include <string_view>

#include "duckdb/common/file_system.hpp"

namespace lake::engine {

class SessionState;

class LakeFileSystem final : public duckdb::FileSystem {
 public:
  LakeFileSystem() : local_(duckdb::FileSystem::CreateLocal()) {}

  std::string GetName() const override { return "LakeFileSystem"; }
  bool CanHandleFile(const std::string&) override { return true; }
  bool CanSeek() override { return true; }
  bool OnDiskFile(duckdb::FileHandle&) override { return false; }
  std::string PathSeparator(const std::string&) override { return "/"; }
  /// lake:// paths are compared byte by byte, so they are canonical as they are.
  std::string CanonicalizePath(const std::string& path,
                               duckdb::optional_ptr<duckdb::FileOpener> opener) override;

  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                  duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  bool FileExists(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;

  void Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes, duckdb::idx_t offset) override;
  int64_t Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes) override;
  void Write(duckdb::FileHandle& handle, void* buffer, int64_t bytes, duckdb::idx_t offset) override;
  int64_t Write(duckdb::FileHandle& handle, void* buffer, int64_t bytes) override;
  int64_t GetFileSize(duckdb::FileHandle& handle) override;
  duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle& handle) override;
  std::string GetVersionTag(duckdb::FileHandle& handle) override;
  duckdb::FileType GetFileType(duckdb::FileHandle&) override { return duckdb::FileType::FILE_TYPE_REGULAR; }
  void Seek(duckdb::FileHandle& handle, duckdb::idx_t offset) override;
  duckdb::idx_t SeekPosition(duckdb::FileHandle& handle) override;
  void FileSync(duckdb::FileHandle&) override {
  }  // WriteParquet makes the object durable after the last byte.

  // Directories do not exist below lake://; spilling needs real ones.
  bool DirectoryExists(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  void CreateDirectory(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  void RemoveDirectory(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  bool ListFiles(const std::string& path, const std::function<void(const std::string&, bool)>& callback,
                 duckdb::FileOpener* opener) override;
  void MoveFile(const std::string& source, const std::string& target,
                duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  bool IsPipe(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  void RemoveFile(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  bool TryRemoveFile(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;

 protected:
  bool SupportsGlobExtended() const override { return true; }
  duckdb::unique_ptr<duckdb::MultiFileList> GlobFilesExtended(
      const std::string& path, const duckdb::FileGlobInput& input,
      duckdb::optional_ptr<duckdb::FileOpener> opener) override;

 private:
  /// The real file system when the engine itself asks for a path of its own; throws otherwise.
  duckdb::FileSystem& LocalFor(std::string_view path, duckdb::optional_ptr<duckdb::FileOpener> opener);

  duckdb::unique_ptr<duckdb::FileSystem> local_;
};

}  // namespace lake::engine
