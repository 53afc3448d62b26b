// Queries for an index that has none yet: near what is in it, as questions are, and none of its rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground_truth.h"
#include "lake/common/context.h"
#include "lake/common/log.h"
#include "lake/common/result.h"
#include "lake/tuning/eval_set.h"
#include "lake/vector/open_index.h"

namespace lake::tuning {

struct GeneratorOptions {
  size_t count = kDefaultEvalQueries;  ///< As many as the index allows, at most this.
  uint64_t seed = 42;                  ///< The same seed gives the same queries of the same generation.
};

/// Sentences of chunks, embedded by the index's model; where there are too few, or no model, points between
/// two neighbouring rows with some noise. Their texts are not kept, the documents that they come from are.
/// Every other one is for tuning. Errors: those of the index; those of the model, unless it is not there.
Result<std::vector<EvalQuery>> GenerateQueries(const Context& context, const TruthParts& parts,
                                               const vector::IndexModel& model, vector::OpenIndex& index,
                                               const GeneratorOptions& options, Log& log);

}  // namespace lake::tuning
