#include "masked_roles.h"

#include <array>
#include <fstream>

#include "lake/demo_data/tables.h"

namespace lake::bench {
namespace {

/// Names are masked, e-mail addresses and recruiters hashed (queries group by both and join by the latter),
/// telephones and what people are paid not shown.
constexpr std::string_view kMasked = R"({
  "name": "masked", "permissions": ["read"], "datasets": "all", "sensitivity": {"unclassified": "clear"},
  "columns": {
    "candidates": {"first_name": {"mask": {"keep_prefix": 1}},
                   "last_name": {"mask": {"keep_prefix": 1, "keep_suffix": 1}},
                   "email": "hash", "phone": "null", "zip": {"mask": {"keep_prefix": 3}}},
    "clients": {"name": {"mask": {"keep_prefix": 2, "keep_suffix": 2}}, "contact_name": "hash",
                "contact_email": "hash", "contact_phone": "null"},
    "job_orders": {"recruiter": "hash", "pay_rate": "null"},
    "placements": {"recruiter": "hash", "pay_rate": "null"},
    "timesheets": {"pay_amount": "null"},
    "call_log": {"recruiter": "hash"},
    "email_log": {"recruiter": "hash"}}})";

/// Nothing is masked, but not every row is there.
constexpr std::string_view kFiltered = R"({
  "name": "filtered", "permissions": ["read"], "datasets": "all", "sensitivity": {"unclassified": "clear"},
  "row_filters": {"candidates": "status <> 'blocked'", "timesheets": "approved IS DISTINCT FROM false"}})";

constexpr std::array kRoles = {
    MaskedRole{.name = "masked", .definition = kMasked},
    MaskedRole{.name = "filtered", .definition = kFiltered, .tombstones = 5},
};

Result<JsonValue> PostForDocument(ServedLake& lake, const std::string& path, const JsonValue& document) {
  LAKE_ASSIGN_OR_RETURN(const std::string answer, lake.Post(path, document));
  return ParseJson(answer);
}

Status DeleteCandidates(ServedLake& lake, int count) {
  const std::string sql = fmt::format("SELECT candidate_id FROM candidates ORDER BY 1 LIMIT {}", count);
  LAKE_ASSIGN_OR_RETURN(const JsonValue answer,
                        PostForDocument(lake, "/query/sql", JsonValue::MakeObject({{"sql", sql}})));
  JsonValue::Array ids;
  if (const JsonValue* rows = answer.Find("rows"); rows != nullptr && rows->is_array())
    for (const JsonValue& row : rows->as_array()) ids.push_back(row.as_array().front());
  LAKE_ASSIGN_OR_RETURN([[maybe_unused]] const std::string done,
                        lake.Post("/catalog/datasets/by-name/candidates/tombstone",
                                  JsonValue::MakeObject({{"row_key_column", "candidate_id"},
                                                         {"row_key_values", std::move(ids)},
                                                         {"reason", "asked to be forgotten"}})));
  return {};
}

}  // namespace

std::span<const MaskedRole> MaskedRoles() { return kRoles; }

Result<std::string> MakeRoleAndKey(ServedLake& lake, const MaskedRole& role) {
  LAKE_ASSIGN_OR_RETURN(const JsonValue definition, ParseJson(role.definition));
  LAKE_ASSIGN_OR_RETURN([[maybe_unused]] const std::string made, lake.Post("/access/roles", definition));
  if (role.tombstones > 0) LAKE_RETURN_IF_ERROR(DeleteCandidates(lake, role.tombstones));
  LAKE_ASSIGN_OR_RETURN(const JsonValue key,
                        PostForDocument(lake, "/access/keys",
                                        JsonValue::MakeObject({{"name", role.name}, {"role", role.name}})));
  return std::string(key.FindString("key"));
}

Status ShowMaskedCopyToPeer(ServedLake& lake, const std::filesystem::path& directory, DuckDbPeer& peer) {
  std::filesystem::create_directories(directory);
  for (const demo_data::Table table : demo_data::kTables) {
    const std::string_view name = demo_data::TableName(table);
    const std::filesystem::path answer = directory / fmt::format("{}.answer", name);
    const std::filesystem::path copy = directory / fmt::format("{}.parquet", name);
    LAKE_ASSIGN_OR_RETURN(const std::string bytes, lake.Query(fmt::format("SELECT * FROM {}", name),
                                                              "application/vnd.apache.parquet"));
    std::ofstream(answer, std::ios::binary) << bytes;
    LAKE_ASSIGN_OR_RETURN([[maybe_unused]] const int64_t copied,
                          peer.Execute(fmt::format("COPY (FROM read_parquet('{}')) TO '{}' "
                                                   "(FORMAT parquet, PARQUET_VERSION v1, COMPRESSION zstd)",
                                                   answer.string(), copy.string())));
    std::filesystem::remove(answer);
    LAKE_RETURN_IF_ERROR(ShowFilesToPeer(name, {copy}, peer));
  }
  return {};
}

Status ShowFilesToPeer(std::string_view table, const std::vector<std::filesystem::path>& files,
                       DuckDbPeer& peer) {
  std::string list;
  for (const std::filesystem::path& file : files)
    list += fmt::format("{}'{}'", list.empty() ? "" : ", ", file.string());
  LAKE_ASSIGN_OR_RETURN(
      [[maybe_unused]] const int64_t made,
      peer.Execute(fmt::format("CREATE OR REPLACE VIEW {} AS FROM read_parquet([{}])", table, list)));
  return {};
}

}  // namespace lake::bench
