// The relation compiler: replaces every table of a checked statement by the relation that says which of its
// rows exist, below everything the user wrote. Names that a WITH clause defines stay what they are, by SQL's
// scoping.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lake/access/decision.h"
#include "lake/access/request.h"
#include "lake/catalog/version.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"
#include "lake/engine/read_set.h"
#include "lake/query/relation_provider.h"
#include "lake/storage/bucket_registry.h"

namespace lake::query {

struct CompilerInputs {
  engine::Engine& engine;
  const storage::BucketRegistry& buckets;
  const RelationProviders& relations;
  const access::Request& request;  ///< Who reads, and of which snapshot.
};

/// One dataset at one version, or one provider's relation, as a statement reads it.
struct TableRead {
  std::string name;  ///< "people", "system.datasets".
  catalog::Version version;
  std::optional<access::Decision> decision;  ///< None: a provider decides on its own.
  /// Equal where the dataset's rows are the same ones, tombstones considered.
  std::string content;
};

struct CompiledStatement {
  engine::ReadSet read_set;       ///< What it may open.
  std::vector<TableRead> tables;  ///< In the order of their first mention.
  std::vector<size_t> mentions;   ///< Which of the tables each reference to a dataset became, in their order.
};

/// Rewrites `tree` in place: every table becomes the rows and the values that the caller may see.
/// Errors, with position: not_found/dataset_not_found, permission_denied/dataset_forbidden,
/// permission_denied/not_allowed_in_sql, invalid_argument/bad_version for an AT clause that names no version;
/// failed_precondition/row_filter_unusable when the role's filter does not fit the dataset;
/// not_found/system_table_not_found, and what a provider says.
Result<CompiledStatement> CompileRelations(const CompilerInputs& inputs, JsonValue& tree);

}  // namespace lake::query
