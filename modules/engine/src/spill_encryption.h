// AES-GCM by OpenSSL for what DuckDB spills. The cipher inside DuckDB's library has no random source fit for
// keys, and DuckDB refuses to encrypt with it.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/common/encryption_state.hpp"

namespace lake::engine {

duckdb::shared_ptr<duckdb::EncryptionUtil> MakeSpillEncryption();

}  // namespace lake::engine
