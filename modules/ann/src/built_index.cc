#include "built_index.h"

#include <algorithm>
#include <utility>

#include "code_choice.h"

namespace lake::ann {
namespace {

Status CheckOptions(const BuildOptions& options) {
  constexpr std::string_view kReason = "build_option_out_of_range";
  if (options.ef_construction < 10 || options.ef_construction > 400)
    return InvalidArgument(kReason, "ef_construction is {}; 10 to 400 are possible", options.ef_construction);
  if (options.degree < 4 || options.degree > 96)
    return InvalidArgument(kReason, "degree is {}; 4 to 96 are possible", options.degree);
  if (!(options.alpha >= 1 && options.alpha <= 2))
    return InvalidArgument(kReason, "alpha is {}; 1 to 2 are possible", options.alpha);
  if (options.threads < 1 || options.threads > 256)
    return InvalidArgument(kReason, "threads is {}; 1 to 256 are possible", options.threads);
  return {};
}

Status CheckIds(std::span<const uint64_t> ids, size_t rows) {
  if (ids.size() != rows)
    return InvalidArgument("ids_not_ascending", "{} ids for {} vectors", ids.size(), rows);
  const auto wrong = std::ranges::adjacent_find(ids, std::greater_equal<>());
  if (wrong != ids.end())
    return InvalidArgument("ids_not_ascending", "id {} is followed by {}; ids ascend, and none comes twice",
                           *wrong, *std::next(wrong));
  return {};
}

}  // namespace

BuiltIndex::BuiltIndex(std::shared_ptr<const CodedVectors> vectors, const BuildOptions& options)
    : options_(options), vectors_(std::move(vectors)) {}

GraphOptions BuiltIndex::graph_options() const {
  return {.code = *options_.code,
          .selection = {.degree = options_.degree, .alpha = options_.alpha},
          .ef_construction = options_.ef_construction,
          .seed = options_.seed,
          .keep_candidates = options_.keep_candidates};
}

void BuiltIndex::Take(BuiltGraph graph) {
  graph_ = std::move(graph);
  entries_.emplace(vectors_->rows(), graph_.entries);
}

Result<std::shared_ptr<const BuiltIndex>> BuiltIndex::Build(const Kernels& kernels, const Matrix& vectors,
                                                            std::span<const uint64_t> ids,
                                                            const BuildOptions& options,
                                                            const CancelToken& cancel) {
  LAKE_RETURN_IF_ERROR(CheckOptions(options));
  LAKE_RETURN_IF_ERROR(CheckVectors(vectors, options.metric));
  LAKE_RETURN_IF_ERROR(CheckIds(ids, vectors.rows));
  ThreadTeam team(options.threads);
  const auto coded = std::make_shared<const CodedVectors>(kernels, vectors, ids, options.metric, &team);
  std::shared_ptr<BuiltIndex> built(new BuiltIndex(coded, options));
  const std::span<const uint32_t> members = coded->graph_members();
  if (!options.code.has_value()) {
    LAKE_ASSIGN_OR_RETURN(built->options_.code, ChooseCode(coded->rows(), coded->high_residuals(), members,
                                                           options.seed, cancel, &team));
  }
  LAKE_ASSIGN_OR_RETURN(BuiltGraph graph,
                        BuildGraph(coded->rows(), members, built->graph_options(), cancel, &team));
  if (options.keep_candidates)
    built->candidates_ = std::make_shared<const Candidates>(std::move(graph.candidates));
  built->Take(std::move(graph));
  return std::shared_ptr<const BuiltIndex>(std::move(built));
}

Result<std::shared_ptr<const BuiltIndex>> BuiltIndex::Rewire(size_t degree, float alpha, size_t threads,
                                                             const CancelToken& cancel) const {
  if (candidates_ == nullptr)
    return FailedPrecondition("no_candidates", "the index was built without keeping candidates");
  BuildOptions options = options_;
  options.degree = degree;
  options.alpha = alpha;
  options.threads = threads;
  LAKE_RETURN_IF_ERROR(CheckOptions(options));
  ThreadTeam team(threads);
  std::shared_ptr<BuiltIndex> built(new BuiltIndex(vectors_, options));
  GraphOptions by_rule = built->graph_options();
  by_rule.keep_candidates = false;
  LAKE_ASSIGN_OR_RETURN(BuiltGraph graph, RewireGraph(vectors_->rows(), vectors_->graph_members(),
                                                      *candidates_, by_rule, cancel, &team));
  built->candidates_ = candidates_;
  built->Take(std::move(graph));
  return std::shared_ptr<const BuiltIndex>(std::move(built));
}

IndexView BuiltIndex::view() const {
  return {.options = options_,
          .vectors = vectors_->vectors(),
          .coded = vectors_->rows(),
          .high_residuals = vectors_->high_residuals(),
          .graph = graph_.view(),
          .entries = entries_->view(),
          .duplicates = vectors_->duplicates(),
          .ids = vectors_->ids()};
}

}  // namespace lake::ann
