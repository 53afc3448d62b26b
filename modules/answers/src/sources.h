// What a model reads to answer: the hits as numbered sources, fewer or shorter where it cannot read them all.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lake/answers/answer_service.h"

namespace lake::answers {

/// Numbered from 1, the best first; as many from the first on as have at most `max_bytes` together, but at
/// least one.
std::vector<Citation> NumberSources(std::span<const search::Hit> hits, size_t max_bytes);

/// Makes them less for a model that cannot read them: about a quarter of the sources go, the last ones; of a
/// single one about half of its sentences stay, the first ones. False, and nothing is changed, when little is
/// left.
bool Shrink(std::vector<Citation>* sources);

}  // namespace lake::answers
