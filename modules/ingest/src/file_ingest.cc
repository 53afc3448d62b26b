#include "lake/ingest/file_ingest.h"

#include <set>
#include <utility>

#include "csv_ingest.h"
#include "early_look.h"
#include "ingest_payload.h"
#include "lake/access/decision.h"
#include "lake/common/json_io.h"
#include "lake/tables/dataset_service.h"
#include "spool.h"

namespace lake::ingest {
namespace {

constexpr int kMaxAttempts =
    3;  // Two writers racing for one new dataset settle in two; more is a busy schema.
constexpr size_t kMaxDatasetName = 246;  // Leaves room for "__rejects".
constexpr size_t kMaxIdempotencyKey = 255;

class Service final : public FileIngest {
 public:
  Service(IngestParts parts, UploadStores uploads, Log& log, IngestOptions options)
      : options_(options),
        parts_{.catalog = parts.catalog,
               .engine = parts.engine,
               .buckets = parts.buckets,
               .clock = parts.clock,
               .random = parts.random,
               .options = options_},
        spool_(std::move(uploads), parts.clock, parts.random, options_),
        log_(log) {}

  const IngestOptions& options() const override { return options_; }

  Status Check(const access::Request& request, const FileRequest& file) const override {
    LAKE_RETURN_IF_ERROR(tables::CheckDatasetName(file.dataset));
    LAKE_RETURN_IF_ERROR(access::MayReach(request, file.dataset));
    if (file.dataset.size() > kMaxDatasetName)
      return InvalidArgument("bad_dataset_name", "the dataset's name is longer than {} bytes",
                             kMaxDatasetName);
    if (file.idempotency_key &&
        (file.idempotency_key->empty() || file.idempotency_key->size() > kMaxIdempotencyKey))
      return InvalidArgument("bad_idempotency_key", "an idempotency key has 1 to {} bytes",
                             kMaxIdempotencyKey);
    if (file.idempotency_key && request.snapshot->KnowsKey(*file.idempotency_key)) return {};
    const bool exists = request.snapshot->FindDatasetByName(file.dataset) != nullptr;
    if (exists && file.mode == IngestMode::kCreate)
      return AlreadyExists("dataset_exists", "dataset '{}' exists already", file.dataset);
    if (!exists && file.mode == IngestMode::kAppend)
      return access::FindDataset(request, file.dataset).error();
    LAKE_RETURN_IF_ERROR(tables::BucketForWriting(parts_.buckets, file.bucket));
    return {};
  }

  Result<Upload> Receive(const access::Request& request, ByteSource& source, UploadHold hold) override {
    std::shared_ptr<const EarlyLook> early_look;
    auto on_start = [&](std::string_view start) {
      if (hold == UploadHold::kWhileRequest && start.size() >= EarlyLook::kStartBytes)
        early_look = std::make_shared<EarlyLook>(request.context, parts_.engine, parts_.clock,
                                                 std::string(start.substr(0, EarlyLook::kStartBytes)));
    };
    LAKE_ASSIGN_OR_RETURN(Upload upload, spool_.Receive(request.context, source, hold, on_start));
    upload.early_look = std::move(early_look);
    return upload;
  }

  void Discard(const Upload& upload) override {
    Status discarded = spool_.Discard(Context{}, upload);
    if (!discarded.ok())
      log_.Warning("upload_not_discarded", {{"key", upload.key}, {"error", discarded.error().ToString()}});
  }

  Result<IngestResult> Run(const access::Request& request, const FileRequest& file, const Upload& upload,
                           const std::function<void(uint64_t done, uint64_t total)>& progress) override {
    Status last;
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
      Result<IngestResult> result = CsvIngest(parts_, request, file, upload, progress).Attempt();
      if (result.ok() || !MayBeARace(file, result.error())) return result;
      last = std::move(result).error();
    }
    return std::move(last).error();
  }

  jobs::JobKind Kind() override {
    return {
        .work = [this](jobs::JobRun& run) { return RunJob(run); },
        .cleanup =
            [this](const JsonValue& document) {
              Result<IngestPayload> payload = FromJson<IngestPayload>(document, Reading::kTolerant);
              if (payload.ok()) Discard(spool_.Recall(payload->upload_key, payload->bytes, payload->sha256));
            },
        .in_use = [this](const JsonValue& payload) { in_use_.emplace(payload.FindString("upload_key")); }};
  }

  JsonValue MakeJobPayload(const access::Request& request, const FileRequest& file,
                           const Upload& upload) const override {
    return ToJson(IngestPayload{.dataset = file.dataset,
                                .file_name = file.file_name,
                                .mode = file.mode,
                                .bucket = file.bucket,
                                .idempotency_key = file.idempotency_key,
                                .upload_key = upload.key,
                                .bytes = upload.bytes,
                                .sha256 = upload.sha256,
                                .caller = request.caller.name,
                                .role = request.caller.role});
  }

  Status CollectSpool(const Context& context) override { return spool_.Collect(context, in_use_); }

 private:
  /// Somebody made, dropped or changed the dataset between our look and our commit.
  static bool MayBeARace(const FileRequest& file, const Error& error) {
    if (error.Is(ErrorCode::kAborted)) return true;
    return error.Is("dataset_exists") && file.mode != IngestMode::kCreate;
  }

  Result<JsonValue> RunJob(jobs::JobRun& run) {
    LAKE_ASSIGN_OR_RETURN(IngestPayload payload, FromJson<IngestPayload>(run.payload(), Reading::kTolerant));
    // What the caller may do was asked before the job was accepted.
    access::Request request{.caller = {.name = payload.caller, .role = payload.role},
                            .role = nullptr,
                            .context = run.context(),
                            .snapshot = parts_.catalog.snapshot()};
    FileRequest file{.dataset = payload.dataset,
                     .file_name = payload.file_name,
                     .mode = payload.mode,
                     .bucket = payload.bucket,
                     .idempotency_key = payload.idempotency_key};
    // A job that is run again after a crash must find its own earlier commit.
    if (!file.idempotency_key) file.idempotency_key = "job-" + run.id().value();
    LAKE_ASSIGN_OR_RETURN(
        IngestResult result,
        Run(request, file, spool_.Recall(payload.upload_key, payload.bytes, payload.sha256),
            [&run](uint64_t done, uint64_t total) { run.ReportProgress(done, total, "bytes"); }));
    result.job_id = run.id().value();
    return ToJson(result);
  }

  const IngestOptions options_;
  const IngestParts parts_;
  Spool spool_;
  Log& log_;
  std::set<std::string>
      in_use_;  // Uploads of unfinished jobs; filled while the jobs are loaded, before anything runs.
};

}  // namespace

std::unique_ptr<FileIngest> FileIngest::Make(catalog::Catalog& catalog, engine::Engine& engine,
                                             const storage::BucketRegistry& buckets, UploadStores uploads,
                                             Clock& clock, RandomSource& random, Log& log,
                                             IngestOptions options) {
  const IngestOptions& given = options;
  return std::make_unique<Service>(IngestParts{.catalog = catalog,
                                               .engine = engine,
                                               .buckets = buckets,
                                               .clock = clock,
                                               .random = random,
                                               .options = given},
                                   std::move(uploads), log, options);
}

}  // namespace lake::ingest
