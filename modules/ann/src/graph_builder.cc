#include "graph_builder.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "beam.h"
#include "entry_set.h"
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

class Builder {
 public:
  Builder(const CodedRows& rows, std::span<const uint32_t> members, const GraphOptions& options,
          ThreadTeam* team)
      : rows_(rows),
        options_(options),
        team_(team),
        order_(SeededOrder(members, options.seed)),
        links_(rows, options.selection),
        beams_(team->size()) {}

  Result<BuiltGraph> Build(const CancelToken& cancel) {
    for (size_t inserted = 0; inserted < order_.size();) {
      if (cancel.cancelled()) return cancel.error();
      if (!entries_.has_value() && inserted >= EntryCount(order_.size())) entries_.emplace(rows_, Sample());
      const size_t batch = BatchSize(inserted, order_.size() - inserted);
      InsertBatch(inserted, batch);
      inserted += batch;
    }
    if (!entries_.has_value()) entries_.emplace(rows_, Sample());
    BuiltGraph built = {.neighbours = links_.Finish(team_),
                        .degree = options_.selection.degree,
                        .entries = {Sample().begin(), Sample().end()}};
    LinkUnreachable(rows_, order_, entries_->view(), options_.ef_construction, &built);
    return built;
  }

 private:
  std::span<const uint32_t> Sample() const { return std::span(order_).first(EntryCount(order_.size())); }

  void InsertBatch(size_t inserted, size_t batch) {
    constexpr size_t kRowsAtOnce = 16;
    chosen_.resize(std::max(chosen_.size(), batch));
    team_->ForEachPiece(batch, kRowsAtOnce, [&](size_t member, size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const uint32_t row = order_[inserted + i];
        SelectNeighbours(rows_, Find(row, inserted, &beams_[member]), options_.selection, &chosen_[i]);
        links_.SetNew(row, chosen_[i]);
      }
    });
    links_.AddReverse(std::span(order_).subspan(inserted, batch), {chosen_.data(), batch}, team_);
  }

  /// The inserted rows nearest to a row that is not inserted yet.
  std::span<const Candidate> Find(uint32_t row, size_t inserted, Beam* beam) const {
    const CodeDistances distances(rows_, rows_.code(row), rows_.terms[row]);
    if (entries_.has_value()) {
      const Starts starts = entries_->view().Nearest(rows_.code(row), rows_.terms[row]);
      beam->Walk(links_.view(), rows_.count, options_.ef_construction, starts.rows(), distances);
    } else {
      beam->Walk(links_.view(), rows_.count, options_.ef_construction, std::span(order_).first(inserted),
                 distances);
    }
    return beam->found();
  }

  const CodedRows& rows_;
  const GraphOptions& options_;
  ThreadTeam* team_;
  std::vector<uint32_t> order_;
  std::optional<EntrySet> entries_;
  LinkTable links_;
  std::vector<Beam> beams_;                     ///< One for each member of the team.
  std::vector<std::vector<Candidate>> chosen_;  ///< Of the rows of the batch.
};

}  // namespace

size_t EntryCount(size_t members) {
  const auto root = static_cast<size_t>(std::sqrt(static_cast<double>(members)));
  return std::min(members, std::clamp<size_t>(root / 2, 128, 512));
}

Result<BuiltGraph> BuildGraph(const CodedRows& rows, std::span<const uint32_t> members,
                              const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team) {
  return Builder(rows, members, options, team).Build(cancel);
}

}  // namespace lake::ann
