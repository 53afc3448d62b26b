// What tests do to the file system of one engine: look over its shoulder, or take it away. Product code has
// no such switch; this goes through DuckDB's own registration.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lake/common/mutex.h"
#include "lake/engine/engine.h"

namespace lake::engine {

/// The paths that DuckDB was given a file, or the names of files, for. Any thread.
class GrantedPaths {
 public:
  void Add(const std::string& path);
  std::vector<std::string> Take();

 private:
  Mutex mutex_;
  std::vector<std::string> paths_ LAKE_GUARDED_BY(mutex_);
};

/// Records, from now on, what the engine's file system does not refuse to any statement of the engine that
/// `session` belongs to. Its own calls, which carry no statement, are not recorded.
std::shared_ptr<GrantedPaths> RecordGrantedPaths(Session& session);

/// The engine that `session` belongs to opens from now on whatever the process may open: paths that are not
/// the lake's go to the real file system, and DuckDB's own ban on them is lifted. The rest of its hardening
/// stays.
void TakeFileSystemAway(Session& session);

}  // namespace lake::engine
