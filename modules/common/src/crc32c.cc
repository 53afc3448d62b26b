// CRC-32C, twice: the processor's instruction where it has one, and "slicing by eight" (Kounavis and Berry,
// "A Systematic Approach to Building High Performance Software-based CRC Generators", 2005) everywhere else.
#include "crc32c.h"

#include <array>
#include <cstring>

#include "lake/common/digest.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace lake {
namespace {

constexpr uint32_t kReflectedPolynomial = 0x82F63B78;

/// Tables[k][b]: the register after byte b and then k zero bytes.
using Tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReflectedPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < 8; ++k)
    for (size_t byte = 0; byte < 256; ++byte)
      tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xff];
  return tables;
}

constexpr Tables kTables = MakeTables();

uint64_t LittleEndian64(const char* bytes) {
  uint64_t word = 0;
  for (int i = 7; i >= 0; --i) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

}  // namespace

namespace internal {

uint32_t Crc32cPortable(std::string_view bytes, uint32_t seed) {
  uint32_t crc = ~seed;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    const uint64_t word = LittleEndian64(at) ^ crc;
    crc = 0;
    for (size_t i = 0; i < 8; ++i) crc ^= kTables[7 - i][(word >> (8 * i)) & 0xff];
  }
  for (; left > 0; --left, ++at)
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)
bool HasCrc32cInstruction() { return __builtin_cpu_supports("sse4.2") != 0; }

__attribute__((target("sse4.2"))) uint32_t Crc32cInstruction(std::string_view bytes, uint32_t seed) {
  uint64_t crc = ~seed;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    crc = _mm_crc32_u64(crc, word);
  }
  auto narrow = static_cast<uint32_t>(crc);
  for (; left > 0; --left, ++at) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*at));
  return ~narrow;
}
#else
bool HasCrc32cInstruction() { return false; }
uint32_t Crc32cInstruction(std::string_view bytes, uint32_t seed) { return Crc32cPortable(bytes, seed); }
#endif

}  // namespace internal

uint32_t Crc32c(std::string_view bytes, uint32_t seed) {
  static const bool has_instruction = internal::HasCrc32cInstruction();
  return has_instruction ? internal::Crc32cInstruction(bytes, seed) : internal::Crc32cPortable(bytes, seed);
}

}  // namespace lake
