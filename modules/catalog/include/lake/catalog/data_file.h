// One immutable file of a dataset, as the commit log names it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "lake/catalog/version.h"
#include "lake/common/describe.h"

namespace lake::catalog {

enum class FileKind {
  kBase,    ///< Rows of the table.
  kDelta,   ///< Rows appended or upserted later; wins over smaller sequences where a key is declared.
  kDelete,  ///< (file, position) pairs that are deleted; applies to smaller sequences.
};

struct DataFile {
  FileId id;
  FileKind kind = FileKind::kBase;
  std::string bucket;
  std::string key;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  std::string checksum;   ///< "sha256:<hex>" of the object's bytes.
  uint64_t sequence = 0;  ///< Order of arrival in the dataset; given at commit.
  int32_t schema_id = 0;  ///< Schema it was written with: its columns and field ids.
  /// Physical column name → field id, for files that carry no field ids themselves; absent for files we
  /// wrote.
  std::optional<std::map<std::string, int32_t>> field_ids;
  /// Object key of the column statistics; absent: they are in the file's own footer.
  std::optional<std::string> statistics;
  /// SHA-256 of the source bytes these rows came from; the same source twice adds no rows.
  std::optional<std::string> source_sha256;
  Version added;                   ///< Given at commit.
  std::optional<Version> removed;  ///< Readers before this version still see the file.

  bool VisibleAt(Version version) const { return added <= version && (!removed || version < *removed); }
};

}  // namespace lake::catalog

template <>
struct lake::DescribeEnum<lake::catalog::FileKind> {
  using E = lake::catalog::FileKind;
  static constexpr std::array kNames = {EnumName(E::kBase, "base"), EnumName(E::kDelta, "delta"),
                                        EnumName(E::kDelete, "delete")};
};

/// What the writer of the file says; sequence, added and removed follow from the commit that names it.
template <>
struct lake::Describe<lake::catalog::DataFile> {
  using T = lake::catalog::DataFile;
  static constexpr std::string_view kName = "DataFile";
  static constexpr auto kFields = std::tuple{
      Required("id", &T::id, "Unique in the dataset, for ever.").Between(1, 255),
      Required("kind", &T::kind, "What its rows are."),
      Required("bucket", &T::bucket, "Bucket that holds the object.").Between(1, 255),
      Required("key", &T::key, "Object key in the bucket.").Between(1, 1024),
      Required("rows", &T::rows, "Rows in the file."),
      Required("bytes", &T::bytes, "Size of the object."),
      Required("checksum", &T::checksum, "\"sha256:<hex>\" of the object's bytes."),
      Required("schema_id", &T::schema_id, "Schema it was written with.").Between(1, 2147483647),
      Optional("field_ids", &T::field_ids, "Physical column name to field id, when the file carries no ids."),
      Optional("statistics", &T::statistics, "Object key of the column statistics; absent: in the footer."),
      Optional("source_sha256", &T::source_sha256, "SHA-256 of the source bytes the rows came from.")};
};
