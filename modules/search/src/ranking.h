// The rows of an index in the order of a question: by meaning, by words, or by both.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fusion.h"
#include "lake/common/context.h"
#include "lake/search/search_service.h"
#include "lake/vector/open_indexes.h"
#include "stage_clock.h"

namespace lake::search {

/// What is asked of an open index.
struct Question {
  const Context& context;
  vector::OpenIndex& index;
  const ann::RowSet* permitted;  ///< Null: every row.
  SearchMode mode;
  Fusion fusion;
  std::string_view words;         ///< Unless it is by meaning only.
  std::span<const float> vector;  ///< Unless it is by words only.
  std::optional<size_t> ef_search;
  vector::WalkSettings usual;  ///< vector::UsualWalk.
  ann::Precision precision;
};

struct Ranked {
  std::vector<FusedRow> rows;  ///< The best first, at most as many as were asked for.
  bool exact = true;           ///< The nearest of those by meaning are proven to be the nearest.
};

/// The best `k` rows. Errors: those of the index and of the context.
Result<Ranked> Rank(const Question& question, size_t k, StageClock& stages);

}  // namespace lake::search
