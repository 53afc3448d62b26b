#include <functional>
#include <ranges>
#include <string>
#include <tuple>

#include "dataset_wire.h"
#include "lake/common/fold.h"
#include "lake/gateway/system_tables.h"
#include "lake/query/described_rows.h"

namespace lake::gateway {
namespace {

struct ColumnRow : wire::DatasetColumn {
  std::string dataset;
  uint64_t position = 0;
};
struct FileRow : wire::DatasetObject {
  std::string dataset;
};
struct VersionRow : wire::DatasetVersion {
  std::string dataset;
};
/// A dataset without its lists, which are tables of their own.
struct DatasetRow : wire::Dataset {};

}  // namespace
}  // namespace lake::gateway

template <>
struct lake::Describe<lake::gateway::DatasetRow> {
  using T = lake::gateway::DatasetRow;
  static constexpr auto kFields = std::tuple{
      Required("id", &T::id, "Dataset id; a name can be given away again, an id cannot."),
      Required("name", &T::name, "Dataset name."),
      Required("bucket", &T::bucket, "Where new objects go."),
      Required("schema_fingerprint", &T::schema_fingerprint, "sha256:<hex>; equal for equal columns."),
      Optional("row_count", &T::row_count, "Rows in its objects; none when the caller does not see all."),
      Optional("description", &T::description, "What it holds."),
      Optional("owner", &T::owner, "Whom to ask."),
      Required("tags", &T::tags, "Words to find it by."),
      Optional("sensitivity", &T::sensitivity, "Of the columns that have none of their own."),
      Required("version", &T::version, "Catalog version of its last change."),
      Required("created_at", &T::created_at, "When it was created."),
      Required("updated_at", &T::updated_at, "When it was last changed.")};
};
template <>
struct lake::Describe<lake::gateway::ColumnRow> {
  using T = lake::gateway::ColumnRow;
  static constexpr auto kFields =
      std::tuple_cat(std::tuple{Required("dataset", &T::dataset, "Dataset name."),
                                Required("position", &T::position, "From 1, of those the caller sees.")},
                     Describe<lake::gateway::wire::DatasetColumn>::kFields);
};
template <>
struct lake::Describe<lake::gateway::FileRow> {
  using T = lake::gateway::FileRow;
  static constexpr auto kFields =
      std::tuple_cat(std::tuple{Required("dataset", &T::dataset, "Dataset name.")},
                     Describe<lake::gateway::wire::DatasetObject>::kFields);
};
template <>
struct lake::Describe<lake::gateway::VersionRow> {
  using T = lake::gateway::VersionRow;
  static constexpr auto kFields =
      std::tuple_cat(std::tuple{Required("dataset", &T::dataset, "Dataset name.")},
                     Describe<lake::gateway::wire::DatasetVersion>::kFields);
};

namespace lake::gateway {
namespace {

using access::Request;
using query::DescribedRows;

/// Datasets that are looked at before the next ones are taken from the snapshot.
constexpr size_t kDatasetsAtOnce = 1000;

using Visit = std::function<Status(const catalog::Dataset& dataset, const ShownDataset& shown)>;

/// Every dataset of which the caller sees a column, by name.
Status ForEachDataset(const Request& request, const Visit& visit) {
  for (std::string after;;) {
    const auto found = Reachable(request, after, kDatasetsAtOnce);
    for (const auto& dataset : found) {
      Result<ShownDataset> shown = ShownDataset::Make(request, *dataset, request.snapshot->version());
      if (!shown.ok() && shown.error().Is("dataset_forbidden")) continue;
      if (!shown.ok()) return std::move(shown).error();
      LAKE_RETURN_IF_ERROR(visit(*dataset, *shown));
    }
    if (found.size() < kDatasetsAtOnce) return {};
    after = Fold(found.back()->name);
  }
}

Status FillDatasets(const Request& request, DescribedRows<DatasetRow>& rows) {
  return ForEachDataset(request, [&](const catalog::Dataset&, const ShownDataset& shown) {
    return rows.Add({shown.Summary()});
  });
}

Status FillColumns(const Request& request, DescribedRows<ColumnRow>& rows) {
  return ForEachDataset(request, [&](const catalog::Dataset& dataset, const ShownDataset& shown) -> Status {
    uint64_t position = 0;
    for (wire::DatasetColumn& column : shown.Columns())
      LAKE_RETURN_IF_ERROR(rows.Add({std::move(column), dataset.name, ++position}));
    return {};
  });
}

Status FillFiles(const Request& request, DescribedRows<FileRow>& rows) {
  return ForEachDataset(request, [&](const catalog::Dataset& dataset, const ShownDataset& shown) -> Status {
    for (wire::DatasetObject& object : shown.Objects())
      LAKE_RETURN_IF_ERROR(rows.Add({std::move(object), dataset.name}));
    return {};
  });
}

Status FillVersions(const Request& request, DescribedRows<VersionRow>& rows) {
  return ForEachDataset(request, [&](const catalog::Dataset& dataset, const ShownDataset& shown) -> Status {
    if (!shown.ShowsAllRows()) return {};
    for (const catalog::DatasetChange& change : std::views::reverse(dataset.changes))
      LAKE_RETURN_IF_ERROR(rows.Add({MakeVersion(change), dataset.name}));
    return {};
  });
}

}  // namespace

void AddDatasetTables(query::RelationProviders& tables) {
  tables.push_back(std::make_shared<query::DescribedRelation<DatasetRow>>("datasets", FillDatasets));
  tables.push_back(std::make_shared<query::DescribedRelation<ColumnRow>>("columns", FillColumns));
  tables.push_back(std::make_shared<query::DescribedRelation<FileRow>>("files", FillFiles));
  tables.push_back(std::make_shared<query::DescribedRelation<VersionRow>>("versions", FillVersions));
}

}  // namespace lake::gateway
