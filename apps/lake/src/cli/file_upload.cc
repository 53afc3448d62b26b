#include "file_upload.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

namespace lake::app {
namespace {

struct DescriptorCloser {
  void operator()(int* descriptor) const {
    ::close(*descriptor);
    delete descriptor;
  }
};

Result<BodySource> OpenSource(const std::string& path, const JobProgress& progress) {
  std::shared_ptr<int> descriptor(new int(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), DescriptorCloser());
  struct stat status{};
  if (*descriptor < 0 || ::fstat(*descriptor, &status) != 0)
    return NotFound("file_not_found", "cannot read the file: {}", std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode)) return InvalidArgument("not_a_file", "it is no regular file");
  const auto length = static_cast<uint64_t>(status.st_size);
  auto sent = std::make_shared<uint64_t>(0);
  return BodySource{.length = length, .read = [=](std::span<char> buffer) -> Result<size_t> {
                      const ssize_t count = ::read(*descriptor, buffer.data(), buffer.size());
                      if (count < 0)
                        return Internal("read_failed", "reading the file failed: {}",
                                        std::generic_category().message(errno));
                      *sent += static_cast<uint64_t>(count);
                      progress(*sent, length, "bytes");
                      return static_cast<size_t>(count);
                    }};
}

std::string UploadPath(const FileUpload& upload) {
  std::string path = "/ingest/file?mode=" + UrlEncode(upload.mode) +
                     "&file_name=" + UrlEncode(std::filesystem::path(upload.path).filename().string());
  if (!upload.dataset.empty()) path += "&name=" + UrlEncode(upload.dataset);
  if (!upload.bucket.empty()) path += "&bucket=" + UrlEncode(upload.bucket);
  return path;
}

}  // namespace

Result<JsonValue> UploadFile(Rest& rest, const FileUpload& upload, const JobProgress& progress) {
  LAKE_ASSIGN_OR_RETURN(BodySource source, OpenSource(upload.path, progress));
  HttpRequest request{
      .method = "POST", .path = UploadPath(upload), .headers = rest.headers(), .source = std::move(source)};
  request.headers.emplace_back("Content-Type", "text/csv");
  LAKE_ASSIGN_OR_RETURN(HttpResponse response, rest.client().Send(rest.context(), request));
  if (response.status >= 400) return ProblemToError(response);
  LAKE_ASSIGN_OR_RETURN(JsonValue answer, ParseJson(response.body));
  if (response.status != 202) return answer;
  return FollowJob(rest, answer.FindString("id"), progress);
}

}  // namespace lake::app
