// Rows of a trusted SELECT into one durable Parquet object: ZSTD, field ids, statistics in the footer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/storage/object_store.h"

namespace lake::engine {

struct ParquetColumn {
  std::string name;
  int32_t field_id = 0;
};

struct ParquetTarget {
  std::shared_ptr<storage::ObjectStore> store;
  storage::ObjectKey key;
  std::vector<ParquetColumn> columns;  ///< In the order of the SELECT's columns.
};

struct WrittenFile {
  uint64_t rows = 0;
  uint64_t bytes = 0;
  std::string checksum;  ///< "sha256:<hex>" of the object.
};

}  // namespace lake::engine
