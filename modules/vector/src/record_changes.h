// Commits of the record of an index.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "lake/catalog/catalog.h"
#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/vector/index_record.h"

namespace lake::vector {

/// One transaction that puts the record. Error: aborted/conflict when the entity has another version (0:
/// there is none).
Status PutIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& operation,
                      const std::string& actor, const IndexRecord& record, uint64_t expected_version);
/// Reads, changes and puts it, again when another was quicker. Errors: not_found/index_not_found, those of
/// `change`.
using RecordChange = std::function<Status(IndexRecord& record)>;
Status ChangeIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& operation,
                         const std::string& actor, std::string_view name, const RecordChange& change);
/// One transaction that deletes it. Error: aborted/conflict when the entity has another version.
Status DeleteIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& actor,
                         std::string_view name, uint64_t expected_version);
/// Deletes it, whatever its version, and returns what was deleted. Error: not_found/index_not_found.
Result<IndexRecord> TakeIndexRecord(catalog::Catalog& catalog, const Context& context,
                                    const std::string& actor, std::string_view name);

}  // namespace lake::vector
