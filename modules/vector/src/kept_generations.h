// Which of the generations of an index is live, and which are kept to go back to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lake/vector/index_record.h"

namespace lake::vector {

/// Makes a kept generation live when it is built as the index is configured and the live one is not, which is
/// kept in its place.
void UseKept(IndexRecord* record);

/// Makes the generation live, except where UseKept finds a better one. What was live or kept before stays
/// kept when `covers_same` says that it is of the same rows, as far as kMaxKeptGenerations of other graphs
/// go. The ids of those that are named no more.
std::vector<std::string> MakeLive(const Generation& generation,
                                  const std::function<bool(const Generation& before)>& covers_same,
                                  IndexRecord* record);

}  // namespace lake::vector
