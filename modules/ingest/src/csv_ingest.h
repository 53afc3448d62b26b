// One CSV file into one dataset, from the sniffed first bytes to the commit.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "csv_plan.h"
#include "lake/ingest/file_ingest.h"
#include "rejects.h"

namespace lake::ingest {

using Progress = std::function<void(uint64_t done, uint64_t total)>;

/// What one attempt needs; all borrowed.
struct IngestParts {
  catalog::Catalog& catalog;
  engine::Engine& engine;
  const storage::BucketRegistry& buckets;
  Clock& clock;
  RandomSource& random;
  const IngestOptions& options;
};

class CsvIngest {
 public:
  CsvIngest(const IngestParts& parts, const access::Request& request, const FileRequest& file,
            const Upload& upload, const Progress& progress)
      : parts_(parts), request_(request), file_(file), upload_(upload), progress_(progress) {}

  /// One attempt against the newest snapshot. aborted/conflict means somebody changed the dataset meanwhile:
  /// try again.
  Result<IngestResult> Attempt();

 private:
  using DatasetRef = std::shared_ptr<const catalog::Dataset>;
  /// What the first bytes of the file say.
  struct Sniffed {
    engine::CsvDialect dialect;
    SchemaChoice choice;
    std::vector<CellRule> rules;
  };
  struct FilePlan {
    SchemaChoice choice;
    std::string select;
  };

  std::string Fingerprint() const;
  /// Of an earlier request with the same key.
  Result<std::optional<IngestResult>> FindEarlierOutcome() const;
  Status FindTarget();
  bool IsDuplicate() const;
  Result<SchemaChoice> ChooseSchema(const engine::CsvDialect& dialect) const;
  Result<Sniffed> Sniff(const engine::ScanFile& source) const;
  Result<FilePlan> Plan(const Sniffed& sniffed, const std::vector<ColumnFacts>& facts) const;
  Result<FilePlan> WriteFile(const engine::ScanFile& source);
  Status Write(const FilePlan& plan);
  Result<catalog::DataFile> WriteRows(engine::Session& session, const std::string& select,
                                      const std::vector<catalog::Column>& columns,
                                      const catalog::DatasetId& id, int32_t schema_id);
  Status WriteRejects(engine::Session& session);
  catalog::Transaction MakeTransaction(const SchemaChoice& choice) const;
  void AppendDatasetActions(const SchemaChoice& choice, catalog::Transaction* transaction) const;
  void AppendRejectActions(catalog::Transaction* transaction) const;
  Result<IngestResult> Commit(const SchemaChoice& choice);
  void DeleteWrittenFiles();
  void OnRead(uint64_t bytes);
  std::string NewId();

  const IngestParts& parts_;
  const access::Request& request_;
  const FileRequest& file_;
  const Upload& upload_;
  const Progress& progress_;

  catalog::SnapshotRef snapshot_;
  DatasetRef existing_;  // Null when the dataset is to be made.
  DatasetRef existing_rejects_;
  catalog::DatasetId dataset_id_;
  catalog::DatasetId rejects_id_;
  std::string bucket_;
  std::shared_ptr<storage::ObjectStore> store_;
  engine::ReadSet read_set_;
  std::string scan_path_;  ///< Of the upload in the read set.
  std::atomic<uint64_t> read_bytes_ = 0;
  std::optional<catalog::DataFile> rows_file_;
  std::optional<catalog::DataFile> rejects_file_;
  RejectSummary rejects_;
};

}  // namespace lake::ingest
