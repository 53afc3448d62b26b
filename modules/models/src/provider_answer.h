// Reading what providers answer, which is believed only as far as it is what their interfaces promise.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::models {

/// The member as a count; 0 when it is absent or none.
uint64_t FindCount(const JsonValue& object, std::string_view key);

/// Appends one vector of an answer, scaled to unit length. All have the length of the first one; `dimension`
/// is 0 before it. Error: unavailable/bad_provider_answer (no numbers, another length, too long, all zeros).
Status AppendVector(const JsonValue& vector, uint32_t* dimension, std::vector<float>* values);

/// Most texts of one call: an answer of so many vectors stays below kMaxAnswerBytes.
inline constexpr size_t kCallTexts = 64;

/// How many of `texts` go into the next call: at least one, at most `most`.
size_t NextBatch(std::span<const std::string> texts, size_t most);

/// ModelFingerprint::digest of a model whose provider tells none.
std::string DeclaredDigest(std::string_view version);

/// For calls about the memory of a provider that does not let itself be told.
Error MemoryNotManaged(std::string_view provider);

}  // namespace lake::models
