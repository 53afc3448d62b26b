#include "graph_builder.h"

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

/// Of `ef_construction`, for each leader.
constexpr size_t kCandidatesPerLeader = 16;
/// One row of so many is in leaves of the sample as well.
constexpr size_t kRowsPerSampled = 2;
constexpr size_t kLeadersInSample = 2;
/// In a leaf more are chosen than a rule of a smaller alpha will, and the same for every rule: so neighbours
/// can be chosen by another one without comparing leaves again.
constexpr float kLeafAlpha = 1.1F;
constexpr size_t kChosenAtOnce = 64;

size_t LeadersOfRow(size_t ef_construction) {
  return std::clamp<size_t>(ef_construction / kCandidatesPerLeader, 2, kMostLeadersOfRow);
}

/// The leaves of all, then those of a sample. Rows of the sample are farther apart, so a leaf of theirs holds
/// rows of many crowds, of which the leaves of all hold one each: by those links walks come from one crowd to
/// another. It is what the upper layers of HNSW hold (Malkov and Yashunin, 2018), in one graph.
Result<Leaves> CarveAll(const CodedRows& rows, std::span<const uint32_t> drawn, const GraphOptions& options,
                        const CancelToken& cancel, ThreadTeam* team) {
  LAKE_ASSIGN_OR_RETURN(Leaves leaves, CarveLeaves(rows, options.code, drawn,
                                                   LeadersOfRow(options.ef_construction), cancel, team));
  const std::span<const uint32_t> sample = drawn.first(drawn.size() / kRowsPerSampled);
  if (sample.empty()) return leaves;
  LAKE_ASSIGN_OR_RETURN(Leaves of_sample,
                        CarveLeaves(rows, options.code, sample, kLeadersInSample, cancel, team));
  std::ranges::move(of_sample.leaves, std::back_inserter(leaves.leaves));
  return leaves;
}

/// Of each row, whom it chose in each of its leaves.
class LeafCandidates {
 public:
  LeafCandidates(size_t rows, const Leaves& leaves, size_t ef_construction)
      : leaders_(LeadersOfRow(ef_construction) + kLeadersInSample),
        per_leaf_(ef_construction / leaders_),
        pool_(rows, ef_construction),
        sizes_(rows * leaders_),
        turns_(leaves.leaves.size()) {
    std::vector<uint8_t> used(rows);
    for (size_t l = 0; l < leaves.leaves.size(); ++l)
      for (const uint32_t row : leaves.leaves[l]) turns_[l].push_back(used[row]++);
  }

  /// Different leaves may be compared at once.
  void Compare(const CodedRows& rows, Code code, const Leaves& leaves, size_t l, LeafDistances* distances) {
    const std::span<const uint32_t> leaf = leaves.leaves[l];
    distances->Compare(rows, code, leaf);
    for (size_t begin = 0; begin < leaf.size(); begin += LeafDistances::kRowsTogether) {
      const size_t count = std::min(LeafDistances::kRowsTogether, leaf.size() - begin);
      distances->Choose(begin, count, {.degree = per_leaf_, .alpha = kLeafAlpha});
      for (size_t i = 0; i < count; ++i) Store(leaf[begin + i], turns_[l][begin + i], distances->chosen(i));
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
  void Store(uint32_t row, uint8_t turn, std::span<const Candidate> chosen) {
    std::ranges::copy(chosen, pool_.places_of(row) + turn * per_leaf_);
    sizes_[row * leaders_ + turn] = static_cast<uint8_t>(chosen.size());
  }

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
    if (!cancel.cancelled()) candidates.Compare(rows, options.code, leaves, leaf, &distances[member]);
  });
  if (cancel.cancelled()) return cancel.error();
  std::vector<std::vector<Candidate>> all(team->size());
  team->ForEachPiece(leaves.order.size(), kChosenAtOnce, [&](size_t member, size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) candidates.Merge(leaves.order[i], &all[member]);
  });
  return candidates.Take();
}

/// Each row's neighbours among its candidates.
Result<CandidatePool> Choose(const CodedRows& rows, std::span<const uint32_t> order,
                             const CandidatePool& pool, const GraphOptions& options,
                             const CancelToken& cancel, ThreadTeam* team) {
  CandidatePool chosen(rows.count, options.selection.degree);
  std::vector<Selection> selections(team->size());
  team->ForEachPiece(order.size(), kChosenAtOnce, [&](size_t member, size_t begin, size_t end) {
    if (cancel.cancelled()) return;
    for (const uint32_t row : order.subspan(begin, end - begin)) {
      SelectNeighbours(rows, options.code, pool.of(row), options.selection, &selections[member]);
      chosen.Store(row, selections[member].chosen);
    }
  });
  if (cancel.cancelled()) return cancel.error();
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

/// `drawn`: the members in the order of the seed.
Result<BuiltGraph> LinkChosen(const CodedRows& rows, std::span<const uint32_t> drawn,
                              std::span<const uint32_t> order, const CandidatePool& chosen,
                              const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team) {
  LAKE_ASSIGN_OR_RETURN(HugeArray<uint32_t> neighbours, Link(rows, order, chosen, options, cancel, team));
  const std::span<const uint32_t> sample = drawn.first(EntryCount(drawn.size()));
  BuiltGraph built = {.neighbours = std::move(neighbours),
                      .degree = options.selection.degree,
                      .entries = {sample.begin(), sample.end()},
                      .candidates = {}};
  const EntrySet entries(rows, sample);
  LinkUnreachable(rows, options, drawn, entries.view(), &built);
  return built;
}

}  // namespace

size_t EntryCount(size_t members) {
  return std::min(members, std::clamp<size_t>(members / 100, 512, 100'000));
}

Result<BuiltGraph> BuildGraph(const CodedRows& rows, std::span<const uint32_t> members,
                              const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team) {
  const std::vector<uint32_t> drawn = SeededOrder(members, options.seed);
  LAKE_ASSIGN_OR_RETURN(Leaves leaves, CarveAll(rows, drawn, options, cancel, team));
  Candidates candidates;
  LAKE_ASSIGN_OR_RETURN(candidates.pool, FindCandidates(rows, leaves, options, cancel, team));
  LAKE_ASSIGN_OR_RETURN(const CandidatePool chosen,
                        Choose(rows, leaves.order, candidates.pool, options, cancel, team));
  // A build of millions of rows needs the memory.
  leaves.leaves.clear();
  if (!options.keep_candidates) candidates.pool = {};
  LAKE_ASSIGN_OR_RETURN(BuiltGraph built,
                        LinkChosen(rows, drawn, leaves.order, chosen, options, cancel, team));
  if (options.keep_candidates) {
    candidates.order = std::move(leaves.order);
    built.candidates = std::move(candidates);
  }
  return built;
}

Result<BuiltGraph> RewireGraph(const CodedRows& rows, std::span<const uint32_t> members,
                               const Candidates& candidates, const GraphOptions& options,
                               const CancelToken& cancel, ThreadTeam* team) {
  LAKE_ASSIGN_OR_RETURN(const CandidatePool chosen,
                        Choose(rows, candidates.order, candidates.pool, options, cancel, team));
  return LinkChosen(rows, SeededOrder(members, options.seed), candidates.order, chosen, options, cancel,
                    team);
}

}  // namespace lake::ann
