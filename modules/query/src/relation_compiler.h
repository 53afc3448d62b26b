// The relation compiler: replaces every table of a checked statement by the relation that says which of its
// rows exist, below everything the user wrote. Names that a WITH clause defines stay what they are, by SQL's
// scoping.
#pragma once

#include <functional>

#include "lake/catalog/snapshot.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"
#include "lake/engine/read_set.h"
#include "lake/storage/bucket_registry.h"

namespace lake::query {

struct CompilerInputs {
  const Context& context;
  engine::Engine& engine;
  const storage::BucketRegistry& buckets;
  const catalog::Snapshot& snapshot;
};

/// Rewrites `tree` in place and returns what it may open.
/// Errors: not_found/dataset_not_found and permission_denied/not_allowed_in_sql with position,
/// invalid_argument/bad_version for an AT clause that names no version.
Result<engine::ReadSet> CompileRelations(const CompilerInputs& inputs, JsonValue& tree);

}  // namespace lake::query
