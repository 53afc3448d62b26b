// Runs golden files against a server in this process: own data directory, fake clock, seeded ids, real HTTP.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "apitest_file.h"
#include "lake/common/result.h"

namespace lake::apitest {

/// One of test/configs/*.json: the same goldens under other conditions.
struct RunConfig {
  std::vector<std::pair<std::string, std::string>> settings;  ///< "query.threads" = "1"
  enum class Restarts { kWhenAsked, kBeforeEveryStep } restarts = Restarts::kWhenAsked;
};

/// Error: invalid_argument/bad_run_config.
Result<RunConfig> ReadRunConfig(const std::filesystem::path& file);

enum class Mode { kCheck, kUpdate };

/// What went wrong, one entry a step; empty = passed. In kUpdate the file is rewritten where an answer
/// differs.
Result<std::vector<std::string>> RunApitest(const std::filesystem::path& file, const RunConfig& config,
                                            Mode mode);

}  // namespace lake::apitest
