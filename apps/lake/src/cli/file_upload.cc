#include "file_upload.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>

namespace lake::app {
namespace {

constexpr std::chrono::milliseconds kPollInterval{200};  // How often a job is asked for its progress.

struct FileCloser {
  void operator()(int* descriptor) const {
    ::close(*descriptor);
    delete descriptor;
  }
};

Result<BodySource> OpenSource(const std::string& path, const UploadProgress& progress) {
  std::shared_ptr<int> descriptor(new int(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), FileCloser());
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

void CancelJob(Rest& rest, const std::string& job_path) {
  // The interrupted context cannot send any more; this request has its own.
  HttpRequest request{.method = "DELETE", .path = job_path, .headers = rest.headers()};
  static_cast<void>(
      rest.client().Send(Context{.deadline = Deadline::After(std::chrono::seconds(5))}, request).ok());
}

Result<JsonValue> FollowJob(Rest& rest, std::string_view id, const UploadProgress& progress) {
  const std::string path = "/jobs/" + UrlEncode(id);
  while (true) {
    Result<JsonValue> job = rest.Get(path);
    if (!job.ok()) {
      if (rest.context().cancel.cancelled()) CancelJob(rest, path);
      return std::move(job).error();
    }
    std::string_view state = job->FindString("state");
    if (state == "succeeded") {
      const JsonValue* result = job->Find("result");
      return result == nullptr ? JsonValue() : *result;
    }
    if (state == "failed" || state == "cancelled") {
      const JsonValue* error = job->Find("error");
      std::string code(error == nullptr ? "job_failed" : error->FindString("code"));
      std::string detail(error == nullptr ? "the job failed" : error->FindString("detail"));
      return Error(state == "cancelled" ? ErrorCode::kCancelled : ErrorCode::kInvalidArgument, code, detail);
    }
    if (const JsonValue* done = job->Find("progress"); done != nullptr && done->is_object()) {
      const JsonValue* units = done->Find("done");
      const JsonValue* total = done->Find("total");
      progress(units != nullptr && units->is_int() ? static_cast<uint64_t>(units->as_int()) : 0,
               total != nullptr && total->is_int() ? std::optional(static_cast<uint64_t>(total->as_int()))
                                                   : std::nullopt,
               done->FindString("unit"));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

}  // namespace

Result<JsonValue> UploadFile(Rest& rest, const FileUpload& upload, const UploadProgress& progress) {
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
