// The statements of test/hostile/*.sql, which plain DuckDB runs, and of test/hostile_calls/*.sql, which call
// functions that it does not know; one a line. Lines that begin with "--" are remarks; "-- plain: bind"
// says that the file's statements are endless or destroy too much to be run anywhere without a gate.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace lake {

struct HostileStatement {
  std::string kind;  ///< The file's name: what the statement is after.
  std::string sql;
  bool runs_anywhere = true;  ///< False: bind it only.
};

/// `folder` replaces {dir} in the texts.
inline std::vector<HostileStatement> ReadHostileStatements(const std::filesystem::path& source,
                                                           const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(source)) files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<HostileStatement> statements;
  for (const auto& file : files) {
    std::ifstream lines(file);
    bool runs_anywhere = true;
    for (std::string line; std::getline(lines, line);) {
      if (line == "-- plain: bind") runs_anywhere = false;
      if (line.empty() || line.starts_with("--")) continue;
      for (size_t at = line.find("{dir}"); at != std::string::npos; at = line.find("{dir}", at))
        line.replace(at, 5, folder);
      statements.push_back({.kind = file.stem().string(), .sql = line, .runs_anywhere = runs_anywhere});
    }
  }
  return statements;
}

}  // namespace lake
