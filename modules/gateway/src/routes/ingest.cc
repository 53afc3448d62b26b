#include <algorithm>
#include <optional>

#include "ingest_request.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/ingest.h"
#include "lake/gateway/wire/job.h"
#include "lake/ingest/file_ingest.h"
#include "lake/jobs/job_service.h"
#include "media_type.h"
#include "multipart.h"
#include "waiting.h"

namespace lake::gateway {
namespace {

using access::Request;
using ingest::FileIngest;
using ingest::FileRequest;

/// The file inside an upload, whichever way it is wrapped.
class UploadSource final : public ingest::ByteSource {
 public:
  UploadSource(BodyReader& body, MultipartReader* form) : body_(body), form_(form) {}
  Result<size_t> Read(std::span<char> buffer) override {
    return form_ != nullptr ? form_->Read(buffer) : body_.Read(buffer);
  }
  std::optional<uint64_t> declared_bytes() const override { return body_.declared_length(); }

 private:
  BodyReader& body_;
  MultipartReader* const form_;
};

/// Room for the form around a file of the largest size.
constexpr uint64_t kFormBytes = 64u << 10;

Status CheckDeclaredLength(const BodyReader& body, uint64_t most) {
  if (body.declared_length().value_or(0) <= most + kFormBytes) return {};
  return ResourceExhausted("upload_too_large", "a file may have at most {} bytes", most);
}

/// The bucket the client wants to write to is not here (now): it may be later.
Error AsWriteError(Error error) {
  if (!error.Is("bucket_not_found")) return error;
  return Error(ErrorCode::kUnavailable, error.reason(), error.message());
}

Result<Answer> Accept(const Request& request, FileIngest& ingest, jobs::JobService& jobs,
                      const FileRequest& file, const ingest::Upload& upload) {
  Result<jobs::Job> job = jobs.Submit(request.context, std::string(ingest::kIngestFileJob),
                                      request.caller.name, ingest.MakeJobPayload(request, file, upload));
  if (!job.ok()) {
    // Nothing runs, unless nobody knows: then the file must stay for a job that may appear at the next start.
    if (!job.error().Is("outcome_unknown")) ingest.Discard(upload);
    return std::move(job).error();
  }
  Answer answer = JsonAnswer(202, *job);
  answer.head.headers = {{"Location", fmt::format("/jobs/{}", job->id.value())}};
  return answer;
}

ingest::UploadHold HoldFor(Waiting waiting) {
  switch (waiting) {
    case Waiting::kAsync:
      return ingest::UploadHold::kDurable;
    case Waiting::kWait:
      return ingest::UploadHold::kWhileRequest;
    case Waiting::kUnsaid:
      return ingest::UploadHold::kWhileSmall;
  }
  return ingest::UploadHold::kDurable;
}

Result<Answer> IngestFile(const Request& request, FileIngest& ingest, jobs::JobService& jobs,
                          const wire::IngestFile& wanted, const RequestHead& head, BodyReader& body) {
  LAKE_RETURN_IF_ERROR(CheckDeclaredLength(body, ingest.options().max_upload_bytes));
  std::optional<MultipartReader> form;
  MultipartFile part;
  if (MediaTypeOf(head.Find("content-type")) == "multipart/form-data") {
    LAKE_ASSIGN_OR_RETURN(const std::string boundary, MultipartReader::BoundaryOf(head.Find("content-type")));
    form.emplace(body, boundary);
    LAKE_ASSIGN_OR_RETURN(part, form->ReadHead());
    if (part.field != "file")
      return InvalidArgument("unexpected_part", "the form's one part must be named 'file', not '{}'",
                             part.field);
  }
  LAKE_ASSIGN_OR_RETURN(const FileRequest file, MakeFileRequest(wanted, head, part.file_name));
  if (Status status = ingest.Check(request, file); !status.ok())
    return AsWriteError(std::move(status).error());

  UploadSource source(body, form ? &*form : nullptr);
  const Waiting waiting = WaitingOf(head);
  LAKE_ASSIGN_OR_RETURN(const ingest::Upload upload, ingest.Receive(request, source, HoldFor(waiting)));
  const bool small = upload.bytes <= ingest.options().async_bytes;
  if (waiting == Waiting::kAsync || (waiting == Waiting::kUnsaid && !small))
    return Accept(request, ingest, jobs, file, upload);
  Result<ingest::IngestResult> result = ingest.Run(request, file, upload, [](uint64_t, uint64_t) {});
  ingest.Discard(upload);
  if (!result.ok()) return std::move(result).error();
  return JsonAnswer(200, *result);
}

}  // namespace

void AddIngestRoutes(Api& api, FileIngest& ingest, jobs::JobService& jobs) {
  api.AddUpload<wire::IngestFile>(
      {Method::kPost, "/ingest/file",
       "Put the rows of a CSV file into a dataset. Larger files, and those with Prefer: respond-async, are "
       "answered "
       "with a job; Prefer: wait waits.",
       Permission::kWrite},
      {.request = {"multipart/form-data", "text/csv"},
       .answers = {AnswerOf<ingest::IngestResult>(200, "The rows are in the dataset."),
                   AnswerOf<jobs::Job>(202,
                                       "The file has arrived; the job puts its rows into the dataset.")}},
      [&ingest, &jobs](const Request& request, const wire::IngestFile& wanted, const RequestHead& head,
                       BodyReader& body) {
        Result<Answer> answer = IngestFile(request, ingest, jobs, wanted, head, body);
        const Waiting waiting = WaitingOf(head);
        if (answer.ok() && waiting != Waiting::kUnsaid)
          answer->head.headers.push_back(
              {"Preference-Applied", waiting == Waiting::kAsync ? "respond-async" : "wait"});
        return answer;
      });
}

}  // namespace lake::gateway
