#include "csv_ingest.h"

#include <algorithm>
#include <future>
#include <utility>

#include "counting_store.h"
#include "early_look.h"
#include "lake/common/json_io.h"
#include "lake/tables/dataset_service.h"

namespace lake::ingest {
namespace {

/// Looked at before anything is written: most files whole, and of others enough that a second writing is
/// rare.
constexpr uint64_t kFirstScanBytes = 8u << 20;

int32_t HighestFieldId(const catalog::Dataset& dataset) {
  int32_t highest = 0;
  for (const catalog::Schema& schema : dataset.schemas)
    for (const catalog::Column& column : schema.columns) highest = std::max(highest, column.field_id);
  return highest;
}

/// The files of one source have its digest; a replaced dataset is a duplicate only when nothing else is in
/// it.
bool AllLiveFilesFrom(const catalog::Dataset& dataset, catalog::Version at, const std::string& sha256) {
  auto files = dataset.FilesAt(at);
  return !files.empty() &&
         std::ranges::all_of(files, [&](const auto& file) { return file->source_sha256 == sha256; });
}
bool AnyLiveFileFrom(const catalog::Dataset& dataset, catalog::Version at, const std::string& sha256) {
  return std::ranges::any_of(dataset.FilesAt(at),
                             [&](const auto& file) { return file->source_sha256 == sha256; });
}

/// What the commit stored, of this transaction or of the earlier one with its key.
Result<IngestResult> ResultOf(const catalog::CommitOutcome& outcome) {
  LAKE_ASSIGN_OR_RETURN(IngestResult result, FromJson<IngestResult>(outcome.result, Reading::kTolerant));
  result.version = outcome.version.number;
  return result;
}

std::vector<engine::ParquetColumn> ParquetColumns(const std::vector<catalog::Column>& columns) {
  std::vector<engine::ParquetColumn> list;
  for (const catalog::Column& column : columns)
    list.push_back({.name = column.name, .field_id = column.field_id});
  return list;
}

}  // namespace

std::string CsvIngest::NewId() { return parts_.random.NextUuid(parts_.clock.Now().micros / 1000); }

std::string CsvIngest::Fingerprint() const {
  return fmt::format("{} {} {}", NameOf(file_.mode), file_.dataset, upload_.sha256);
}

Result<std::optional<IngestResult>> CsvIngest::FindEarlierOutcome() const {
  if (!file_.idempotency_key) return std::optional<IngestResult>();
  LAKE_ASSIGN_OR_RETURN(std::optional<catalog::CommitOutcome> outcome,
                        snapshot_->FindOutcome(*file_.idempotency_key, Fingerprint()));
  if (!outcome) return std::optional<IngestResult>();
  LAKE_ASSIGN_OR_RETURN(IngestResult result, ResultOf(*outcome));
  return std::optional(std::move(result));
}

Status CsvIngest::FindTarget() {
  existing_ = snapshot_->FindDatasetByName(file_.dataset);
  if (existing_ != nullptr && file_.mode == IngestMode::kCreate)
    return AlreadyExists("dataset_exists", "dataset '{}' exists already", existing_->name);
  if (existing_ == nullptr && file_.mode == IngestMode::kAppend)
    return tables::DatasetService::Find(*snapshot_, file_.dataset).error();
  existing_rejects_ = snapshot_->FindDatasetByName(RejectsDatasetName(file_.dataset));
  dataset_id_ = existing_ != nullptr ? existing_->id : catalog::DatasetId(NewId());
  rejects_id_ = existing_rejects_ != nullptr ? existing_rejects_->id : catalog::DatasetId(NewId());
  bucket_ = existing_ ? existing_->bucket : file_.bucket;
  LAKE_ASSIGN_OR_RETURN(store_, parts_.buckets.Find(storage::BucketName(bucket_)));
  return {};
}

bool CsvIngest::IsDuplicate() const {
  if (existing_ == nullptr) return false;
  return file_.mode == IngestMode::kReplace
             ? AllLiveFilesFrom(*existing_, snapshot_->version(), upload_.sha256)
             : AnyLiveFileFrom(*existing_, snapshot_->version(), upload_.sha256);
}

Result<SchemaChoice> CsvIngest::ChooseSchema(const engine::CsvDialect& dialect) const {
  if (existing_ == nullptr) return ChooseNew(dialect);
  if (file_.mode == IngestMode::kReplace)
    return ChooseReplace(dialect, existing_->schema(), HighestFieldId(*existing_));
  return ChooseAppend(dialect, existing_->schema());
}

Result<CsvIngest::Sniffed> CsvIngest::Sniff(const engine::ScanFile& source) const {
  Sniffed sniffed;
  if (upload_.early_look != nullptr && upload_.early_look->dialect()) {
    sniffed.dialect = *upload_.early_look->dialect();
  } else {
    LAKE_ASSIGN_OR_RETURN(sniffed.dialect, parts_.engine.SniffCsv(request_.context, source));
  }
  LAKE_RETURN_IF_ERROR(CheckHeader(sniffed.dialect));
  LAKE_ASSIGN_OR_RETURN(sniffed.choice, ChooseSchema(sniffed.dialect));
  sniffed.rules = RulesOf(sniffed.dialect, sniffed.choice);
  return sniffed;
}

Result<CsvIngest::FilePlan> CsvIngest::Plan(const Sniffed& sniffed,
                                            const std::vector<ColumnFacts>& facts) const {
  engine::CsvDialect dialect = sniffed.dialect;
  FilePlan plan{.choice = sniffed.choice, .select = {}};
  if (existing_ != nullptr && file_.mode != IngestMode::kReplace) {
    LAKE_RETURN_IF_ERROR(CheckTypesKeepCells(dialect, plan.choice, facts));
  } else {
    WidenTypes(facts, &dialect);
    LAKE_ASSIGN_OR_RETURN(plan.choice, ChooseSchema(dialect));
  }
  plan.select = SelectRows(dialect, plan.choice, facts,
                           {.path = scan_path_,
                            .rejects_table = std::string(kRejectsTable),
                            .rejects_scans = std::string(kRejectScansTable),
                            .rejects_limit = parts_.options.max_rejected_rows + 1});
  return plan;
}

Result<catalog::DataFile> CsvIngest::WriteRows(engine::Session& session, const std::string& select,
                                               const std::vector<catalog::Column>& columns,
                                               const catalog::DatasetId& id, int32_t schema_id) {
  catalog::DataFile file;
  file.id = catalog::FileId(NewId());
  file.bucket = bucket_;
  file.key = fmt::format("data/{}/{}.parquet", id.value(), file.id.value());
  LAKE_ASSIGN_OR_RETURN(storage::ObjectKey key, storage::ObjectKey::Parse(file.key));
  LAKE_ASSIGN_OR_RETURN(
      engine::WrittenFile written,
      session.WriteParquet(select,
                           {.store = store_, .key = std::move(key), .columns = ParquetColumns(columns)}));
  file.rows = written.rows;
  file.bytes = written.bytes;
  file.checksum = std::move(written.checksum);
  file.schema_id = schema_id;
  file.source_sha256 = upload_.sha256;
  return file;
}

Status CsvIngest::WriteRejects(engine::Session& session) {
  LAKE_ASSIGN_OR_RETURN(rejects_, SummarizeRejects(session));
  LAKE_RETURN_IF_ERROR(JudgeRejects(rejects_, rows_file_->rows, parts_.options));
  if (rejects_.rows == 0) return {};
  if (existing_rejects_ != nullptr && existing_rejects_->schema().columns != RejectsColumns())
    return FailedPrecondition("schema_mismatch",
                              "rows were rejected, and '{}' is no table of rejects; rename it",
                              existing_rejects_->name);
  const int32_t schema_id = existing_rejects_ != nullptr ? existing_rejects_->schema().id : 1;
  LAKE_ASSIGN_OR_RETURN(catalog::DataFile file, WriteRows(session, SelectRejects(file_.file_name),
                                                          RejectsColumns(), rejects_id_, schema_id));
  rejects_file_ = std::move(file);
  return {};
}

void CsvIngest::AppendDatasetActions(const SchemaChoice& choice, catalog::Transaction* transaction) const {
  if (existing_ == nullptr) {
    transaction->actions.emplace_back(
        catalog::CreateDataset{.dataset = dataset_id_,
                               .name = file_.dataset,
                               .bucket = bucket_,
                               .columns = choice.columns,
                               .metadata = JsonValue::MakeObject({{"source_system", "file"},
                                                                  {"source_name", file_.file_name},
                                                                  {"created_by", request_.caller.name}})});
  } else {
    transaction->read_set.push_back(
        {.dataset = dataset_id_, .schema_id = existing_->schema().id, .files = {}});
    if (file_.mode == IngestMode::kReplace)
      transaction->actions.emplace_back(catalog::RemoveAllFiles{.dataset = dataset_id_});
    if (choice.change == SchemaChoice::Change::kReplaced)
      transaction->actions.emplace_back(catalog::SetSchema{
          .dataset = dataset_id_, .expected_schema_id = existing_->schema().id, .columns = choice.columns});
  }
  transaction->actions.emplace_back(catalog::AddFiles{.dataset = dataset_id_, .files = {*rows_file_}});
}

void CsvIngest::AppendRejectActions(catalog::Transaction* transaction) const {
  if (!rejects_file_) return;
  if (existing_rejects_ == nullptr)
    transaction->actions.emplace_back(catalog::CreateDataset{.dataset = rejects_id_,
                                                             .name = RejectsDatasetName(file_.dataset),
                                                             .bucket = bucket_,
                                                             .columns = RejectsColumns(),
                                                             .metadata = RejectsMetadata(file_.dataset)});
  transaction->actions.emplace_back(catalog::AddFiles{.dataset = rejects_id_, .files = {*rejects_file_}});
}

catalog::Transaction CsvIngest::MakeTransaction(const SchemaChoice& choice) const {
  catalog::Transaction transaction;
  transaction.operation = file_.mode == IngestMode::kReplace ? "replace" : "ingest";
  transaction.actor = request_.caller.name;
  transaction.idempotency_key = file_.idempotency_key;
  transaction.request_fingerprint = Fingerprint();
  AppendDatasetActions(choice, &transaction);
  AppendRejectActions(&transaction);
  return transaction;
}

Result<IngestResult> CsvIngest::Commit(const SchemaChoice& choice) {
  IngestResult result{.dataset = existing_ ? existing_->name : file_.dataset,
                      .rows = rows_file_->rows,
                      .columns = choice.columns.size(),
                      .bytes = upload_.bytes,
                      .rejected_rows = rejects_.rows};
  if (rejects_file_) result.rejects_dataset = RejectsDatasetName(file_.dataset);
  catalog::Transaction transaction = MakeTransaction(choice);
  transaction.result = ToJson(result);
  Result<catalog::CommitOutcome> outcome = parts_.catalog.Commit(request_.context, std::move(transaction));
  if (!outcome.ok()) {
    // When nobody knows whether the commit happened, the files it may name must stay.
    if (!outcome.error().Is("commit_outcome_unknown")) DeleteWrittenFiles();
    return std::move(outcome).error();
  }
  if (outcome->kind == catalog::CommitOutcome::Kind::kReplayed) DeleteWrittenFiles();
  return ResultOf(*outcome);
}

/// Best effort: what stays is named by no commit and is collected later.
void CsvIngest::DeleteWrittenFiles() {
  for (std::optional<catalog::DataFile>* file : {&rows_file_, &rejects_file_}) {
    if (!*file) continue;
    Result<storage::ObjectKey> key = storage::ObjectKey::Parse((*file)->key);
    if (key.ok()) static_cast<void>(store_->Delete(Context{}, *key).ok());
    file->reset();
  }
}

Result<IngestResult> CsvIngest::Attempt() {
  snapshot_ = parts_.catalog.snapshot();
  LAKE_ASSIGN_OR_RETURN(std::optional<IngestResult> earlier, FindEarlierOutcome());
  if (earlier) return *std::move(earlier);
  LAKE_RETURN_IF_ERROR(FindTarget());
  if (IsDuplicate())
    return IngestResult{.dataset = existing_->name,
                        .version = snapshot_->version().number,
                        .columns = existing_->schema().columns.size(),
                        .bytes = upload_.bytes,
                        .deduplicated = true};

  LAKE_ASSIGN_OR_RETURN(storage::ObjectKey upload_key, storage::ObjectKey::Parse(upload_.key));
  const engine::ScanFile source = {
      .path = upload_.key, .store = upload_.store, .key = upload_key, .bytes = upload_.bytes};
  engine::ScanFile counted = source;
  counted.store = MakeCountingStore(upload_.store, [this](uint64_t bytes) { OnRead(bytes); });
  scan_path_ = read_set_.AddScan({counted});
  LAKE_ASSIGN_OR_RETURN(const FilePlan plan, WriteFile(source));
  return Commit(plan.choice);
}

/// A sample says how the file is to be read, and a look at every cell what that would lose. Of a large file
/// the rest is looked at while it is being written: what is found there is rare and costs a second time.
Result<CsvIngest::FilePlan> CsvIngest::WriteFile(const engine::ScanFile& source) {
  LAKE_ASSIGN_OR_RETURN(const Sniffed sniffed, Sniff(source));
  auto scan = [&](uint64_t most_bytes) {
    return ScanCells(request_.context, source, sniffed.dialect, sniffed.rules, most_bytes);
  };
  LAKE_ASSIGN_OR_RETURN(const std::vector<ColumnFacts> first_facts, scan(kFirstScanBytes));
  LAKE_ASSIGN_OR_RETURN(FilePlan plan, Plan(sniffed, first_facts));
  if (source.bytes <= kFirstScanBytes) {
    LAKE_RETURN_IF_ERROR(Write(plan));
    return plan;
  }
  std::future<Result<std::vector<ColumnFacts>>> rest = std::async(std::launch::async, scan, UINT64_MAX);
  Status written = Write(plan);
  const Result<std::vector<ColumnFacts>> facts = rest.get();
  Result<FilePlan> better = facts.ok() ? Plan(sniffed, *facts) : Result<FilePlan>(facts.error());
  if (better.ok() && better->select == plan.select) {
    LAKE_RETURN_IF_ERROR(written);
    return plan;
  }
  if (written.ok()) DeleteWrittenFiles();
  if (better.ok()) LAKE_RETURN_IF_ERROR(Write(*better));
  return better;
}

/// Leaves no file behind when it fails.
Status CsvIngest::Write(const FilePlan& plan) {
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<engine::Session> session,
                        parts_.engine.StartSession(request_.context, read_set_));
  const int32_t schema_id = existing_ == nullptr ? 1
                            : plan.choice.change == SchemaChoice::Change::kReplaced
                                ? existing_->schema().id + 1
                                : existing_->schema().id;
  LAKE_ASSIGN_OR_RETURN(rows_file_,
                        WriteRows(*session, plan.select, plan.choice.columns, dataset_id_, schema_id));
  Status rejects = WriteRejects(*session);
  if (rejects.ok() && rows_file_->rows == 0)
    rejects = InvalidArgument("no_rows", "the file has a header and no rows");
  if (!rejects.ok()) DeleteWrittenFiles();
  return rejects;
}

void CsvIngest::OnRead(uint64_t bytes) {
  progress_(std::min(read_bytes_.fetch_add(bytes) + bytes, upload_.bytes), upload_.bytes);
}

}  // namespace lake::ingest
