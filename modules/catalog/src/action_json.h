// Actions as the commit log writes them: {"<tag>": {…}}. A new kind of action needs a new major version of
// the log: a reader must never skip one.
#pragma once

#include <string_view>
#include <tuple>

#include "lake/catalog/action.h"
#include "lake/common/describe.h"

namespace lake {

template <>
struct Describe<catalog::CreateDataset> {
  using T = catalog::CreateDataset;
  static constexpr std::string_view kTag = "create_dataset";
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "Id, unique for ever."),
                 Required("name", &T::name, "Unique among live datasets without regard to ASCII case."),
                 Required("bucket", &T::bucket, "Where new files go."),
                 Required("columns", &T::columns, "Become schema 1."),
                 Optional("metadata", &T::metadata, "A document its owner describes.")};
};

template <>
struct Describe<catalog::DropDataset> {
  using T = catalog::DropDataset;
  static constexpr std::string_view kTag = "drop_dataset";
  static constexpr auto kFields = std::tuple{Required("dataset", &T::dataset, "A live dataset.")};
};

template <>
struct Describe<catalog::UndropDataset> {
  using T = catalog::UndropDataset;
  static constexpr std::string_view kTag = "undrop_dataset";
  static constexpr auto kFields = std::tuple{Required("dataset", &T::dataset, "A dropped dataset.")};
};

template <>
struct Describe<catalog::RenameDataset> {
  using T = catalog::RenameDataset;
  static constexpr std::string_view kTag = "rename_dataset";
  static constexpr auto kFields = std::tuple{Required("dataset", &T::dataset, "A live dataset."),
                                             Required("name", &T::name, "Its new name.")};
};

template <>
struct Describe<catalog::AddFiles> {
  using T = catalog::AddFiles;
  static constexpr std::string_view kTag = "add_files";
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "A live dataset."),
                 Required("files", &T::files, "In order of arrival: they get the next sequence numbers.")};
};

template <>
struct Describe<catalog::RemoveFiles> {
  using T = catalog::RemoveFiles;
  static constexpr std::string_view kTag = "remove_files";
  static constexpr auto kFields = std::tuple{Required("dataset", &T::dataset, "A live dataset."),
                                             Required("files", &T::files, "Ids of live files.")};
};

template <>
struct Describe<catalog::RemoveAllFiles> {
  using T = catalog::RemoveAllFiles;
  static constexpr std::string_view kTag = "remove_all_files";
  static constexpr auto kFields = std::tuple{Required("dataset", &T::dataset, "A live dataset.")};
};

template <>
struct Describe<catalog::SetSchema> {
  using T = catalog::SetSchema;
  static constexpr std::string_view kTag = "set_schema";
  static constexpr auto kFields = std::tuple{
      Required("dataset", &T::dataset, "A live dataset."),
      Required("expected_schema_id", &T::expected_schema_id, "The schema that was current before."),
      Required("columns", &T::columns, "Become the next schema.")};
};

template <>
struct Describe<catalog::SetMetadata> {
  using T = catalog::SetMetadata;
  static constexpr std::string_view kTag = "set_metadata";
  static constexpr auto kFields = std::tuple{Required("dataset", &T::dataset, "A live dataset."),
                                             Required("metadata", &T::metadata, "Replaces the document.")};
};

template <>
struct Describe<catalog::AddTombstones> {
  using T = catalog::AddTombstones;
  static constexpr std::string_view kTag = "add_tombstones";
  static constexpr auto kFields = std::tuple{
      Required("dataset", &T::dataset, "A live dataset."),
      Required("row_key_column", &T::row_key_column, "A column of the current schema."),
      Required("row_key_values", &T::row_key_values, "Keys of rows that may not be read any more."),
      Required("actor", &T::actor, "Who asked for it."), Required("reason", &T::reason, "Why.")};
};

template <>
struct Describe<catalog::RemoveTombstones> {
  using T = catalog::RemoveTombstones;
  static constexpr std::string_view kTag = "remove_tombstones";
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "A live dataset."),
                 Required("row_key_values", &T::row_key_values, "Keys that may be read again.")};
};

template <>
struct Describe<catalog::PutEntity> {
  using T = catalog::PutEntity;
  static constexpr std::string_view kTag = "put_entity";
  static constexpr auto kFields = std::tuple{
      Required("kind", &T::kind, "What kind of thing it is; its owner knows."),
      Required("id", &T::id, "Unique among its kind."),
      Optional("expected_version", &T::expected_version, "Its version before; 0: it was not there."),
      Required("document", &T::document, "Replaces the document.")};
};

template <>
struct Describe<catalog::DeleteEntity> {
  using T = catalog::DeleteEntity;
  static constexpr std::string_view kTag = "delete_entity";
  static constexpr auto kFields =
      std::tuple{Required("kind", &T::kind, "What kind of thing it is."),
                 Required("id", &T::id, "Unique among its kind."),
                 Optional("expected_version", &T::expected_version, "Its version before.")};
};

template <>
struct Describe<catalog::ReadDependency> {
  using T = catalog::ReadDependency;
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "A live dataset."),
                 Optional("schema_id", &T::schema_id, "The schema it read was current."),
                 Optional("files", &T::files, "These files were live.")};
};

}  // namespace lake
