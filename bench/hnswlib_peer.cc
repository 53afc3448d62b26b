// hnswlib 0.8 (Malkov, Yashunin, TPAMI 2020), compiled for this machine; cosine is the inner product of
// unit vectors.
#include <hnswlib/hnswlib.h>

#include "vector_system.h"

namespace lake::bench {
namespace {

class Hnswlib final : public VectorSystemHere {
 public:
  explicit Hnswlib(const HnswlibOptions& options) : options_(options) {}

  std::string name() const override { return "hnswlib"; }
  JsonValue params() const override {
    return JsonValue::MakeObject({{"m", static_cast<int64_t>(options_.m)},
                                  {"ef_construction", static_cast<int64_t>(options_.ef_construction)}});
  }
  Status Save(const std::filesystem::path& file) override {
    graph_->saveIndex(file.string());
    return {};
  }

 private:
  Status BuildIndex(const ann::Matrix& rows) override {
    space_ = MakeSpace(rows.dimensions);
    graph_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), rows.rows, options_.m,
                                                               options_.ef_construction);
    for (size_t r = 0; r < rows.rows; ++r) graph_->addPoint(rows.row(r), r);
    return {};
  }
  Status SearchOne(const float* query, size_t k, size_t ef, std::vector<uint64_t>* found) override {
    graph_->setEf(ef);
    auto nearest = graph_->searchKnn(query, k);
    found->clear();
    for (; !nearest.empty(); nearest.pop()) found->push_back(nearest.top().second);
    return {};
  }
  Status OpenIndex(const std::filesystem::path& file, size_t dimensions) override {
    space_ = MakeSpace(dimensions);
    graph_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), file.string());
    return {};
  }
  void CloseIndex() override { graph_.reset(); }

  std::unique_ptr<hnswlib::SpaceInterface<float>> MakeSpace(size_t dimensions) const {
    if (options_.metric == ann::Metric::kL2) return std::make_unique<hnswlib::L2Space>(dimensions);
    return std::make_unique<hnswlib::InnerProductSpace>(dimensions);
  }

  HnswlibOptions options_;
  std::unique_ptr<hnswlib::SpaceInterface<float>> space_;
  std::unique_ptr<hnswlib::HierarchicalNSW<float>> graph_;
};

}  // namespace

std::unique_ptr<VectorSystem> MakeHnswlib(const HnswlibOptions& options) {
  return std::make_unique<Hnswlib>(options);
}

}  // namespace lake::bench
