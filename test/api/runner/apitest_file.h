// A golden file: a list of steps with what each should answer. Grammar: test/api/README.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/result.h"

namespace lake::apitest {

enum class StepKind { kRequest, kSql, kRestart, kAdvance, kAs, kProviders };

/// What is written behind "----".
struct Expectation {
  int status = 0;                                            ///< 0 when the step says none (sql).
  std::string code;                                          ///< Problem code, when named.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
  std::string body;                                          ///< As written; empty = not looked at.
  enum class Order { kAsIs, kSorted } order = Order::kAsIs;
};

struct Step {
  StepKind kind = StepKind::kRequest;
  size_t line = 0;       ///< 1-based, of the directive.
  std::string argument;  ///< SQL text, seconds to advance, or role.
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  enum class Patience { kOnce, kUntilAsExpected } patience = Patience::kOnce;
  std::optional<Expectation> expected;
  size_t expected_head_line = 0;   ///< The "----" line in the file, counted from 0.
  size_t expected_first_line = 0;  ///< Lines of the expected body in the file, for --update: [first, last).
  size_t expected_last_line = 0;
};

struct ApitestFile {
  std::string name;
  std::vector<std::string> lines;
  std::vector<Step> steps;
};

/// Error: invalid_argument/bad_apitest naming the line.
Result<ApitestFile> ParseApitest(std::string name, std::string_view text);

}  // namespace lake::apitest
