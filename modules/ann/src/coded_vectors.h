// Vectors with their codes in memory: what all graphs over them share. The vectors are borrowed.
#pragma once

#include <memory>
#include <vector>

#include "coded_rows.h"
#include "duplicates.h"
#include "huge_array.h"
#include "lake/ann/index.h"

namespace lake::ann {

class CodedVectors {
 public:
  /// `vectors` and `ids` as Index::Build has checked them.
  CodedVectors(const Kernels& kernels, const Matrix& vectors, std::span<const uint64_t> ids, Metric metric,
               ThreadTeam* team);
  CodedVectors(const CodedVectors&) = delete;
  CodedVectors& operator=(const CodedVectors&) = delete;

  CodedRows rows() const;
  const float* high_residuals() const { return high_residuals_.data(); }
  const Matrix& vectors() const { return vectors_; }
  std::span<const uint64_t> ids() const { return ids_; }
  std::span<const Duplicate> duplicates() const { return distinct_.duplicates; }
  /// The rows that a graph is worth being made of.
  std::span<const uint32_t> graph_members() const;

 private:
  void Encode(ThreadTeam* team);

  Matrix vectors_;
  std::vector<uint64_t> ids_;
  CodeSpace space_;
  HugeArray<uint8_t> high_;
  HugeArray<uint8_t> low_;
  HugeArray<CodeTerms> terms_;
  std::vector<float> high_residuals_;
  DistinctRows distinct_;
};

}  // namespace lake::ann
