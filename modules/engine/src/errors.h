// DuckDB's errors as ours: a code, a slug, a sentence that names no path, and the place in the statement.
#pragma once

#include "duckdb_prelude.h"

#include <exception>

#include "duckdb/common/error_data.hpp"
#include "lake/common/error.h"

namespace lake::engine {

class SessionState;

/// The error of a statement of `session`: a failure recorded below the engine and the caller's own cancel or
/// deadline count before what DuckDB made of them.
Error TranslateError(const duckdb::ErrorData& error, const SessionState& session);
/// The error of work without a session: parsing and opening.
Error TranslateError(const duckdb::ErrorData& error);

/// An engine message without engine paths, local paths and hints that name our own tables. Exposed for tests.
std::string CleanMessage(std::string_view message);

}  // namespace lake::engine
