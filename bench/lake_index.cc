#include <fstream>
#include <numeric>
#include <optional>

#include "vector_system.h"

namespace lake::bench {
namespace {

class LakeIndex final : public VectorSystemHere {
 public:
  explicit LakeIndex(const LakeIndexOptions& options) : options_(options) {}

  std::string name() const override {
    return options_.residence == ann::Residence::kMapped ? "lake" : "lake copied";
  }
  JsonValue params() const override {
    return JsonValue::MakeObject({{"ef_construction", static_cast<int64_t>(options_.ef_construction)},
                                  {"alpha", static_cast<double>(options_.alpha)},
                                  {"kernels", std::string(ann::TargetName(ann::BestKernels().target))},
                                  {"code", std::string(CodeName(*index_->options().code))},
                                  {"digest", index_->Digest().substr(0, 16)}});
  }
  std::vector<size_t> efforts() const override {
    return {10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 56, 64, 80, 100, 120, 140, 160, 180, 200};
  }
  Status Save(const std::filesystem::path& file) override {
    std::ofstream out(file, std::ios::binary);
    LAKE_RETURN_IF_ERROR(index_->WriteTo([&](std::string_view bytes) -> Status {
      out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      return {};
    }));
    if (!out.flush()) return Internal("scratch_failed", "{} cannot be written", file.string());
    return {};
  }

 private:
  Status BuildIndex(const ann::Matrix& rows) override {
    std::vector<uint64_t> ids(rows.rows);
    std::iota(ids.begin(), ids.end(), 0U);
    const ann::BuildOptions options = {.metric = options_.metric,
                                       .ef_construction = options_.ef_construction,
                                       .alpha = options_.alpha,
                                       .seed = 42,
                                       .threads = options_.threads};
    LAKE_ASSIGN_OR_RETURN(index_, ann::Index::Build(rows, ids, options, {}));
    return {};
  }
  Status SearchOne(const float* query, size_t k, size_t ef, std::vector<uint64_t>* found) override {
    LAKE_ASSIGN_OR_RETURN(const ann::Answer answer, index_->Search({query, index_->dimensions()},
                                                                   {.k = k, .ef_search = ef}, {}, &memory_));
    found->clear();
    for (const ann::Hit& hit : answer.hits) found->push_back(hit.id);
    return {};
  }
  Status OpenIndex(const std::filesystem::path& file, size_t) override {
    LAKE_ASSIGN_OR_RETURN(index_, ann::Index::Open(file.string(), options_.residence));
    return {};
  }
  void CloseIndex() override {
    index_.reset();
    memory_ = ann::SearchMemory();
  }

  LakeIndexOptions options_;
  std::optional<ann::Index> index_;
  ann::SearchMemory memory_;
};

}  // namespace

std::unique_ptr<VectorSystem> MakeLakeIndex(const LakeIndexOptions& options) {
  return std::make_unique<LakeIndex>(options);
}

}  // namespace lake::bench
