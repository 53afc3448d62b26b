// What every model asks of a request before it begins.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lake/common/result.h"
#include "lake/models/generator.h"

namespace lake::models {

/// Errors: invalid_argument/bad_generation with the pointer of the member.
Status CheckGeneration(const GenerationRequest& request);

/// UTF-8, at most `most` of them. Errors: invalid_argument/too_many_texts; invalid_argument/bad_text and
/// empty_text (white space alone) with the pointer `at` + "/<position>".
Status CheckTexts(std::span<const std::string> texts, size_t most, std::string_view at);

/// One text of these. Errors as of CheckTexts, with the pointer `at`.
Status CheckText(std::string_view text, std::string_view at);

/// invalid_argument/empty_text with the pointer `at`.
Error NothingToRead(std::string_view at);

}  // namespace lake::models
