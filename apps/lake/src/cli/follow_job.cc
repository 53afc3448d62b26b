#include "follow_job.h"

#include <chrono>
#include <thread>

#include "terminal.h"

namespace lake::app {
namespace {

constexpr std::chrono::milliseconds kPollInterval{200};  // How often a job is asked for its progress.

void CancelJob(Rest& rest, const std::string& job_path) {
  // The interrupted context cannot send any more; this request has its own.
  HttpRequest request{.method = "DELETE", .path = job_path, .headers = rest.headers()};
  static_cast<void>(
      rest.client().Send(Context{.deadline = Deadline::After(std::chrono::seconds(5))}, request).ok());
}

}  // namespace

Result<JsonValue> FollowJob(Rest& rest, std::string_view id, const JobProgress& progress) {
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

Result<JsonValue> FollowJobWithBar(Rest& rest, std::string_view id, const std::string& label) {
  ProgressBar bar(label);
  return FollowJob(rest, id, [&](uint64_t done, std::optional<uint64_t> total, std::string_view unit) {
    bar.Show(done, total, unit);
  });
}

}  // namespace lake::app
