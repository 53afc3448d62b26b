// What a fake model computes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lake/common/json.h"

namespace lake::models {

inline constexpr size_t kFakeDimension = 16;
inline constexpr size_t kFakeContextWords = 8;

/// The words of a text with the blanks behind them.
std::vector<std::string> FakeWords(std::string_view text);

/// One dimension a word. A list of numbers, not of unit length.
JsonValue FakeVector(std::string_view text);

/// What a list of texts or a single one has, as texts.
std::vector<std::string> FakeInputs(const JsonValue& body, std::string_view key);

/// The vectors of `texts` as the model of that name makes them, which may be wrong on purpose.
JsonValue FakeVectors(std::string_view model, const std::vector<std::string>& texts);

/// "/v1/rerank" and "/rerank": scores with their positions, in the shape of the path.
JsonValue FakeRanking(std::string_view path, const JsonValue& body);

}  // namespace lake::models
