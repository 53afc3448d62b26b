// Files into datasets: bytes are spooled durably and hashed while they arrive, then read by the engine in
// constant memory, written as Parquet and committed once. The same bytes twice add no rows.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>

#include "lake/access/request.h"
#include "lake/catalog/catalog.h"
#include "lake/common/describe.h"
#include "lake/common/log.h"
#include "lake/common/random.h"
#include "lake/engine/engine.h"
#include "lake/jobs/job_service.h"
#include "lake/storage/bucket_registry.h"

namespace lake::ingest {

inline constexpr std::string_view kIngestFileJob = "ingest_file";

enum class IngestMode {
  kAuto,     ///< Create when new, append otherwise.
  kCreate,   ///< Error already_exists/dataset_exists when it is there.
  kAppend,   ///< Error not_found/dataset_not_found when it is not.
  kReplace,  ///< Its rows become those of the file; create when new.
};

struct IngestOptions {
  uint64_t async_bytes = 8u << 20;          ///< A larger file is answered with 202 and a job.
  uint64_t max_upload_bytes = 64ull << 30;  ///< Larger bodies are refused while they arrive.
  double max_rejected_fraction =
      0.1;  ///< More broken rows than this refuse the file: it is not what it seems.
  uint64_t max_rejected_rows = 1'000'000;  ///< Bounds the table of rejects of one file.
};

/// Bytes as they arrive; blocks until there are some.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills `buffer`; returns how many bytes, 0 only at the end.
  virtual Result<size_t> Read(std::span<char> buffer) = 0;
  /// How much is to come, as far as the sender says so: a hint.
  virtual std::optional<uint64_t> declared_bytes() const { return std::nullopt; }
};

struct FileRequest {
  std::string dataset;    ///< Dataset name.
  std::string file_name;  ///< As the client called it: for lineage and messages, never a path.
  IngestMode mode = IngestMode::kAuto;
  std::string bucket;                          ///< Where a new dataset's files go.
  std::optional<std::string> idempotency_key;  ///< The same key again gives the first outcome.
};

class EarlyLook;

/// A file that has arrived whole. Until it is ingested or discarded it is held in memory, or durably in the
/// spool.
struct Upload {
  std::shared_ptr<storage::ObjectStore> store;  ///< Where it is now.
  std::string key;
  uint64_t bytes = 0;
  std::string sha256;                           ///< Lower-case hex.
  std::shared_ptr<const EarlyLook> early_look;  ///< Of a large one that was not held for a job.
};

/// A job outlives the process, so its upload must too; an answer that waits needs no copy on disk.
enum class UploadHold {
  kWhileRequest,  ///< In memory up to async_bytes, beyond that in the scratch store; sniffed while it
                  ///< arrives.
  kWhileSmall,    ///< In memory up to async_bytes; a larger file is for a job, which sniffs it when it runs.
  kDurable,       ///< Synced.
};

/// Where uploads are until they are ingested.
struct UploadStores {
  std::shared_ptr<storage::ObjectStore> durable;
  std::shared_ptr<storage::ObjectStore> scratch;  ///< Need not outlive the process.
};

struct IngestResult {
  std::string dataset;
  uint64_t version = 0;
  uint64_t rows = 0;  ///< Added by this file.
  uint64_t columns = 0;
  uint64_t bytes = 0;  ///< Of the source.
  uint64_t rejected_rows = 0;
  std::optional<std::string> rejects_dataset;  ///< Table that holds them with line numbers and reasons.
  bool deduplicated = false;                   ///< The same bytes were ingested before; nothing was added.
  std::optional<std::string> job_id;
};

class FileIngest {
 public:
  /// What is left in the durable one of `uploads` without a job is removed by CollectSpool.
  static std::unique_ptr<FileIngest> Make(catalog::Catalog& catalog, engine::Engine& engine,
                                          const storage::BucketRegistry& buckets, UploadStores uploads,
                                          Clock& clock, RandomSource& random, Log& log,
                                          IngestOptions options);
  virtual ~FileIngest() = default;

  virtual const IngestOptions& options() const = 0;
  /// Checks the request before a byte is read: names, mode against the snapshot, bucket.
  virtual Status Check(const access::Request& request, const FileRequest& file) const = 0;
  /// Receives the body; what is for a job is durable on ok. Errors: invalid_argument/empty_file,
  /// resource_exhausted/upload_too_large, resource_exhausted/storage_full, those of the source. Nothing is
  /// left behind on error.
  virtual Result<Upload> Receive(const access::Request& request, ByteSource& source, UploadHold hold) = 0;
  virtual void Discard(const Upload& upload) = 0;
  /// Reads, writes and commits, all or nothing. Leaves the upload alone. `progress` is called from any thread
  /// with the source bytes read so far. Errors: invalid_argument/not_csv, /bad_header, /no_rows,
  /// /unterminated_quote, /too_many_rejected_rows, failed_precondition/schema_mismatch,
  /// already_exists/dataset_exists, not_found/dataset_not_found, those of a commit.
  virtual Result<IngestResult> Run(const access::Request& request, const FileRequest& file,
                                   const Upload& upload,
                                   const std::function<void(uint64_t done, uint64_t total)>& progress) = 0;

  /// The job kind kIngestFileJob: payload from MakeJobPayload of a durable upload; running it again after a
  /// crash gives the first outcome; its result is an IngestResult.
  virtual jobs::JobKind Kind() = 0;
  virtual JsonValue MakeJobPayload(const access::Request& request, const FileRequest& file,
                                   const Upload& upload) const = 0;
  /// Removes spooled files that no unfinished job names: what an upload left behind when the process died.
  /// Once, after the jobs were loaded and before serving.
  virtual Status CollectSpool(const Context& context) = 0;
};

}  // namespace lake::ingest

template <>
struct lake::DescribeEnum<lake::ingest::IngestMode> {
  using M = lake::ingest::IngestMode;
  static constexpr std::array kNames = {EnumName(M::kAuto, "auto"), EnumName(M::kCreate, "create"),
                                        EnumName(M::kAppend, "append"), EnumName(M::kReplace, "replace")};
};
template <>
struct lake::Describe<lake::ingest::IngestResult> {
  using T = lake::ingest::IngestResult;
  static constexpr std::string_view kName = "IngestResult";
  static constexpr auto kFields = std::tuple{
      Required("dataset", &T::dataset, "Dataset the rows are in."),
      Required("version", &T::version, "Catalog version that holds them."),
      Required("rows", &T::rows, "Rows added."),
      Required("columns", &T::columns, "Columns of the dataset."),
      Required("bytes", &T::bytes, "Bytes of the source."),
      Required("rejected_rows", &T::rejected_rows, "Rows that could not be read."),
      Optional("rejects_dataset", &T::rejects_dataset,
               "Dataset with the rejected rows, line numbers and reasons."),
      Required("deduplicated", &T::deduplicated, "The same bytes were ingested before; nothing was added."),
      Optional("job_id", &T::job_id, "Job that did it, when there was one.")};
};
