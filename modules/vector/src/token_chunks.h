// A text into chunks by what a model reads: their size is in its tokens.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/result.h"
#include "lake/vector/chunker.h"

namespace lake::vector {

/// Tokens of each text, as models::Embedder::CountTokens gives them.
using CountTokens = std::function<Result<std::vector<uint32_t>>(std::span<const std::string> texts)>;

/// As ChunkText, with size and overlap in tokens. No chunk has more tokens than `settings.size` by itself,
/// without those that a model puts around a text. A word is cut, between two of its characters, only when it
/// alone has more. Signs around one word that do not fit beside it are left out. Errors: those of `count`.
Result<std::vector<Chunk>> ChunkByTokens(std::string_view text, const ChunkSettings& settings,
                                         const CountTokens& count);

}  // namespace lake::vector
