#include "index_search.h"

#include <algorithm>
#include <cmath>

namespace lake::ann {
namespace {

constexpr size_t kFewestReranked = 20;
/// Who asks for a wide walk wants what codes put in a wrong place as well: one row of so many that it kept.
constexpr size_t kKeptPerReranked = 5;
/// Local intrinsic dimensions of sets of which a walk expands about `ef_search` rows. Embeddings of text have
/// 15 to 25; no set has more than its vectors.
constexpr double kUsualDimensions = 20;
/// Rows kept for one of `ef_search`: what hard questions need.
constexpr size_t kKeptPerWidth = 3;
/// Standard deviations of what a code leaves out.
constexpr float kLikelyEnough = 3;
/// A walk compares about 8 codes for each row of its width, read at random: each costs about 3 of a scan's.
constexpr size_t kScannedPerWidth = 24;

class Search {
 public:
  Search(const IndexView& index, std::span<const float> query, const SearchOptions& options,
         SearchMemory::State* memory)
      : index_(index), query_(query), options_(options), memory_(*memory) {}

  Result<Answer> Run(const CancelToken& cancel) {
    LAKE_RETURN_IF_ERROR(CheckSearchOptions(index_, options_));
    LAKE_RETURN_IF_ERROR(index_.coded.space->EncodeQuery(query_, &memory_.query));
    if (MayWalk()) {
      LAKE_ASSIGN_OR_RETURN(const bool enough, WalkUntilEnoughPass());
      if (enough) {
        Rerank();
        return MakeAnswer();
      }
    }
    const bool wanted = options_.precision == Precision::kExact;
    LAKE_ASSIGN_OR_RETURN(answer_.exact, Scan(wanted ? Proof::kCertain : Proof::kCertainIfCheap, cancel));
    if (!answer_.exact) LAKE_RETURN_IF_ERROR(Scan(Proof::kLikely, cancel));
    return MakeAnswer();
  }

 private:
  /// Fills memory_.found; false when that would cost more than the proof is worth.
  Result<bool> Scan(Proof proof, const CancelToken& cancel) {
    LAKE_ASSIGN_OR_RETURN(const bool found,
                          memory_.scan.Find(index_.coded, memory_.query, ScanBy(index_, options_, proof),
                                            cancel, &memory_.found));
    answer_.distances += memory_.scan.scanned();
    if (found) answer_.reranked = memory_.scan.compared();
    return found;
  }

  bool MayWalk() const {
    return options_.precision == Precision::kApproximate && index_.coded.count > kRowsWorthAGraph &&
           options_.k < index_.coded.count;
  }
  size_t passing() const {
    return options_.filter != nullptr ? options_.filter->count() : index_.coded.count;
  }
  Code code() const { return options_.code.value_or(index_.options.code.value_or(Code::kInt8)); }
  size_t reranked() const {
    if (options_.rerank != 0) return std::max(options_.k, options_.rerank);
    const size_t usual = std::max({2 * options_.k, kFewestReranked, options_.ef_search / kKeptPerReranked});
    return code() == Code::kInt4 ? usual * 3 / 2 : usual;
  }

  /// Fills memory_.candidates with the nearest rows that pass, or says that a scan is cheaper. A walk finds
  /// the nearest `width` rows whether they pass or not, so when enough of them pass, those are the nearest
  /// that pass, however the filter and the query lie to one another. When too few do, the walk is made wider
  /// by as much as they say.
  Result<bool> WalkUntilEnoughPass() {
    const size_t enough = options_.filter != nullptr ? reranked() : options_.k;
    size_t width = std::max(options_.ef_search, options_.k);
    if (options_.filter != nullptr) width = std::max(width, WidthFor(enough, passing(), index_.coded.count));
    while (options_.filter == nullptr || width * kScannedPerWidth < passing()) {
      LAKE_RETURN_IF_ERROR(Walk(width));
      if (memory_.candidates.size() >= enough) return true;
      // A walk that found too few, of rows that are all there to be found, is no answer.
      if (options_.filter == nullptr) return false;
      width = std::max(2 * width, WidthFor(enough, memory_.candidates.size(), width));
    }
    return false;
  }

  /// How wide a walk is expected to have to be for `enough` rows to pass when `passed` of `met` do; a quarter
  /// to spare.
  static size_t WidthFor(size_t enough, size_t passed, size_t met) {
    return enough * met / std::max<size_t>(passed, 1) * 5 / 4;
  }

  /// In so many dimensions the `width`th nearest row is so much farther than the k-th. In more dimensions
  /// more rows lie within that, and a walk expands as many as it takes. What passes a filter is found among
  /// the `width` nearest, so those have to be found.
  WalkLimits LimitsOf(size_t width) const {
    if (options_.filter != nullptr) return {.width = width};
    const double dimensions =
        std::min(kUsualDimensions, static_cast<double>(index_.coded.space->dimensions()));
    const double rows = static_cast<double>(width) / static_cast<double>(options_.k);
    return {.width = std::max(kKeptPerWidth * options_.ef_search, width),
            .wanted = options_.k,
            .reach = static_cast<float>(std::pow(rows, 2 / dimensions)),
            .slack = LikelyError(memory_.query.terms)};
  }

  /// How wrong a code of such terms likely is about the distance from the query.
  float LikelyError(const CodeTerms& terms) const {
    const CodeSpace& space = *index_.coded.space;
    float residual = 0;
    if (code() == Code::kInt4) residual = std::sqrt(space.MeanLeftOutByHigh(terms));
    if (code() == Code::kInt8) residual = terms.residual;
    return ErrorBound(memory_.query.terms, space.LikelyShare(kLikelyEnough))(terms, residual);
  }

  Status Walk(size_t width) {
    const Starts starts = index_.entries.Nearest(memory_.query);
    memory_.beam.Walk(index_.graph, index_.coded, code(), memory_.query, LimitsOf(width), starts.rows());
    if (memory_.beam.damaged()) return IndexDamaged("a neighbour in its graph is no row");
    answer_.distances += memory_.beam.statistics().distances + starts.compared;
    answer_.hops += memory_.beam.statistics().hops;
    memory_.candidates.clear();
    size_t enough = reranked();
    for (const Candidate& met : memory_.beam.found()) {
      if (enough == 0) break;
      LAKE_ASSIGN_OR_RETURN(const bool passes, AddCandidates(met));
      if (passes) --enough;
    }
    return {};
  }

  bool Passes(uint32_t row) const { return options_.filter == nullptr || options_.filter->Contains(row); }

  /// Adds a row that was met and those that equal it, as far as they may be found; whether one may.
  Result<bool> AddCandidates(const Candidate& met) {
    const size_t before = memory_.candidates.size();
    if (Passes(met.row)) memory_.candidates.push_back(met);
    for (const Duplicate& duplicate : DuplicatesOf(index_.duplicates, met.row)) {
      if (duplicate.row >= index_.coded.count) return IndexDamaged("a duplicate is no row");
      if (Passes(duplicate.row)) memory_.candidates.push_back({met.distance, duplicate.row});
    }
    return memory_.candidates.size() > before;
  }

  /// Fills memory_.found with the nearest candidates by their f32 vectors. Candidates are the nearest first
  /// by their codes, so the first that is likely behind all that are wanted ends it, unless the caller said
  /// how many are compared.
  void Rerank() {
    constexpr size_t kVectorsAhead = 2;
    const std::span<const Candidate> candidates = memory_.candidates;
    std::vector<Candidate>& found = memory_.found;
    found.clear();
    for (const Candidate& first : candidates.first(std::min(kVectorsAhead, candidates.size())))
      index_.coded.FetchVector(first.row);
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (options_.rerank == 0 && IsLikelyBehind(candidates[i])) break;
      if (i + kVectorsAhead < candidates.size()) index_.coded.FetchVector(candidates[i + kVectorsAhead].row);
      ++answer_.reranked;
      const Candidate row = {index_.coded.MetricDistance(memory_.query, candidates[i].row),
                             candidates[i].row};
      if (found.size() == options_.k) {
        if (!(row < found.front())) continue;
        std::ranges::pop_heap(found, std::less<>());
        found.pop_back();
      }
      found.push_back(row);
      std::ranges::push_heap(found, std::less<>());
    }
    std::ranges::sort_heap(found, std::less<>());
  }

  /// Whether as many as are wanted were found, all of them nearer than the candidate by its code and more
  /// than that is likely wrong.
  bool IsLikelyBehind(const Candidate& candidate) const {
    if (memory_.found.size() < options_.k) return false;
    return candidate.distance - LikelyError(index_.coded.terms[candidate.row]) >
           index_.coded.space->PointScale(memory_.query, memory_.found.front().distance);
  }

  Answer MakeAnswer() {
    answer_.hits.reserve(memory_.found.size());
    for (const Candidate& row : memory_.found) answer_.hits.push_back({index_.ids[row.row], row.distance});
    return std::move(answer_);
  }

  const IndexView& index_;
  std::span<const float> query_;
  const SearchOptions& options_;
  SearchMemory::State& memory_;
  Answer answer_;
};

}  // namespace

Status CheckSearchOptions(const IndexView& index, const SearchOptions& options) {
  if (options.k < 1 || options.k > kMaxK)
    return InvalidArgument("search_option_out_of_range", "k is {}; 1 to {} are possible", options.k, kMaxK);
  if (options.ef_search < kMinEfSearch || options.ef_search > kMaxEfSearch)
    return InvalidArgument("search_option_out_of_range", "ef_search is {}; {} to {} are possible",
                           options.ef_search, kMinEfSearch, kMaxEfSearch);
  if (options.filter != nullptr && options.filter->rows() != index.coded.count)
    return InvalidArgument("search_option_out_of_range", "the filter is over {} rows, the index has {}",
                           options.filter->rows(), index.coded.count);
  return {};
}

ScanOptions ScanBy(const IndexView& index, const SearchOptions& options, Proof proof) {
  return {.high_residuals = index.high_residuals, .k = options.k, .proof = proof, .filter = options.filter};
}

Result<Answer> SearchIndex(const IndexView& index, std::span<const float> query, const SearchOptions& options,
                           const CancelToken& cancel, SearchMemory::State* memory) {
  return Search(index, query, options, memory).Run(cancel);
}

}  // namespace lake::ann
