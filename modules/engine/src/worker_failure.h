// Why a statement was interrupted: a worker thread that fails sets DuckDB's interrupt flag, and the thread
// that fetches rows may see the flag before the failure. The failure itself dies with the statement, so it is
// kept a moment before.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/main/client_context.hpp"
#include "session_state.h"

namespace lake::engine {

/// From now on each statement of `client` leaves what its workers failed with in `session`. Part of the
/// set-up of a connection; counts progress, too.
void KeepWorkerFailures(duckdb::ClientContext& client, const duckdb::shared_ptr<SessionState>& session);

}  // namespace lake::engine
