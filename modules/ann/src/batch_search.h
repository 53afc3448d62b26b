// Many questions to one index.
#pragma once

#include "index_search.h"

namespace lake::ann {

/// The answers to every row of `queries`. Errors: as Index::SearchBatch.
Result<std::vector<Answer>> SearchIndexBatch(const IndexView& index, const Matrix& queries,
                                             const SearchOptions& options, size_t threads,
                                             const CancelToken& cancel);

}  // namespace lake::ann
