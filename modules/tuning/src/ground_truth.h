// What is nearest to the queries of an eval set, computed by comparing every vector of a generation.
#pragma once

#include "evaluation.h"
#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/models/provider.h"
#include "lake/tuning/eval_set.h"
#include "lake/vector/open_index.h"
#include "query_vectors.h"

namespace lake::tuning {

/// Whether the set's ground truth is that of the generation which is live.
bool HasGroundTruth(const EvalSet& set, const vector::IndexRecord& record);

struct TruthParts {
  models::Provider& models;
  size_t threads = 1;
  const Progress& progress;
};

/// The set with the ground truth of an open index. Queries that were made of documents which are gone are
/// dropped; those that cannot be asked (nothing to read, other dimensions, no direction) stay without ground
/// truth; both are counted. Errors: those of the model and of the index.
Result<EvalSet> BuildGroundTruth(const Context& context, const TruthParts& parts, EvalSet set,
                                 const vector::IndexRecord& record, vector::OpenIndex& index);

/// The queries that have ground truth, in their order; those of a half, or all. Queries that nobody gave a
/// half are of either one in turns.
AskedQueries QueriesOf(const EvalSet& set, size_t dimensions, std::optional<EvalHalf> half);

}  // namespace lake::tuning
