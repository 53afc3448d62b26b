#include "file_system.h"

#include "duckdb/common/exception.hpp"
#include "duckdb/common/file_opener.hpp"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "duckdb/main/client_context.hpp"
#include "session_state.h"

namespace lake::engine {
namespace {

constexpr std::string_view kScheme = "lake://";

bool IsLakePath(std::string_view path) { return path.starts_with(kScheme); }

/// The file is opened lazily and shared: DuckDB opens each file about three times per statement.
class ReadHandle final : public duckdb::FileHandle {
 public:
  ReadHandle(duckdb::FileSystem& owner, const std::string& name, duckdb::FileOpenFlags how,
             duckdb::shared_ptr<SessionState> session, const ScanFile& file)
      : FileHandle(owner, name, how), session_(std::move(session)), file_(file) {}

  void Close() override {}

  const ScanFile& file() const { return file_; }
  SessionState& session() { return *session_; }

  duckdb::idx_t position = 0;

 private:
  duckdb::shared_ptr<SessionState> session_;
  const ScanFile& file_;  // Lives in the session's read set.
};

class WriteHandle final : public duckdb::FileHandle {
 public:
  WriteHandle(duckdb::FileSystem& owner, const std::string& name, duckdb::FileOpenFlags how,
              duckdb::shared_ptr<SessionState> session, std::shared_ptr<OutputFile> output)
      : FileHandle(owner, name, how), session_(std::move(session)), output_(std::move(output)) {}

  void Close() override {}

  SessionState& session() { return *session_; }
  OutputFile& output() { return *output_; }

 private:
  duckdb::shared_ptr<SessionState> session_;
  std::shared_ptr<OutputFile> output_;
};

[[noreturn]] void Refuse(SessionState* session, std::string_view path) {
  if (session != nullptr)
    session->RecordFailure(
        PermissionDenied("not_in_read_set", "the statement names a file that it may not open")
            .WithCause(std::string(path)));
  throw duckdb::PermissionException("file is not in the read set");
}

[[noreturn]] void Fail(SessionState& session, Error error) {
  session.RecordFailure(std::move(error));
  throw duckdb::IOException("storage failed");
}

duckdb::shared_ptr<SessionState> SessionOf(duckdb::optional_ptr<duckdb::FileOpener> opener) {
  auto context = duckdb::FileOpener::TryGetClientContext(opener);
  return context ? SessionState::Of(*context) : nullptr;
}

Error Damaged(const ScanFile& file, std::string_view what) {
  return DataLoss("file_damaged", "a data file is damaged: {}", what).WithCause(file.path);
}

/// What a failing store means to a statement that reads committed files.
Error AsScanFailure(const ScanFile& file, Error error) {
  if (error.Is(ErrorCode::kNotFound))
    return DataLoss("file_missing", "a data file is missing").WithCause(file.path);
  return error;
}

void ReadFully(ReadHandle& handle, char* buffer, size_t bytes, uint64_t offset) {
  const ScanFile& file = handle.file();
  auto reader = handle.session().Reader(file);
  if (!reader.ok()) Fail(handle.session(), AsScanFailure(file, std::move(reader).error()));
  size_t done = 0;
  while (done < bytes) {
    auto got = (*reader)->ReadAt(offset + done, {buffer + done, bytes - done});
    if (!got.ok()) Fail(handle.session(), AsScanFailure(file, std::move(got).error()));
    if (*got == 0) Fail(handle.session(), Damaged(file, "it is shorter than recorded"));
    done += *got;
  }
}

duckdb::OpenFileInfo InfoOf(const ScanFile& file) {
  duckdb::OpenFileInfo info(EnginePathOf(file));
  info.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
  info.extended_info->options["file_size"] = duckdb::Value::UBIGINT(file.bytes);
  return info;
}

/// DuckDB sorts what a glob has at hand; files that are "not there yet" keep their place.
class OrderedFileList final : public duckdb::SimpleMultiFileList {
 public:
  using SimpleMultiFileList::SimpleMultiFileList;

 protected:
  bool FileIsAvailable(duckdb::idx_t) const override { return false; }
};

}  // namespace

std::string LakeFileSystem::CanonicalizePath(const std::string& path,
                                             duckdb::optional_ptr<duckdb::FileOpener> opener) {
  return IsLakePath(path) ? path : local_->CanonicalizePath(path, opener);
}

duckdb::unique_ptr<duckdb::FileHandle> LakeFileSystem::OpenFile(
    const std::string& path, duckdb::FileOpenFlags flags, duckdb::optional_ptr<duckdb::FileOpener> opener) {
  if (!IsLakePath(path)) return LocalFor(path, opener).OpenFile(path, flags, opener);
  auto session = SessionOf(opener);
  if (!session) Refuse(nullptr, path);
  if (flags.OpenForWriting()) {
    auto output = session->FindOutput(path);
    if (!output || flags.OpenForReading()) Refuse(session.get(), path);
    return duckdb::make_uniq<WriteHandle>(*this, path, flags, std::move(session), std::move(output));
  }
  const ScanFile* file = session->FindFile(path);
  if (file == nullptr) Refuse(session.get(), path);
  return duckdb::make_uniq<ReadHandle>(*this, path, flags, std::move(session), *file);
}

duckdb::unique_ptr<duckdb::MultiFileList> LakeFileSystem::GlobFilesExtended(
    const std::string& path, const duckdb::FileGlobInput& input,
    duckdb::optional_ptr<duckdb::FileOpener> opener) {
  if (!IsLakePath(path)) return LocalFor(path, opener).Glob(path, input, opener);
  const auto session = SessionOf(opener);
  if (!session) Refuse(nullptr, path);
  duckdb::vector<duckdb::OpenFileInfo> files;
  if (const auto* scan = session->FindScan(path)) {
    files.reserve(scan->size());
    for (const ScanFile& file : *scan) files.push_back(InfoOf(file));
  } else if (const ScanFile* file = session->FindFile(path)) {
    files.push_back(InfoOf(*file));
  } else {
    Refuse(session.get(), path);
  }
  return duckdb::make_uniq<OrderedFileList>(std::move(files));
}

bool LakeFileSystem::FileExists(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) {
  if (!IsLakePath(path)) return LocalFor(path, opener).FileExists(path, opener);
  const auto session = SessionOf(opener);
  if (session && session->FindOutput(path)) return false;
  return session && session->FindFile(path) != nullptr;
}

void LakeFileSystem::Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes, duckdb::idx_t offset) {
  ReadFully(handle.Cast<ReadHandle>(), static_cast<char*>(buffer), static_cast<size_t>(bytes), offset);
}

int64_t LakeFileSystem::Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes) {
  auto& read = handle.Cast<ReadHandle>();
  const uint64_t size = read.file().bytes;
  const uint64_t left = read.position < size ? size - read.position : 0;
  const auto wanted = std::min(static_cast<uint64_t>(bytes), left);
  if (wanted > 0) ReadFully(read, static_cast<char*>(buffer), wanted, read.position);
  read.position += wanted;
  return static_cast<int64_t>(wanted);
}

void LakeFileSystem::Write(duckdb::FileHandle& handle, void* buffer, int64_t bytes, duckdb::idx_t offset) {
  auto& write = handle.Cast<WriteHandle>();
  if (offset != write.output().bytes())
    Fail(write.session(), Internal("write_out_of_order", "internal error"));
  Write(handle, buffer, bytes);
}

int64_t LakeFileSystem::Write(duckdb::FileHandle& handle, void* buffer, int64_t bytes) {
  auto& write = handle.Cast<WriteHandle>();
  auto status = write.output().Append({static_cast<const char*>(buffer), static_cast<size_t>(bytes)});
  if (!status.ok()) Fail(write.session(), std::move(status).error());
  return bytes;
}

int64_t LakeFileSystem::GetFileSize(duckdb::FileHandle& handle) {
  if (auto* read = dynamic_cast<ReadHandle*>(&handle)) return static_cast<int64_t>(read->file().bytes);
  return static_cast<int64_t>(handle.Cast<WriteHandle>().output().bytes());
}

duckdb::timestamp_t LakeFileSystem::GetLastModifiedTime(duckdb::FileHandle&) {
  return duckdb::timestamp_t(1);  // Objects never change; any fixed finite time will do.
}

std::string LakeFileSystem::GetVersionTag(duckdb::FileHandle& handle) { return handle.GetPath(); }

void LakeFileSystem::Seek(duckdb::FileHandle& handle, duckdb::idx_t offset) {
  handle.Cast<ReadHandle>().position = offset;
}

duckdb::idx_t LakeFileSystem::SeekPosition(duckdb::FileHandle& handle) {
  if (auto* read = dynamic_cast<ReadHandle*>(&handle)) return read->position;
  return handle.Cast<WriteHandle>().output().bytes();
}

bool LakeFileSystem::DirectoryExists(const std::string& path,
                                     duckdb::optional_ptr<duckdb::FileOpener> opener) {
  return !IsLakePath(path) && LocalFor(path, opener).DirectoryExists(path, opener);
}

void LakeFileSystem::CreateDirectory(const std::string& path,
                                     duckdb::optional_ptr<duckdb::FileOpener> opener) {
  LocalFor(path, opener).CreateDirectory(path, opener);
}

void LakeFileSystem::RemoveDirectory(const std::string& path,
                                     duckdb::optional_ptr<duckdb::FileOpener> opener) {
  LocalFor(path, opener).RemoveDirectory(path, opener);
}

bool LakeFileSystem::ListFiles(const std::string& path,
                               const std::function<void(const std::string&, bool)>& callback,
                               duckdb::FileOpener* opener) {
  return LocalFor(path, opener).ListFiles(path, callback, opener);
}

void LakeFileSystem::MoveFile(const std::string& source, const std::string& target,
                              duckdb::optional_ptr<duckdb::FileOpener> opener) {
  LocalFor(target, opener);
  LocalFor(source, opener).MoveFile(source, target, opener);
}

bool LakeFileSystem::IsPipe(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) {
  return !IsLakePath(path) && LocalFor(path, opener).IsPipe(path, opener);
}

void LakeFileSystem::RemoveFile(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) {
  LocalFor(path, opener).RemoveFile(path, opener);
}

bool LakeFileSystem::TryRemoveFile(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) {
  if (path == OutputFile::kEnginePath) return false;  // COPY tidies up after itself; there is nothing to see.
  return LocalFor(path, opener).TryRemoveFile(path, opener);
}

duckdb::FileSystem& LakeFileSystem::LocalFor(std::string_view path,
                                             duckdb::optional_ptr<duckdb::FileOpener> opener) {
  const auto context = duckdb::FileOpener::TryGetClientContext(opener);
  if (context || IsLakePath(path)) {
    const auto session = SessionOf(opener);
    Refuse(session.get(), path);
  }
  return *local_;
}

}  // namespace lake::engine
