// An index in the memory of the one who built it.
#pragma once

#include <memory>
#include <optional>

#include "coded_vectors.h"
#include "graph_builder.h"
#include "index_view.h"

namespace lake::ann {

class BuiltIndex {
 public:
  static Result<std::shared_ptr<const BuiltIndex>> Build(const Kernels& kernels, const Matrix& vectors,
                                                         std::span<const uint64_t> ids,
                                                         const BuildOptions& options,
                                                         const CancelToken& cancel);
  /// Over the same vectors, by another rule of selection. Errors: as Index::Rewire.
  Result<std::shared_ptr<const BuiltIndex>> Rewire(size_t degree, float alpha, size_t threads,
                                                   const CancelToken& cancel) const;
  IndexView view() const;

 private:
  BuiltIndex(std::shared_ptr<const CodedVectors> vectors, const BuildOptions& options);
  GraphOptions graph_options() const;
  void Take(BuiltGraph graph);

  BuildOptions options_;
  std::shared_ptr<const CodedVectors> vectors_;
  BuiltGraph graph_;
  std::shared_ptr<const Candidates> candidates_;  ///< Null unless kept.
  std::optional<EntrySet> entries_;
};

}  // namespace lake::ann
