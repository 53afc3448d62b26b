// Hits in the order of a model that reads each of them together with the question.
#pragma once

#include <memory>
#include <string_view>

#include "lake/models/provider.h"
#include "lake/search/search_service.h"

namespace lake::search {

/// Errors: those of Provider::FindReranker, at the member of the request that is wrong.
Result<std::shared_ptr<models::Reranker>> FindReranker(models::Provider& models, const Rerank& wanted);

/// Gives the hits their rerank_score as their score and orders them by it; equal ones stay as they were. Says
/// so when the reranker does not read all of the query. Errors: those of the reranker, the query's at
/// "/query".
Status OrderAnew(const Context& context, models::Reranker& reranker, std::string_view query,
                 SearchAnswer* answer);

}  // namespace lake::search
