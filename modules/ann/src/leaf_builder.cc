#include "leaf_builder.h"

#include <algorithm>
#include <utility>

#include "entry_set.h"
#include "leaf_distances.h"
#include "leaves.h"
#include "link_table.h"
#include "nearest_leaders.h"
#include "reachability.h"
#include "seeded_order.h"

namespace lake::ann {
namespace {

/// Fewer rows are inserted one by one: that takes little longer, and searches are a little quicker.
constexpr size_t kFewestMembers = 500'000;

constexpr size_t kCandidatesPerLeaf = 16;
constexpr size_t kRowsAtOnce = 64;

size_t LeadersOfRow(size_t ef_construction) {
  return std::clamp<size_t>(ef_construction / kCandidatesPerLeaf, 2, kMostLeadersOfRow);
}

/// Of each row, whom it chose in each of its leaves.
class LeafCandidates {
 public:
  LeafCandidates(size_t rows, const Leaves& leaves, size_t ef_construction)
      : leaders_(LeadersOfRow(ef_construction)),
        per_leaf_(ef_construction / leaders_),
        pool_(rows, ef_construction),
        sizes_(rows * leaders_),
        turns_(leaves.leaves.size()) {
    std::vector<uint8_t> used(rows);
    for (size_t l = 0; l < leaves.leaves.size(); ++l)
      for (const uint32_t row : leaves.leaves[l]) turns_[l].push_back(used[row]++);
  }

  /// Different leaves may be compared at once.
  void Compare(const CodedRows& rows, const Leaves& leaves, size_t l, float alpha, LeafDistances* distances) {
    const std::span<const uint32_t> leaf = leaves.leaves[l];
    distances->Compare(rows, leaf);
    for (size_t i = 0; i < leaf.size(); ++i) {
      const std::span<const Candidate> chosen = distances->Choose(i, {.degree = per_leaf_, .alpha = alpha});
      std::ranges::copy(chosen, pool_.places_of(leaf[i]) + turns_[l][i] * per_leaf_);
      sizes_[leaf[i] * leaders_ + turns_[l][i]] = static_cast<uint8_t>(chosen.size());
    }
  }

  /// Brings together what a row chose. Different rows may be merged at once.
  void Merge(uint32_t row, std::vector<Candidate>* all) {
    all->clear();
    for (size_t turn = 0; turn < leaders_; ++turn) {
      const Candidate* from = pool_.places_of(row) + turn * per_leaf_;
      all->insert(all->end(), from, from + sizes_[row * leaders_ + turn]);
    }
    std::ranges::sort(*all, std::less<>());
    const auto [again, end] = std::ranges::unique(*all);
    all->erase(again, end);
    pool_.Store(row, *all);
  }

  CandidatePool Take() { return std::move(pool_); }

 private:
  size_t leaders_;
  size_t per_leaf_;
  CandidatePool pool_;
  std::vector<uint8_t> sizes_;               ///< By row and turn.
  std::vector<std::vector<uint8_t>> turns_;  ///< Of each leaf, how many leaves of its rows came before it.
};

Result<CandidatePool> FindCandidates(const CodedRows& rows, const Leaves& leaves, const GraphOptions& options,
                                     const CancelToken& cancel, ThreadTeam* team) {
  LeafCandidates candidates(rows.count, leaves, options.ef_construction);
  std::vector<LeafDistances> distances(team->size());
  team->ForEachPiece(leaves.leaves.size(), 1, [&](size_t member, size_t leaf, size_t) {
    if (!cancel.cancelled())
      candidates.Compare(rows, leaves, leaf, options.selection.alpha, &distances[member]);
  });
  if (cancel.cancelled()) return cancel.error();
  std::vector<std::vector<Candidate>> all(team->size());
  team->ForEachPiece(leaves.order.size(), kRowsAtOnce, [&](size_t member, size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) candidates.Merge(leaves.order[i], &all[member]);
  });
  return candidates.Take();
}

/// Each row's neighbours among its candidates.
CandidatePool Choose(const CodedRows& rows, std::span<const uint32_t> order, const CandidatePool& pool,
                     const GraphOptions& options, ThreadTeam* team) {
  CandidatePool chosen(rows.count, options.selection.degree);
  std::vector<Selection> selections(team->size());
  team->ForEachPiece(order.size(), kRowsAtOnce, [&](size_t member, size_t begin, size_t end) {
    for (const uint32_t row : order.subspan(begin, end - begin)) {
      SelectNeighbours(rows, options.code, pool.of(row), options.selection, &selections[member]);
      chosen.Store(row, selections[member].chosen);
    }
  });
  return chosen;
}

/// Rows are linked to whom they chose, and those to them, in the order given: rows that lie together find one
/// another's codes in the cache.
Result<HugeArray<uint32_t>> Link(const CodedRows& rows, std::span<const uint32_t> order,
                                 const CandidatePool& chosen, const GraphOptions& options,
                                 const CancelToken& cancel, ThreadTeam* team) {
  constexpr size_t kBatch = 8192;
  LinkTable links(rows, options.code, options.selection);
  for (const uint32_t row : order) links.Store(row, chosen.of(row));
  std::vector<std::span<const Candidate>> of_batch;
  for (size_t begin = 0; begin < order.size(); begin += kBatch) {
    if (cancel.cancelled()) return cancel.error();
    const std::span<const uint32_t> batch = order.subspan(begin, std::min(kBatch, order.size() - begin));
    of_batch.clear();
    for (const uint32_t row : batch) of_batch.push_back(chosen.of(row));
    links.AddReverse(batch, of_batch, team);
  }
  return links.Finish(team);
}

Result<BuiltGraph> LinkChosen(const CodedRows& rows, std::span<const uint32_t> members,
                              std::span<const uint32_t> order, const CandidatePool& chosen,
                              const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team) {
  LAKE_ASSIGN_OR_RETURN(HugeArray<uint32_t> neighbours, Link(rows, order, chosen, options, cancel, team));
  const std::vector<uint32_t> drawn = SeededOrder(members, options.seed);
  const std::span<const uint32_t> sample = std::span(drawn).first(EntryCount(drawn.size()));
  BuiltGraph built = {.neighbours = std::move(neighbours),
                      .degree = options.selection.degree,
                      .entries = {sample.begin(), sample.end()},
                      .pool = {}};
  const EntrySet entries(rows, sample);
  LinkUnreachable(rows, options, drawn, entries.view(), &built);
  return built;
}

}  // namespace

bool IsBuiltFromLeaves(Code code, size_t members) { return code == Code::kInt4 && members >= kFewestMembers; }

Result<BuiltGraph> BuildFromLeaves(const CodedRows& rows, std::span<const uint32_t> members,
                                   const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team) {
  const std::vector<uint32_t> drawn = SeededOrder(members, options.seed);
  LAKE_ASSIGN_OR_RETURN(Leaves leaves,
                        CarveLeaves(rows, drawn, LeadersOfRow(options.ef_construction), cancel, team));
  LAKE_ASSIGN_OR_RETURN(CandidatePool pool, FindCandidates(rows, leaves, options, cancel, team));
  const CandidatePool chosen = Choose(rows, leaves.order, pool, options, team);
  // A build of millions of rows needs the memory.
  if (!options.keep_pool) pool = {};
  leaves.leaves.clear();
  LAKE_ASSIGN_OR_RETURN(BuiltGraph built,
                        LinkChosen(rows, members, leaves.order, chosen, options, cancel, team));
  if (options.keep_pool) {
    pool.KeepOrder(std::move(leaves.order));
    built.pool = std::move(pool);
  }
  return built;
}

Result<BuiltGraph> RewireFromLeaves(const CodedRows& rows, std::span<const uint32_t> members,
                                    const CandidatePool& pool, const GraphOptions& options,
                                    const CancelToken& cancel, ThreadTeam* team) {
  const CandidatePool chosen = Choose(rows, pool.leaf_order(), pool, options, team);
  return LinkChosen(rows, members, pool.leaf_order(), chosen, options, cancel, team);
}

}  // namespace lake::ann
