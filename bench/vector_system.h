// An index of vectors as the benchmarks see it: ours or a peer's. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lake/ann/metric.h"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::bench {

class VectorSystem {
 public:
  virtual ~VectorSystem() = default;

  virtual std::string name() const = 0;
  virtual JsonValue params() const = 0;  ///< Of the build.
  /// Over unit vectors, by cosine. `rows` must outlive this.
  virtual Status Build(const ann::Matrix& rows) = 0;
  /// The values of ef that a sweep tries, ascending.
  virtual std::vector<size_t> efforts() const = 0;
  /// The k nearest rows into `found`, cleared first.
  virtual Status Search(const float* query, size_t k, size_t ef, std::vector<uint64_t>* found) = 0;
};

struct LakeIndexOptions {
  size_t ef_construction = 80;
  float alpha = 1;
  size_t threads = 1;
};
std::unique_ptr<VectorSystem> MakeLakeIndex(const LakeIndexOptions& options);

struct HnswlibOptions {
  size_t m = 16;
  size_t ef_construction = 100;
};
std::unique_ptr<VectorSystem> MakeHnswlib(const HnswlibOptions& options);

}  // namespace lake::bench
