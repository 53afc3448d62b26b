#include "sample_company.h"

#include <thread>

#include "lake/demo_data/tables.h"

namespace lake::bench {

Status IngestSampleCompany(ServedLake& lake, int64_t rows) {
  const size_t threads = std::max(1u, std::thread::hardware_concurrency());
  for (const demo_data::Table table : demo_data::kTables) {
    std::string csv;
    int64_t sent = 0;
    LAKE_RETURN_IF_ERROR(demo_data::GenerateCsv(table, {.total_rows = rows}, threads,
                                                [&](std::string_view bytes, int64_t count) -> Status {
                                                  csv += bytes;
                                                  sent += count;
                                                  return {};
                                                }));
    LAKE_ASSIGN_OR_RETURN(const std::string answer,
                          lake.Ingest(std::string(demo_data::TableName(table)), std::move(csv)));
    LAKE_ASSIGN_OR_RETURN(const JsonValue document, ParseJson(answer));
    const JsonValue* taken = document.Find("rows");
    if (taken == nullptr || !taken->is_int() || taken->as_int() != sent)
      return Internal("rows_missing", "{} has {} rows, the lakehouse answered {}",
                      demo_data::TableName(table), sent, answer);
  }
  return {};
}

Result<std::vector<std::filesystem::path>> FilesOfDataset(ServedLake& lake, const std::filesystem::path& data,
                                                          std::string_view dataset) {
  LAKE_ASSIGN_OR_RETURN(const std::string answer,
                        lake.Get(fmt::format("/catalog/datasets/by-name/{}", dataset)));
  LAKE_ASSIGN_OR_RETURN(const JsonValue document, ParseJson(answer));
  const JsonValue* objects = document.Find("objects");
  if (objects == nullptr || !objects->is_array() || objects->as_array().empty())
    return Internal("no_objects", "dataset '{}' has no files: {}", dataset, answer);
  std::vector<std::filesystem::path> files;
  for (const JsonValue& object : objects->as_array()) {
    files.push_back(data / object.FindString("key"));
    if (!std::filesystem::exists(files.back()))
      return Internal("no_file", "the file {} of dataset '{}' is not there", files.back().string(), dataset);
  }
  return files;
}

}  // namespace lake::bench
