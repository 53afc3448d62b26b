#include "whole_file.h"

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace lake::demo_data {
namespace {

constexpr size_t kReadBytes = 1 << 20;

Error NotWritten(const std::filesystem::path& path, int system_error) {
  std::string cause = std::generic_category().message(system_error);
  if (system_error == ENOSPC)
    return ResourceExhausted("disk_full", "no space left for the sample data ({})", path.filename().string())
        .WithCause(std::move(cause));
  return Unavailable("demo_data_not_written", "cannot write {}: {}", path.filename().string(), cause);
}

}  // namespace

Result<WholeFile> WholeFile::Create(std::filesystem::path path) {
  std::filesystem::path part = path;
  part += ".part";
  std::unique_ptr<std::FILE, Close> file(std::fopen(part.c_str(), "wb"));
  if (file == nullptr) return NotWritten(path, errno);
  std::setvbuf(file.get(), nullptr, _IONBF, 0);  // Our pieces are large already.
  return WholeFile(std::move(path), std::move(part), std::move(file));
}

WholeFile::WholeFile(std::filesystem::path path, std::filesystem::path part,
                     std::unique_ptr<std::FILE, Close> file)
    : path_(std::move(path)), part_(std::move(part)), file_(std::move(file)) {}

WholeFile::~WholeFile() {
  if (file_ == nullptr) return;
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
}

Status WholeFile::Append(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
    return NotWritten(path_, errno);
  digest_.Update(bytes);
  bytes_ += static_cast<int64_t>(bytes.size());
  return {};
}

Status WholeFile::Publish() {
  // A delayed write may fail only now.
  if (std::fclose(file_.release()) != 0) {
    int why = errno;
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
    return NotWritten(path_, why);
  }
  std::error_code error;
  std::filesystem::rename(part_, path_, error);
  if (error) return NotWritten(path_, error.value());
  return {};
}

bool FileMatches(const std::filesystem::path& path, int64_t bytes, std::string_view sha256) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) != static_cast<uintmax_t>(bytes) || error) return false;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) return false;
  Sha256 digest;
  std::vector<char> piece(kReadBytes);
  while (size_t read = std::fread(piece.data(), 1, piece.size(), file.get()))
    digest.Update(std::string_view(piece.data(), read));
  return std::ferror(file.get()) == 0 && digest.FinishHex() == sha256;
}

}  // namespace lake::demo_data
