#include "lake/ann/index.h"

#include <utility>
#include <variant>

#include "batch_search.h"
#include "built_index.h"
#include "index_search.h"
#include "regions.h"
#include "segment.h"

namespace lake::ann {

namespace {

size_t BytesOf(const CodedRows& rows, size_t halves) {
  return rows.count == 0 ? 0 : rows.count * (halves * rows.space->half_bytes() + sizeof(CodeTerms));
}

size_t BytesOf(const IndexView& view) {
  const size_t rows = view.coded.count;
  return rows * (view.vectors.dimensions * sizeof(float) + sizeof(*view.high_residuals)) +
         BytesOf(view.coded, 2) +
         (view.graph.neighbours == nullptr ? 0 : rows * view.graph.degree * sizeof(uint32_t)) +
         view.entries.rows.size_bytes() + view.entries.group_ends.size_bytes() +
         BytesOf(view.entries.coded, 1) + view.duplicates.size_bytes() + view.ids.size_bytes();
}

}  // namespace

/// Either kind of index, and what is read of it.
struct Index::Parts {
  std::shared_ptr<const BuiltIndex> built;  ///< Null when it is a file.
  std::shared_ptr<const Segment> segment;   ///< Null when it was built.
  IndexView view;
};

SearchMemory::SearchMemory() : state_(std::make_unique<State>()) {}
SearchMemory::~SearchMemory() = default;
SearchMemory::SearchMemory(SearchMemory&&) noexcept = default;
SearchMemory& SearchMemory::operator=(SearchMemory&&) noexcept = default;

Index::Index(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

Result<Index> Index::Build(const Matrix& vectors, std::span<const uint64_t> ids, const BuildOptions& options,
                           const CancelToken& cancel) {
  return BuildWith(BestKernels(), vectors, ids, options, cancel);
}

Result<Index> Index::BuildWith(const Kernels& kernels, const Matrix& vectors, std::span<const uint64_t> ids,
                               const BuildOptions& options, const CancelToken& cancel) {
  LAKE_ASSIGN_OR_RETURN(auto built, BuiltIndex::Build(kernels, vectors, ids, options, cancel));
  const IndexView view = built->view();
  return Index(
      std::make_shared<const Parts>(Parts{.built = std::move(built), .segment = nullptr, .view = view}));
}

Result<Index> Index::Rewire(size_t degree, float alpha, size_t threads, const CancelToken& cancel) const {
  if (parts_->built == nullptr)
    return FailedPrecondition("no_candidates",
                              "an index opened from a file has no candidates to choose from");
  LAKE_ASSIGN_OR_RETURN(auto built, parts_->built->Rewire(degree, alpha, threads, cancel));
  const IndexView view = built->view();
  return Index(
      std::make_shared<const Parts>(Parts{.built = std::move(built), .segment = nullptr, .view = view}));
}

Result<Index> Index::Open(const std::string& path, Residence residence) {
  return OpenWith(BestKernels(), path, residence);
}

Result<Index> Index::OpenWith(const Kernels& kernels, const std::string& path, Residence residence) {
  LAKE_ASSIGN_OR_RETURN(auto segment, Segment::Open(kernels, path, residence));
  const IndexView view = segment->view();
  return Index(
      std::make_shared<const Parts>(Parts{.built = nullptr, .segment = std::move(segment), .view = view}));
}

Status Index::WriteTo(const ByteSink& sink) const { return WriteSegment(parts_->view, sink); }

Result<Answer> Index::Search(std::span<const float> query, const SearchOptions& options,
                             const CancelToken& cancel, SearchMemory* memory) const {
  return SearchIndex(parts_->view, query, options, cancel, memory->state_.get());
}

Result<std::vector<Answer>> Index::SearchBatch(const Matrix& queries, const SearchOptions& options,
                                               size_t threads, const CancelToken& cancel) const {
  return SearchIndexBatch(parts_->view, queries, options, threads, cancel);
}

Status Index::Verify(const CancelToken& cancel) const {
  if (parts_->segment == nullptr) return {};
  return VerifySections(parts_->view, parts_->segment->header(), cancel);
}

Result<RegionMap> Index::Regions() const { return RegionsOf(parts_->view); }

size_t Index::rows() const { return parts_->view.coded.count; }
size_t Index::dimensions() const { return parts_->view.vectors.dimensions; }
Metric Index::metric() const { return parts_->view.options.metric; }
const BuildOptions& Index::options() const { return parts_->view.options; }
std::span<const uint64_t> Index::ids() const { return parts_->view.ids; }
Matrix Index::vectors() const { return parts_->view.vectors; }
size_t Index::memory_bytes() const { return BytesOf(parts_->view); }
std::string Index::Digest() const { return DigestOf(parts_->view); }

}  // namespace lake::ann
