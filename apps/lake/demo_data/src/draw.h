// Counter-based random numbers: what a row holds depends on the seed, its table and its number only, so rows
// can be made in any order, by any number of threads, on any machine. Integers only; nothing here rounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lake::demo_data {

/// Changing it changes every row; the manifest records it.
inline constexpr uint64_t kSeed = 0x1a6e'4005'e5ee'd001;

/// One independent sequence per question asked about a row.
enum class Stream : uint64_t {
  kCandidateTraits = 1,
  kCandidateIdentity,
  kCandidateRow,
  kCandidateSkills,
  kResume,
  kClientTraits,
  kClientRow,
  kClientRanking,
  kJob,
  kJobRow,
  kJobSkills,
  kPlacement,
  kPlacementWeeks,
  kTimesheet,
  kCall,
  kCallText,
  kEmail,
  kEmailText,
};

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014), keyed by
/// stream and row.
class Draw {
 public:
  Draw(Stream stream, int64_t row)
      : state_(Mix(kSeed + Mix(static_cast<uint64_t>(stream)) + static_cast<uint64_t>(row) * kGamma)) {}

  uint32_t Next() { return static_cast<uint32_t>(Mix(state_ += kGamma) >> 32); }

  /// Uniform in [0, bound), bound in [1, 2^31]; the bias of at most bound / 2^32 is of no interest here.
  int32_t Below(int64_t bound) {
    return static_cast<int32_t>((uint64_t{Next()} * static_cast<uint64_t>(bound)) >> 32);
  }
  /// Uniform in [low, high], both included.
  int32_t Between(int32_t low, int32_t high) { return low + Below(int64_t{high} - low + 1); }
  /// As Below, but small numbers are more likely: the lesser of two draws.
  int32_t SkewedBelow(int64_t bound) {
    int32_t first = Below(bound);
    int32_t second = Below(bound);
    return first < second ? first : second;
  }
  bool Chance(int32_t permille) { return Below(1000) < permille; }

  template <class Range>
  const auto& OneOf(const Range& items) {
    return items[static_cast<size_t>(Below(static_cast<int64_t>(std::size(items))))];
  }

 private:
  static constexpr uint64_t kGamma = 0x9e37'79b9'7f4a'7c15;
  static constexpr uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11eb;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

/// Picks an index with probability proportional to its weight.
class Weights {
 public:
  /// At least one weight, each at least 1, their sum below 2^31.
  explicit Weights(std::span<const int32_t> weights);
  /// 1/(rank + head): the larger `head`, the flatter the top.
  static Weights Zipf(int64_t count, int32_t head);

  int32_t Pick(Draw& draw) const;

 private:
  std::vector<int32_t> cumulative_;
};

}  // namespace lake::demo_data
