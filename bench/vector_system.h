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

/// The answers to some queries, in their order.
struct Searched {
  std::vector<std::vector<uint64_t>> found;  ///< Rows.
  std::vector<double> latency_us;
};

class VectorSystem {
 public:
  virtual ~VectorSystem() = default;

  virtual std::string name() const = 0;
  virtual JsonValue params() const = 0;  ///< Of the build.
  /// Over unit vectors, by cosine, on one thread; returns the CPU seconds of the process that did it. `rows`
  /// must outlive this.
  virtual Result<double> Build(const ann::Matrix& rows) = 0;
  /// The values of ef that a sweep tries, ascending.
  virtual std::vector<size_t> efforts() const = 0;
  /// The k nearest rows of each query, one query after the other.
  virtual Result<Searched> Search(const ann::Matrix& queries, size_t k, size_t ef) = 0;
};

/// One that is part of this program: what a call costs is measured around it.
class VectorSystemHere : public VectorSystem {
 public:
  Result<double> Build(const ann::Matrix& rows) final;
  Result<Searched> Search(const ann::Matrix& queries, size_t k, size_t ef) final;

 private:
  virtual Status BuildIndex(const ann::Matrix& rows) = 0;
  /// The k nearest rows into `found`, cleared first.
  virtual Status SearchOne(const float* query, size_t k, size_t ef, std::vector<uint64_t>* found) = 0;
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
