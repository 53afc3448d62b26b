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

BuiltIndex::BuiltIndex(CodeSpace space, const Matrix& vectors, std::span<const uint64_t> ids,
                       const BuildOptions& options)
    : options_(options),
      vectors_(vectors),
      ids_(ids.begin(), ids.end()),
      space_(std::move(space)),
      high_(vectors.rows * space_.half_bytes()),
      low_(vectors.rows * space_.half_bytes()),
      terms_(vectors.rows),
      high_residuals_(vectors.rows),
      distinct_(FindDistinctRows(vectors)) {}

CodedRows BuiltIndex::coded() const {
  return {.space = &space_,
          .high = high_.data(),
          .low = low_.data(),
          .terms = terms_.data(),
          .vectors = vectors_.data,
          .count = vectors_.rows};
}

void BuiltIndex::Encode(ThreadTeam* team) {
  constexpr size_t kRowsAtOnce = 256;
  team->ForEachPiece(vectors_.rows, kRowsAtOnce, [&](size_t, size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      const size_t at = row * space_.half_bytes();
      const CodeSpace::RowCode code =
          space_.EncodeRow(vectors_.row(row), {.high = high_.data() + at, .low = low_.data() + at});
      terms_[row] = code.terms;
      high_residuals_[row] = code.high_residual;
    }
  });
}

Result<std::shared_ptr<const BuiltIndex>> BuiltIndex::Build(const Kernels& kernels, const Matrix& vectors,
                                                            std::span<const uint64_t> ids,
                                                            const BuildOptions& options,
                                                            const CancelToken& cancel) {
  LAKE_RETURN_IF_ERROR(CheckOptions(options));
  LAKE_RETURN_IF_ERROR(CheckVectors(vectors, options.metric));
  LAKE_RETURN_IF_ERROR(CheckIds(ids, vectors.rows));
  ThreadTeam team(options.threads);
  std::shared_ptr<BuiltIndex> built(
      new BuiltIndex(CodeSpace::Train(vectors, options.metric, kernels, &team), vectors, ids, options));
  built->Encode(&team);
  const CodedRows coded = built->coded();
  std::span<const uint32_t> members = built->distinct_.members;
  if (vectors.rows <= kRowsWorthAGraph) members = {};
  if (!options.code.has_value()) {
    LAKE_ASSIGN_OR_RETURN(built->options_.code, ChooseCode(coded, built->high_residuals_.data(), members,
                                                           options.seed, cancel, &team));
  }
  const GraphOptions graph = {.code = *built->options_.code,
                              .selection = {.degree = options.degree, .alpha = options.alpha},
                              .ef_construction = options.ef_construction,
                              .seed = options.seed};
  LAKE_ASSIGN_OR_RETURN(built->graph_, BuildGraph(coded, members, graph, cancel, &team));
  built->entries_.emplace(coded, built->graph_.entries);
  return std::shared_ptr<const BuiltIndex>(std::move(built));
}

IndexView BuiltIndex::view() const {
  return {.options = options_,
          .vectors = vectors_,
          .coded = coded(),
          .high_residuals = high_residuals_.data(),
          .graph = graph_.view(),
          .entries = entries_->view(),
          .duplicates = distinct_.duplicates,
          .ids = ids_};
}

}  // namespace lake::ann
