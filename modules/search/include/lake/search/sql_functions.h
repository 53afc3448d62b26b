// Searches and embeddings as functions of SQL:
//
//   vector_search(index_name, query, k := 10, filter := NULL)   in FROM; text_search and hybrid_search alike
//   embed(text, model := NULL)                                  in expressions
//
// A search is that of SearchService with the statement's own request: the same snapshot, rights, deletions
// and audit record. Its columns are those of a hit; doc_id is a BIGINT where the id column is a number, so
// that it can be joined with it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lake/models/provider.h"
#include "lake/query/provided_function.h"
#include "lake/search/search_service.h"

namespace lake::search {

inline constexpr size_t kDefaultHits = 10;

/// `searches` is called with each statement: the service may be made after the query service that gets the
/// functions. Both outlive what is returned. Errors of the functions, beside those of SearchService and of
/// models: invalid_argument/bad_argument (k), /text_too_long, /empty_text.
query::ProvidedFunctions MakeSqlFunctions(std::function<SearchService&()> searches, models::Provider& models);

/// Names of the functions that stand in expressions: their calls are replaced in trees of the engine.
std::vector<std::string> ReplacedSqlFunctions();

}  // namespace lake::search
