// How the engine would run a statement.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lake/engine/result_stream.h"

namespace lake::engine {

/// One operator with what feeds it. `details` are the engine's own words: they name files, predicates and
/// statistics, also those of what was put below the user's statement. Not for everyone to see.
struct PlanOperator {
  std::string name;  ///< "HASH_JOIN".
  std::optional<uint64_t> estimated_rows = {};
  std::map<std::string, std::string> details = {};
  std::vector<PlanOperator> children = {};
};

struct StatementPlan {
  std::vector<ResultColumn> columns;  ///< Of the rows that it would give.
  PlanOperator root;
};

}  // namespace lake::engine
