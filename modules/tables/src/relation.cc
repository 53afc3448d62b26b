#include "lake/tables/relation.h"

#include <algorithm>
#include <memory>

#include "lake/engine/engine.h"

namespace lake::tables {
namespace {

using catalog::Column;
using catalog::DataFile;
using catalog::Schema;
using engine::QuoteIdentifier;
using engine::QuoteText;
using FileRefs = std::vector<std::shared_ptr<const DataFile>>;

std::string ColumnList(const std::vector<Column>& columns) {
  std::string list;
  for (const Column& column : columns) list += (list.empty() ? "" : ", ") + QuoteIdentifier(column.name);
  return list;
}

/// Files written under other schemas find their columns by field id: renamed ones under the new name, absent
/// ones as NULL. Files of this very schema need no mapping, and the engine prunes and reads them at full
/// speed by name.
std::string SchemaMap(const std::vector<Column>& columns) {
  std::string map;
  for (const Column& column : columns)
    map += fmt::format("{}{}: {{name: {}, type: {}, default_value: NULL}}", map.empty() ? "" : ", ",
                       column.field_id, QuoteText(column.name), QuoteText(column.type));
  return fmt::format(", schema = MAP {{{}}}", map);
}

std::string NoRows(const std::vector<Column>& columns) {
  std::string list;
  for (const Column& column : columns)
    list += fmt::format("{}CAST(NULL AS {}) AS {}", list.empty() ? "" : ", ", column.type,
                        QuoteIdentifier(column.name));
  return fmt::format("SELECT {} WHERE false", list);
}

Result<std::vector<engine::ScanFile>> ScanFiles(const storage::BucketRegistry& buckets,
                                                const FileRefs& files) {
  std::vector<engine::ScanFile> scan;
  scan.reserve(files.size());
  for (const auto& file : files) {
    LAKE_ASSIGN_OR_RETURN(std::shared_ptr<storage::ObjectStore> store,
                          buckets.Find(storage::BucketName(file->bucket)));
    LAKE_ASSIGN_OR_RETURN(storage::ObjectKey key, storage::ObjectKey::Parse(file->key));
    scan.push_back({.path = file->bucket + "/" + file->key,
                    .store = std::move(store),
                    .key = std::move(key),
                    .bytes = file->bytes,
                    .rows = file->rows});
  }
  return scan;
}

/// ANTI JOIN keeps rows whose key is NULL, which NOT IN would lose. The barrier keeps what is written around
/// the relation from running on the rows that are gone.
std::string WithoutTombstones(const std::string& scan, const Schema& schema, const catalog::Dataset& dataset,
                              engine::ReadSet& read_set) {
  const Column* key = schema.Find(dataset.tombstones->row_key_column);
  if (key == nullptr) return scan;  // The column did not exist yet at this version: no row has such a key.
  auto values = std::make_shared<std::vector<std::string>>();
  values->reserve(dataset.tombstones->tombstones.size());
  for (const catalog::Tombstone& tombstone : dataset.tombstones->tombstones)
    values->push_back(tombstone.row_key_value);
  std::string name = read_set.AddValues(std::move(values));
  return fmt::format(
      "(SELECT {} FROM {} AS lake_rows ANTI JOIN {} AS lake_gone ON CAST(lake_rows.{} AS VARCHAR) = "
      "lake_gone.value) AS lake_left WHERE {}",
      ColumnList(schema.columns), scan, QuoteIdentifier(name), QuoteIdentifier(key->name),
      engine::kRowBarrier);
}

/// A key column that was renamed is found by its field id in older schemas.
Result<const Schema*> ReadableSchema(const catalog::Dataset& dataset, catalog::Version at) {
  if (!dataset.ExistsAt(at))
    return NotFound("dataset_not_found", "dataset '{}' did not exist at version {}", dataset.name, at.number);
  return &dataset.SchemaAt(at);
}

}  // namespace

Result<Relation> CompileRelation(const storage::BucketRegistry& buckets, const catalog::Dataset& dataset,
                                 catalog::Version at, engine::ReadSet& read_set) {
  LAKE_ASSIGN_OR_RETURN(const Schema* schema, ReadableSchema(dataset, at));
  FileRefs files = dataset.FilesAt(at);
  Relation relation{.select = {}, .columns = schema->columns, .rows_at_most = dataset.RowsAt(at)};
  if (files.empty()) {
    relation.select = NoRows(schema->columns);
    return relation;
  }
  for (const auto& file : files)
    if (file->kind == catalog::FileKind::kDelete)
      return Unimplemented("delete_files",
                           "dataset '{}' has positional deletes, which this version cannot read",
                           dataset.name);
  const bool one_schema = std::ranges::all_of(
      files, [&](const auto& file) { return file->schema_id == schema->id && !file->field_ids; });
  LAKE_ASSIGN_OR_RETURN(std::vector<engine::ScanFile> scan_files, ScanFiles(buckets, files));
  std::string path = read_set.AddScan(std::move(scan_files));
  std::string scan =
      fmt::format("read_parquet({}{})", QuoteText(path), one_schema ? "" : SchemaMap(schema->columns));
  if (dataset.tombstones != nullptr && !dataset.tombstones->tombstones.empty())
    scan = WithoutTombstones(scan, *schema, dataset, read_set);
  relation.select = fmt::format("SELECT {} FROM {}", ColumnList(schema->columns), scan);
  return relation;
}

}  // namespace lake::tables
