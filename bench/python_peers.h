// faiss and usearch as VectorSystems: Python wheels that `./lake bench` installs (tools/peers.txt).
#pragma once

#include <memory>
#include <vector>

#include "vector_system.h"

namespace lake::bench {

struct FaissOptions {
  size_t ef_construction = 100;
  ann::Metric metric = ann::Metric::kCosine;
};
struct UsearchOptions {
  size_t ef_construction = 128;
  ann::Metric metric = ann::Metric::kCosine;
};

/// faiss HNSW of 16 over f32; faiss HNSW of 16 over one byte a dimension with the nearest compared again by
/// f32; usearch HNSW of 16 over bf16. None, and a line on stderr that says so, when they are not installed.
/// Errors: PeerProcess::Start's.
Result<std::vector<std::unique_ptr<VectorSystem>>> MakePythonPeers(const FaissOptions& faiss,
                                                                   const UsearchOptions& usearch);

}  // namespace lake::bench
