// What a row is compared by on a walk: fewer bytes are quicker to fetch, more say more exactly how far it is.
#pragma once

#include <cstdint>
#include <string_view>

namespace lake::ann {

/// The values stand in files. All three are of one index: a code's high halves are a code themselves.
enum class Code : uint32_t {
  kInt4 = 1,  ///< The high halves of the codes.
  kInt8 = 2,  ///< Both halves.
  kF32 = 3,   ///< The vectors themselves: for data that codes cannot tell apart.
};

/// "int4", "int8", "f32".
std::string_view CodeName(Code code);

}  // namespace lake::ann
