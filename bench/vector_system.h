// An index of vectors as the benchmarks see it: ours or a peer's. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lake/ann/index.h"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::bench {

/// The answers to some queries, in their order.
struct Searched {
  std::vector<std::vector<uint64_t>> found;  ///< Rows.
  std::vector<double> latency_us;
};

/// How opening is measured.
struct OpeningOptions {
  std::filesystem::path file;
  size_t rounds = 20;        ///< Openings, each with a first search; the page cache is warm.
  size_t searches = 10'000;  ///< After the last opening, before memory is looked at.
  size_t k = 10;
  size_t ef = 60;
};

/// What it costs a process to have an index opened.
struct Opening {
  std::vector<double> first_result_ms;  ///< From opening to the first answer, of each round.
  double private_mib = 0;               ///< Growth of the anonymous pages.
  double mapped_mib = 0;                ///< Growth of the pages of files.
  std::vector<double> latency_us;       ///< Of the searches after the last opening; empty where not measured.
};

class VectorSystem {
 public:
  virtual ~VectorSystem() = default;

  virtual std::string name() const = 0;
  /// Of what was built; reads all of it.
  virtual JsonValue params() const = 0;
  /// By its metric, where that is cosine over unit vectors, on one thread; returns the CPU seconds of the
  /// process that did it. `rows` must outlive this.
  virtual Result<double> Build(const ann::Matrix& rows) = 0;
  /// The values of ef that a sweep tries, ascending.
  virtual std::vector<size_t> efforts() const {
    return {10, 15, 20, 25, 30, 35, 40, 50, 60, 70, 80, 100, 120, 150, 200, 300, 400, 600};
  }
  /// The k nearest rows of each query, one query after the other.
  virtual Result<Searched> Search(const ann::Matrix& queries, size_t k, size_t ef) = 0;
  /// Writes what was built.
  virtual Status Save(const std::filesystem::path& file) = 0;
  /// Lets go of what was built; the last index opened stays open.
  virtual Result<Opening> MeasureOpening(const ann::Matrix& queries, const OpeningOptions& options) = 0;
};

/// One that is part of this program: what a call costs is measured around it.
class VectorSystemHere : public VectorSystem {
 public:
  Result<double> Build(const ann::Matrix& rows) final;
  Result<Searched> Search(const ann::Matrix& queries, size_t k, size_t ef) final;
  Result<Opening> MeasureOpening(const ann::Matrix& queries, const OpeningOptions& options) final;

 private:
  virtual Status BuildIndex(const ann::Matrix& rows) = 0;
  /// The k nearest rows into `found`, cleared first.
  virtual Status SearchOne(const float* query, size_t k, size_t ef, std::vector<uint64_t>* found) = 0;
  virtual Status OpenIndex(const std::filesystem::path& file, size_t dimensions) = 0;
  /// Lets go of all that an index holds.
  virtual void CloseIndex() = 0;
};

struct LakeIndexOptions {
  size_t ef_construction = 80;
  float alpha = 1;
  size_t threads = 1;
  ann::Residence residence = ann::Residence::kMapped;  ///< When opened.
  ann::Metric metric = ann::Metric::kCosine;
};
std::unique_ptr<VectorSystem> MakeLakeIndex(const LakeIndexOptions& options);

struct HnswlibOptions {
  size_t m = 16;
  size_t ef_construction = 100;
  ann::Metric metric = ann::Metric::kCosine;
};
std::unique_ptr<VectorSystem> MakeHnswlib(const HnswlibOptions& options);

}  // namespace lake::bench
