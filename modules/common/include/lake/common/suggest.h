// "Did you mean …": the known word nearest to a mistyped one.
#pragma once

#include <span>
#include <string_view>

namespace lake {

/// The candidate with the fewest edits (insert, delete, replace, swap neighbours) from `word`; the first of
/// equals. Empty when none is near: more than 2 edits or a third of the word's length, whichever allows more
/// (1 for words of up to 3 letters). Upper and lower case are the same letter.
std::string_view Suggest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace lake
