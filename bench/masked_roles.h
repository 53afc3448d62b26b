// The roles that P6 asks as beside the administrator, and the copy of the company that such a role sees.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "duckdb_peer.h"
#include "served_lake.h"

namespace lake::bench {

struct MaskedRole {
  std::string_view name;
  std::string_view definition;  ///< The body of POST /access/roles.
  /// Candidates who are deleted for good before it asks, the first by id.
  int tombstones = 0;
};

/// Every query has rows under each: what it takes for that stays clear.
std::span<const MaskedRole> MaskedRoles();

/// Makes the role, deletes its candidates and returns a key of the role. `lake` asks as an administrator.
Result<std::string> MakeRoleAndKey(ServedLake& lake, const MaskedRole& role);

/// Makes Parquet files below `directory` of what `lake`, asking with the role's key, is shown of every table:
/// its answer to SELECT *, written once more by the peer with the options of the lakehouse's own files. The
/// peer's views of the tables are then of these.
Status ShowMaskedCopyToPeer(ServedLake& lake, const std::filesystem::path& directory, DuckDbPeer& peer);

/// The peer's view `table` of those files.
Status ShowFilesToPeer(std::string_view table, const std::vector<std::filesystem::path>& files,
                       DuckDbPeer& peer);

}  // namespace lake::bench
