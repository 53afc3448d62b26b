#include "lake/common/random.h"

#include <sys/random.h>

#include <array>
#include <bit>
#include <cerrno>
#include <vector>

#include "lake/common/check.h"

namespace lake {
namespace {

void AppendHex(std::span<const std::byte> bytes, std::string* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const std::byte byte : bytes) {
    out->push_back(kDigits[std::to_integer<unsigned>(byte >> 4)]);
    out->push_back(kDigits[std::to_integer<unsigned>(byte & std::byte{15})]);
  }
}

}  // namespace

uint64_t RandomSource::NextU64() {
  std::array<std::byte, 8> bytes{};
  Fill(bytes);
  return std::bit_cast<uint64_t>(bytes);
}

uint64_t RandomSource::NextBelow(uint64_t bound) {
  LAKE_CHECK(bound > 0);
  // Values above the greatest multiple of `bound` are drawn again; modulo alone would prefer small numbers.
  const uint64_t overhang = (0 - bound) % bound;  // 2^64 mod bound
  uint64_t value = NextU64();
  while (value < overhang) value = NextU64();
  return value % bound;
}

std::string RandomSource::NextUuid(int64_t unix_ms) {
  std::array<std::byte, 16> bytes{};
  Fill(bytes);
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::byte>(uint64_t(unix_ms) >> (40 - 8 * i));
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x70};  // version 7
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};  // variant of RFC 9562
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    AppendHex(std::span(bytes).subspan(i, 1), &text);
  }
  return text;
}

std::string RandomSource::NextHex(size_t bytes) {
  std::vector<std::byte> buffer(bytes);
  Fill(buffer);
  std::string text;
  text.reserve(bytes * 2);
  AppendHex(buffer, &text);
  return text;
}

void SystemRandom::Fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    LAKE_CHECK(got > 0);  // The kernel documents no other failure; going on without randomness is no choice.
    bytes = bytes.subspan(static_cast<size_t>(got));
  }
}

}  // namespace lake
