// Digests: SHA-256 for content and secrets, CRC-32C for records on disk, XXH3-64 for hashing in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lake {

/// Lower-case hex, 64 characters.
std::string Sha256Hex(std::string_view bytes);

/// SHA-256 of bytes that arrive in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void Update(std::string_view bytes);
  std::string FinishHex();  ///< Once.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// CRC-32C (Castagnoli), as in RFC 3720 appendix B.4; `seed` continues an earlier value.
uint32_t Crc32c(std::string_view bytes, uint32_t seed);

/// XXH3 64 bit. Stable across builds and machines: it decides catalog shards on disk.
uint64_t Hash64(std::string_view bytes);

}  // namespace lake
