// Datasets and their tombstones over the wire.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/catalog/metadata.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/gateway/wire/list.h"

namespace lake::gateway::wire {

struct DatasetObject {
  std::string bucket;
  std::string key;
  uint64_t size = 0;
  uint64_t rows = 0;
  std::string checksum;
};

struct DatasetColumn {
  std::string name;
  std::string type;
  int32_t field_id = 0;
  std::optional<catalog::ColumnSensitivity> sensitivity;
  std::optional<std::string> rule;
  std::optional<std::string> description;
};

struct Dataset {
  std::string id;
  std::string name;
  std::string bucket;
  std::vector<DatasetObject> objects;
  std::vector<DatasetColumn> columns;
  std::string schema_fingerprint;
  std::optional<uint64_t> row_count;
  std::optional<std::string> description;
  std::optional<std::string> owner;
  std::vector<std::string> tags;
  std::optional<catalog::ColumnSensitivity> sensitivity;
  uint64_t version = 0;
  Timestamp created_at;
  Timestamp updated_at;
};

struct NewDatasetColumn {
  std::string name;
  std::string type;
};

struct CreateDataset {
  std::string name;
  std::vector<NewDatasetColumn> columns;
  std::string bucket = "primary";
};

/// "unclassified" takes the word back.
enum class NewSensitivity { kUnclassified, kPublic, kInternal, kPii, kFinancial, kRestricted };

struct ColumnMetadataPatch {
  std::optional<NewSensitivity> sensitivity;
  std::optional<std::string> description;
};

/// What is absent stays as it is; an empty text or list takes away.
struct PatchMetadata {
  std::string name;
  std::optional<std::string> description;
  std::optional<std::string> owner;
  std::optional<std::vector<std::string>> tags;
  std::optional<NewSensitivity> sensitivity;
  std::map<std::string, ColumnMetadataPatch> columns;
};

/// The dataset a path names.
struct NamedDataset {
  std::string name;
};

struct ListOfDataset {
  std::string name;
  uint32_t limit = kDefaultPage;
  std::optional<std::string> page_token;
};

struct DatasetVersion {
  uint64_t version = 0;
  Timestamp time;
  std::string operation;
  std::string actor;
  uint64_t rows = 0;
  uint64_t bytes = 0;
};

struct AddTombstones {
  std::string name;
  std::string row_key_column;
  std::vector<std::string> row_key_values;
  std::optional<std::string> actor;
  std::string reason;
};

struct Tombstone {
  std::string dataset;
  std::string row_key_column;
  std::string row_key_value;
  Timestamp deleted_at;
  std::string actor;
  std::string reason;
};

struct TombstonesAdded {
  uint64_t version = 0;
  std::vector<Tombstone> items;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::DatasetObject> {
  using T = lake::gateway::wire::DatasetObject;
  static constexpr std::string_view kName = "DatasetObject";
  static constexpr auto kFields = std::tuple{
      Required("bucket", &T::bucket, "Bucket it is in."), Required("key", &T::key, "Its key there."),
      Required("size", &T::size, "Bytes."), Required("rows", &T::rows, "Rows in it."),
      Required("checksum", &T::checksum, "sha256:<hex> of its bytes.")};
};
template <>
struct lake::Describe<lake::gateway::wire::DatasetColumn> {
  using T = lake::gateway::wire::DatasetColumn;
  static constexpr std::string_view kName = "DatasetColumn";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Column name."),
      Required("type", &T::type, "SQL type."),
      Required("field_id", &T::field_id, "Its number in this dataset, for ever."),
      Optional("sensitivity", &T::sensitivity, "How much harm its values do in wrong hands."),
      Optional("rule", &T::rule, "What the caller is shown of it, unless it is all: mask, hash or null."),
      Optional("description", &T::description, "What it holds.")};
};
template <>
struct lake::Describe<lake::gateway::wire::Dataset> {
  using T = lake::gateway::wire::Dataset;
  static constexpr std::string_view kName = "Dataset";
  static constexpr auto kFields = std::tuple{
      Required("id", &T::id, "Dataset id; a name can be given away again, an id cannot."),
      Required("name", &T::name, "Dataset name."),
      Required("bucket", &T::bucket, "Where new objects go."),
      Required("objects", &T::objects,
               "Objects that hold its rows now; none for a caller who does not see all that is in them."),
      Required("columns", &T::columns, "Columns in order, as the caller sees them."),
      Required("schema_fingerprint", &T::schema_fingerprint, "sha256:<hex>; equal for equal columns."),
      Optional(
          "row_count", &T::row_count,
          "Rows in its objects, tombstoned ones included; absent when the caller does not see all rows."),
      Optional("description", &T::description, "What it holds."),
      Optional("owner", &T::owner, "Whom to ask."),
      Optional("tags", &T::tags, "Words to find it by."),
      Optional("sensitivity", &T::sensitivity, "Of the columns that have none of their own."),
      Required("version", &T::version, "Catalog version of its last change."),
      Required("created_at", &T::created_at, "When it was created."),
      Required("updated_at", &T::updated_at, "When it was last changed.")};
};
template <>
struct lake::Describe<lake::gateway::wire::NewDatasetColumn> {
  using T = lake::gateway::wire::NewDatasetColumn;
  static constexpr std::string_view kName = "NewDatasetColumn";
  static constexpr auto kFields = std::tuple{Required("name", &T::name, "Column name.").Between(1, 255),
                                             Required("type", &T::type, "SQL type.").Between(1, 4096)};
};
template <>
struct lake::Describe<lake::gateway::wire::CreateDataset> {
  using T = lake::gateway::wire::CreateDataset;
  static constexpr std::string_view kName = "CreateDataset";
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "Dataset name.").Between(1, 255),
                 Required("columns", &T::columns, "Columns in order.").Between(1, 10'000),
                 Optional("bucket", &T::bucket, "Where its objects will go.").Between(1, 63)};
};
template <>
struct lake::DescribeEnum<lake::gateway::wire::NewSensitivity> {
  using S = lake::gateway::wire::NewSensitivity;
  static constexpr std::array kNames = {
      EnumName(S::kUnclassified, "unclassified"), EnumName(S::kPublic, "public"),
      EnumName(S::kInternal, "internal"),         EnumName(S::kPii, "pii"),
      EnumName(S::kFinancial, "financial"),       EnumName(S::kRestricted, "restricted")};
};
template <>
struct lake::Describe<lake::gateway::wire::ColumnMetadataPatch> {
  using T = lake::gateway::wire::ColumnMetadataPatch;
  static constexpr std::string_view kName = "ColumnMetadataPatch";
  static constexpr auto kFields =
      std::tuple{Optional("sensitivity", &T::sensitivity, "How much harm its values do in wrong hands."),
                 Optional("description", &T::description, "What it holds.").Between(0, 4096)};
};
template <>
struct lake::Describe<lake::gateway::wire::PatchMetadata> {
  using T = lake::gateway::wire::PatchMetadata;
  static constexpr std::string_view kName = "PatchMetadata";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Dataset name."),
      Optional("description", &T::description, "What it holds.").Between(0, 64 << 10),
      Optional("owner", &T::owner, "Whom to ask.").Between(0, 255),
      Optional("tags", &T::tags, "Words to find it by.").Between(0, 100),
      Optional("sensitivity", &T::sensitivity, "Of the columns that have none of their own."),
      Optional("columns", &T::columns, "What is to be known of single columns, by name.").Between(0, 10'000)};
};
template <>
struct lake::Describe<lake::gateway::wire::NamedDataset> {
  using T = lake::gateway::wire::NamedDataset;
  static constexpr auto kFields = std::tuple{Required("name", &T::name, "Dataset name.")};
};
template <>
struct lake::Describe<lake::gateway::wire::ListOfDataset> {
  using T = lake::gateway::wire::ListOfDataset;
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "Dataset name."), lake::gateway::wire::LimitField<T>(),
                 lake::gateway::wire::PageTokenField<T>()};
};
template <>
struct lake::Describe<lake::gateway::wire::DatasetVersion> {
  using T = lake::gateway::wire::DatasetVersion;
  static constexpr std::string_view kName = "DatasetVersion";
  static constexpr auto kFields =
      std::tuple{Required("version", &T::version, "Catalog version of the change."),
                 Required("time", &T::time, "When."),
                 Required("operation", &T::operation, "What happened."),
                 Required("actor", &T::actor, "Who did it."),
                 Required("rows", &T::rows, "Rows after it, tombstoned ones included."),
                 Required("bytes", &T::bytes, "Bytes of the objects after it.")};
};
template <>
struct lake::Describe<lake::gateway::wire::AddTombstones> {
  using T = lake::gateway::wire::AddTombstones;
  static constexpr std::string_view kName = "AddTombstones";
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "Dataset name."),
                 Required("row_key_column", &T::row_key_column, "Column that names rows; one per dataset.")
                     .Between(1, 255),
                 Required("row_key_values", &T::row_key_values, "Rows with these values are deleted.")
                     .Between(1, 100'000),
                 Optional("actor", &T::actor, "On whose behalf; the caller when absent.").Between(1, 255),
                 Required("reason", &T::reason, "Why, for the record.").Between(1, 4096)};
};
template <>
struct lake::Describe<lake::gateway::wire::Tombstone> {
  using T = lake::gateway::wire::Tombstone;
  static constexpr std::string_view kName = "Tombstone";
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "Dataset name."),
                 Required("row_key_column", &T::row_key_column, "Column that names the row."),
                 Required("row_key_value", &T::row_key_value, "Its value, as text."),
                 Required("deleted_at", &T::deleted_at, "When."),
                 Required("actor", &T::actor, "On whose behalf."),
                 Required("reason", &T::reason, "Why.")};
};
template <>
struct lake::Describe<lake::gateway::wire::TombstonesAdded> {
  using T = lake::gateway::wire::TombstonesAdded;
  static constexpr std::string_view kName = "TombstonesAdded";
  static constexpr auto kFields =
      std::tuple{Required("version", &T::version, "Catalog version from which the rows are gone."),
                 Required("items", &T::items, "The tombstones of the request, as they are in force.")};
};
