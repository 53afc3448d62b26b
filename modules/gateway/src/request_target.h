// The request target: path and query, decoded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/result.h"

namespace lake::gateway {

struct RequestTarget {
  std::string path;                   ///< As sent.
  std::vector<std::string> segments;  ///< Decoded; none for "/".
  std::vector<std::pair<std::string, std::string>> query;
};

/// Takes the origin form only ("/path?query"). Every decoded piece must be UTF-8 without control characters
/// (the query may hold tabs and line ends); segments may not be "." or "..": nothing is normalised, so
/// nothing can mean two things. Error: invalid_argument/bad_target.
Result<RequestTarget> ParseTarget(std::string_view target);

}  // namespace lake::gateway
