// ModelFingerprint: which model it was.
#pragma once

#include <cstdint>
#include <string>

namespace lake::models {

/// Which model made a vector, a text or a score. Vectors can be compared only when all of it is equal.
struct ModelFingerprint {
  std::string name;
  /// SHA-256 of the model's file, lower-case hex. Of a provider that tells no digest, "declared:" and the
  /// version that the owner wrote into the configuration.
  std::string digest;
  uint32_t dimension = 0;     ///< Of its vectors; 0 when it makes none.
  std::string prompt_prefix;  ///< Stands before every text that is embedded.
  bool operator==(const ModelFingerprint&) const = default;
};

}  // namespace lake::models
