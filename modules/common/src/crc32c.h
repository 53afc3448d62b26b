// The two implementations behind Crc32c (digest.h), apart so that a test can hold one against the other.
#pragma once

#include <cstdint>
#include <string_view>

namespace lake::internal {

uint32_t Crc32cPortable(std::string_view bytes, uint32_t seed);
bool HasCrc32cInstruction();
/// Only when HasCrc32cInstruction().
uint32_t Crc32cInstruction(std::string_view bytes, uint32_t seed);

}  // namespace lake::internal
