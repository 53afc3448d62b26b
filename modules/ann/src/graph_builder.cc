#include "graph_builder.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "beam.h"
#include "entry_set.h"
#include "leaf_builder.h"
#include "link_table.h"
#include "reachability.h"
#include "seeded_order.h"

namespace lake::ann {
namespace {

/// Rows of one batch do not see one another, so a batch is a small part of the graph it searches.
size_t BatchSize(size_t inserted, size_t left) {
  constexpr size_t kLargestBatch = 4096;
  const size_t part = inserted < kLargestBatch ? inserted / 8 : inserted / 16;
  return std::min({std::max<size_t>(1, part), kLargestBatch, left});
}

/// What one member of the team works in.
struct Workplace {
  Beam beam;
  Origin origin;
  Selection selection;
};

class Builder {
  static constexpr size_t kRowsAtOnce = 16;

 public:
  /// `given`: the candidates of each row; null: they are searched for.
  Builder(const CodedRows& rows, std::span<const uint32_t> members, const GraphOptions& options,
          const CandidatePool* given, ThreadTeam* team)
      : rows_(rows),
        given_(given),
        options_(options),
        team_(team),
        order_(SeededOrder(members, options.seed)),
        links_(rows, options.code, options.selection),
        workplaces_(team->size()) {
    if (options.keep_pool) pool_ = CandidatePool(rows.count, options.ef_construction);
  }

  Result<BuiltGraph> Build(const CancelToken& cancel) {
    for (size_t inserted = 0; inserted < order_.size();) {
      if (cancel.cancelled()) return cancel.error();
      if (!entries_.has_value() && inserted >= EntryCount(order_.size())) entries_.emplace(rows_, Sample());
      const size_t batch = BatchSize(inserted, order_.size() - inserted);
      InsertBatch(inserted, batch);
      inserted += batch;
    }
    return Finish();
  }

 private:
  BuiltGraph Finish() {
    if (!entries_.has_value()) entries_.emplace(rows_, Sample());
    BuiltGraph built = {.neighbours = links_.Finish(team_),
                        .degree = options_.selection.degree,
                        .entries = {Sample().begin(), Sample().end()},
                        .pool = std::move(pool_)};
    LinkUnreachable(rows_, options_, order_, entries_->view(), &built);
    return built;
  }

  std::span<const uint32_t> Sample() const { return std::span(order_).first(EntryCount(order_.size())); }

  void InsertBatch(size_t inserted, size_t batch) {
    const std::span<const uint32_t> sources = std::span(order_).subspan(inserted, batch);
    chosen_.resize(std::max(chosen_.size(), batch));
    OrderBatch(sources);
    team_->ForEachPiece(batch, kRowsAtOnce, [&](size_t member, size_t begin, size_t end) {
      for (const size_t i : std::span(by_start_).subspan(begin, end - begin)) {
        const std::span<const Candidate> found =
            given_ != nullptr ? given_->of(sources[i])
                              : Find(sources[i], inserted, starts_[i], &workplaces_[member]);
        if (options_.keep_pool) pool_.Store(sources[i], found);
        Choose(sources[i], found, &chosen_[i], member);
      }
    });
    const std::vector<std::span<const Candidate>> chosen(
        chosen_.begin(), chosen_.begin() + static_cast<std::ptrdiff_t>(batch));
    links_.AddReverse(sources, chosen, team_);
  }

  /// The rows of a batch may be searched in any order. Rows that start at the same entry meet the same rows,
  /// so one after another they find their codes in the cache.
  void OrderBatch(std::span<const uint32_t> sources) {
    by_start_.resize(sources.size());
    std::iota(by_start_.begin(), by_start_.end(), size_t{0});
    if (given_ != nullptr) return;
    starts_.resize(sources.size());
    team_->ForEachPiece(sources.size(), kRowsAtOnce, [&](size_t member, size_t begin, size_t end) {
      Origin* origin = &workplaces_[member].origin;
      for (size_t i = begin; i < end; ++i) {
        rows_.SetOrigin(sources[i], options_.code, origin);
        starts_[i] = StartsOf(*origin);
      }
    });
    std::ranges::sort(by_start_, {}, [&](size_t i) { return std::pair(starts_[i].row, i); });
  }

  /// Gives a row its neighbours.
  void Choose(uint32_t row, std::span<const Candidate> candidates, std::vector<Candidate>* chosen,
              size_t member) {
    Selection& selection = workplaces_[member].selection;
    SelectNeighbours(rows_, options_.code, candidates, options_.selection, &selection);
    *chosen = selection.chosen;
    links_.Store(row, *chosen);
  }

  Starts StartsOf(const Origin& origin) const {
    if (!entries_.has_value()) return {};
    return entries_->view().Nearest(origin);
  }

  /// The inserted rows nearest to a row that is not inserted yet.
  std::span<const Candidate> Find(uint32_t row, size_t inserted, const Starts& starts,
                                  Workplace* here) const {
    const std::span<const uint32_t> from =
        entries_.has_value() ? starts.rows() : std::span(order_).first(inserted);
    rows_.SetOrigin(row, options_.code, &here->origin);
    here->beam.Walk(links_.view(), rows_, options_.code, here->origin, options_.ef_construction, from);
    return here->beam.found();
  }

  const CodedRows& rows_;
  const CandidatePool* given_;
  const GraphOptions& options_;
  ThreadTeam* team_;
  std::vector<uint32_t> order_;
  std::optional<EntrySet> entries_;
  LinkTable links_;
  CandidatePool pool_;
  std::vector<Workplace> workplaces_;  ///< One for each member of the team.
  // Of the rows of the batch:
  std::vector<Starts> starts_;
  std::vector<std::vector<Candidate>> chosen_;
  std::vector<size_t> by_start_;
};

}  // namespace

size_t EntryCount(size_t members) {
  const auto root = static_cast<size_t>(std::sqrt(static_cast<double>(members)));
  return std::min(members, std::clamp<size_t>(root / 2, 128, 512));
}

Result<BuiltGraph> BuildGraph(const CodedRows& rows, std::span<const uint32_t> members,
                              const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team) {
  if (IsBuiltFromLeaves(options.code, members.size()))
    return BuildFromLeaves(rows, members, options, cancel, team);
  return Builder(rows, members, options, nullptr, team).Build(cancel);
}

Result<BuiltGraph> RewireGraph(const CodedRows& rows, std::span<const uint32_t> members,
                               const CandidatePool& pool, const GraphOptions& options,
                               const CancelToken& cancel, ThreadTeam* team) {
  if (!pool.leaf_order().empty()) return RewireFromLeaves(rows, members, pool, options, cancel, team);
  return Builder(rows, members, options, &pool, team).Build(cancel);
}

}  // namespace lake::ann
