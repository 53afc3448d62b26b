#include "lake/ann/index_set.h"

#include <algorithm>
#include <utility>

namespace lake::ann {
namespace {

Status CheckMember(const IndexMember& first, const IndexMember& member) {
  if (member.index.metric() != first.index.metric() || member.index.dimensions() != first.index.dimensions())
    return InvalidArgument("indexes_differ", "an index of {} dimensions by {} and one of {} by {}",
                           first.index.dimensions(), MetricName(first.index.metric()),
                           member.index.dimensions(), MetricName(member.index.metric()));
  if (member.deleted != nullptr && member.deleted->rows() != member.index.rows())
    return InvalidArgument("deleted_rows_differ", "deleted rows of {} for an index of {}",
                           member.deleted->rows(), member.index.rows());
  return {};
}

std::optional<RowSet> LiveRowsOf(const IndexMember& member) {
  if (member.deleted == nullptr || member.deleted->count() == 0) return std::nullopt;
  return member.deleted->Complement();
}

}  // namespace

IndexSet::IndexSet(std::shared_ptr<const std::vector<IndexMember>> members,
                   std::shared_ptr<const LiveRows> live)
    : members_(std::move(members)), live_(std::move(live)) {}

Result<IndexSet> IndexSet::Make(std::vector<IndexMember> members) {
  LAKE_CHECK(!members.empty());
  LiveRows live;
  for (const IndexMember& member : members) {
    LAKE_RETURN_IF_ERROR(CheckMember(members.front(), member));
    live.push_back(LiveRowsOf(member));
  }
  return IndexSet(std::make_shared<const std::vector<IndexMember>>(std::move(members)),
                  std::make_shared<const LiveRows>(std::move(live)));
}

const RowSet* IndexSet::live(size_t member) const {
  const std::optional<RowSet>& rows = (*live_)[member];
  return rows.has_value() ? &*rows : nullptr;
}

RowSet IndexSet::RowsOf(size_t member, std::span<const uint64_t> ids) const {
  const std::span<const uint64_t> known = (*members_)[member].index.ids();
  const RowSet* alive = live(member);
  RowSet rows(known.size());
  auto from = known.begin();
  for (const uint64_t id : ids) {
    from = std::lower_bound(from, known.end(), id);
    if (from == known.end()) break;
    const auto row = static_cast<size_t>(from - known.begin());
    if (*from == id && (alive == nullptr || alive->Contains(row))) rows.Add(row);
  }
  return rows;
}

Result<Answer> IndexSet::Search(std::span<const float> query, const SetSearchOptions& options,
                                const CancelToken& cancel, SearchMemory* memory) const {
  if (options.ids.has_value() && !std::ranges::is_sorted(*options.ids))
    return InvalidArgument("ids_not_ascending", "the ids that may be found do not ascend");
  Answer all = {.exact = true};
  for (size_t m = 0; m < members_->size(); ++m) {
    std::optional<RowSet> wanted;
    if (options.ids.has_value()) wanted = RowsOf(m, *options.ids);
    const SearchOptions one = {.k = options.k,
                               .ef_search = options.ef_search,
                               .rerank = options.rerank,
                               .code = options.code,
                               .precision = options.precision,
                               .filter = wanted.has_value() ? &*wanted : live(m)};
    LAKE_ASSIGN_OR_RETURN(const Answer found, (*members_)[m].index.Search(query, one, cancel, memory));
    all.hits.insert(all.hits.end(), found.hits.begin(), found.hits.end());
    all.exact = all.exact && found.exact;
    all.distances += found.distances;
    all.hops += found.hops;
    all.reranked += found.reranked;
  }
  std::ranges::sort(all.hits, [](const Hit& a, const Hit& b) {
    return a.distance < b.distance || (a.distance == b.distance && a.id < b.id);
  });
  all.hits.resize(std::min(all.hits.size(), options.k));
  return all;
}

Result<GatheredRows> IndexSet::Gather() const {
  struct Place {
    uint64_t id;
    const float* vector;
  };
  std::vector<Place> places;
  for (size_t m = 0; m < members_->size(); ++m) {
    const Index& index = (*members_)[m].index;
    for (size_t row = 0; row < index.rows(); ++row)
      if (live(m) == nullptr || live(m)->Contains(row))
        places.push_back({index.ids()[row], index.vectors().row(row)});
  }
  std::ranges::sort(places, {}, &Place::id);
  const auto twice = std::ranges::adjacent_find(places, {}, &Place::id);
  if (twice != places.end())
    return FailedPrecondition("id_twice", "id {} is in two indexes and deleted in neither", twice->id);
  GatheredRows rows = {.values = {}, .ids = {}, .dimensions = members_->front().index.dimensions()};
  rows.values.reserve(places.size() * rows.dimensions);
  for (const Place& place : places) {
    rows.ids.push_back(place.id);
    rows.values.insert(rows.values.end(), place.vector, place.vector + rows.dimensions);
  }
  return rows;
}

size_t IndexSet::rows() const {
  size_t count = 0;
  for (size_t m = 0; m < members_->size(); ++m)
    count += live(m) != nullptr ? live(m)->count() : (*members_)[m].index.rows();
  return count;
}

}  // namespace lake::ann
