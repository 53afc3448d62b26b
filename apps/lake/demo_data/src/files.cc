#include "lake/demo_data/files.h"

#include <fmt/format.h>

#include <optional>
#include <system_error>
#include <utility>

#include "company.h"
#include "generator.h"
#include "manifest.h"
#include "whole_file.h"

namespace lake::demo_data {
namespace {

// Writes or keeps the files of one folder.
class Folder {
 public:
  Folder(const WriteOptions& options, RowCounts rows)
      : options_(options),
        rows_(rows),
        manifest_path_(options.directory / kManifestName),
        previous_(ReadManifest(manifest_path_, options.scale)) {}

  Result<GeneratedFiles> Complete() {
    GeneratedFiles generated{.manifest = manifest_path_, .files = {}};
    for (Table table : kTables) {
      LAKE_RETURN_IF_ERROR(CheckCancelled());
      std::optional<GeneratedFile> kept = Keep(table);
      if (!kept) {
        LAKE_ASSIGN_OR_RETURN(kept, Write(table));
      }
      generated.files.push_back(*std::move(kept));
    }
    LAKE_RETURN_IF_ERROR(WriteManifestFor(generated));
    return generated;
  }

 private:
  static std::string FileName(Table table) { return fmt::format("{}.csv", TableName(table)); }

  Status CheckCancelled() const {
    if (options_.cancel.cancelled()) return options_.cancel.error();
    return {};
  }

  void Report(Table table, int64_t rows) {
    rows_done_ += rows;
    if (options_.progress)
      options_.progress({.table = table, .rows_done = rows_done_, .rows_total = rows_.total()});
  }

  std::optional<GeneratedFile> Keep(Table table) {
    const ManifestFile* known = previous_ ? previous_->Find(FileName(table)) : nullptr;
    if (known == nullptr) return std::nullopt;
    GeneratedFile file{.table = table,
                       .path = options_.directory / FileName(table),
                       .rows = rows_.Of(table),
                       .bytes = known->bytes,
                       .sha256 = known->sha256,
                       .origin = Origin::kReused};
    if (!FileMatches(file.path, file.bytes, file.sha256)) return std::nullopt;
    Report(table, file.rows);
    return file;
  }

  // The company is founded when the first file needs it; when all are there, never.
  Result<const Company*> TheCompany() {
    if (!company_) {
      LAKE_ASSIGN_OR_RETURN(company_, FoundCompany(options_.scale));
    }
    return &*company_;
  }

  Result<GeneratedFile> Write(Table table) {
    LAKE_ASSIGN_OR_RETURN(const Company* company, TheCompany());
    GeneratedFile file{.table = table, .path = options_.directory / FileName(table), .rows = rows_.Of(table)};
    LAKE_ASSIGN_OR_RETURN(WholeFile whole, WholeFile::Create(file.path));
    auto sink = [&](std::string_view bytes, int64_t rows) -> Status {
      LAKE_RETURN_IF_ERROR(CheckCancelled());
      LAKE_RETURN_IF_ERROR(whole.Append(bytes));
      Report(table, rows);
      return {};
    };
    LAKE_RETURN_IF_ERROR(GenerateTable(*company, table, options_.threads, sink));
    LAKE_RETURN_IF_ERROR(whole.Publish());
    file.bytes = whole.bytes();
    file.sha256 = whole.FinishSha256();
    return file;
  }

  Status WriteManifestFor(const GeneratedFiles& generated) {
    Manifest manifest = ManifestFor(options_.scale);
    for (const GeneratedFile& file : generated.files)
      manifest.files.push_back(
          {.name = FileName(file.table), .rows = file.rows, .bytes = file.bytes, .sha256 = file.sha256});
    LAKE_ASSIGN_OR_RETURN(WholeFile whole, WholeFile::Create(manifest_path_));
    LAKE_RETURN_IF_ERROR(whole.Append(WriteManifest(manifest)));
    return whole.Publish();
  }

  const WriteOptions& options_;
  const RowCounts rows_;
  const std::filesystem::path manifest_path_;
  const std::optional<Manifest> previous_;
  std::optional<Company> company_;
  int64_t rows_done_ = 0;
};

}  // namespace

Result<GeneratedFiles> WriteAll(const WriteOptions& options) {
  LAKE_ASSIGN_OR_RETURN(RowCounts rows, CountRows(options.scale));
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error)
    return Unavailable("demo_data_not_written", "cannot create the folder for the sample data: {}",
                       error.message());
  return Folder(options, rows).Complete();
}

}  // namespace lake::demo_data
