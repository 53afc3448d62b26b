// What a language model is told: the rules, the numbered sources, the question.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "lake/answers/answer_service.h"
#include "lake/models/generator.h"

namespace lake::answers {

/// A system message with the rules and a user's with sources and question. Each source stands between
/// `<source n="2">` and `</source>`, and no text of a source has an angle bracket or a citation mark of its
/// own: it can neither end its source nor begin another nor pass for a citation.
std::vector<models::ChatMessage> MakePrompt(std::string_view question, std::span<const Citation> sources);

}  // namespace lake::answers
