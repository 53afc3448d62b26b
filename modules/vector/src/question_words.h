// The words of a question that texts are searched for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lake::vector {

/// At most `most`, as they stand in the question, each once. English function words ("who", "with", "has")
/// are left out unless there is nothing else: where texts are few or short such words are rare in them, and
/// BM25 takes what is rare for what is meant.
std::vector<std::string> QuestionWords(std::string_view question, size_t most);

}  // namespace lake::vector
