// An index in the memory of the one who built it. The vectors are borrowed.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "graph_builder.h"
#include "index_view.h"

namespace lake::ann {

class BuiltIndex {
 public:
  static Result<std::shared_ptr<const BuiltIndex>> Build(const Kernels& kernels, const Matrix& vectors,
                                                         std::span<const uint64_t> ids,
                                                         const BuildOptions& options,
                                                         const CancelToken& cancel);
  IndexView view() const;

 private:
  BuiltIndex(CodeSpace space, const Matrix& vectors, std::span<const uint64_t> ids,
             const BuildOptions& options);
  void Encode(ThreadTeam* team);
  CodedRows coded() const;

  BuildOptions options_;
  Matrix vectors_;
  std::vector<uint64_t> ids_;
  CodeSpace space_;
  HugeArray<uint8_t> high_;
  HugeArray<uint8_t> low_;
  HugeArray<CodeTerms> terms_;
  std::vector<float> high_residuals_;
  DistinctRows distinct_;
  BuiltGraph graph_;
  std::optional<EntrySet> entries_;
};

}  // namespace lake::ann
