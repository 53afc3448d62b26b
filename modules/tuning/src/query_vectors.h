// Texts of queries as vectors.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/models/provider.h"
#include "lake/vector/index_record.h"

namespace lake::tuning {

/// Told how many are done, of how many.
using Progress = std::function<void(uint64_t done, uint64_t total)>;

/// In the order of the texts; none for those that have nothing to read. Errors: those of the model;
/// failed_precondition/model_changed when it is not the one that made the index's vectors.
Result<std::vector<std::optional<std::vector<float>>>> EmbedQueries(const Context& context,
                                                                    models::Provider& models,
                                                                    const vector::IndexModel& model,
                                                                    std::span<const std::string> texts,
                                                                    const Progress& progress);

}  // namespace lake::tuning
