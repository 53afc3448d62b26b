#include "lake/engine/read_set.h"

#include <fmt/format.h>

#include <utility>

namespace lake::engine {

std::string ReadSet::AddScan(std::vector<ScanFile> files) {
  scans_.push_back(std::move(files));
  return fmt::format("lake://scan/{}", scans_.size() - 1);
}

std::string ReadSet::AddValues(std::shared_ptr<const std::vector<std::string>> values) {
  values_.push_back(std::move(values));
  return fmt::format("lake_values_{}", values_.size() - 1);
}

std::string ReadSet::AddTable(std::shared_ptr<const MemoryTable> table) {
  tables_.push_back(std::move(table));
  return fmt::format("lake_table_{}", tables_.size() - 1);
}

}  // namespace lake::engine
