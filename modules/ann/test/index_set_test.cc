// Goal: indexes, deletions and merges together answer as one set of rows would. Method: seeded appends,
// deletes, replacements and merges beside a plain map of what should be there; every answer against brute
// force over the map.
#include "lake/ann/index_set.h"

#include <gmock/gmock.h>

#include <map>

#include "ann_scenarios.h"
#include "lake/common/seeded_numbers.h"
#include "lake/common_testing/result_matchers.h"

namespace lake::ann {
namespace {

constexpr size_t kDimensions = 24;

/// A set that changes as its owner would change it, and what it should hold.
class ChangingSet {
 public:
  ChangingSet() { Append(1500); }

  void Append(size_t count) {
    auto batch = std::make_unique<Batch>();
    for (size_t i = 0; i < count; ++i) Take(next_id_++, batch.get());
    Add(std::move(batch));
  }
  /// New vectors for ids that exist: deleted where they were, and in a batch of their own.
  void Replace(size_t count) {
    auto batch = std::make_unique<Batch>();
    const std::vector<uint64_t> ids = Some(count);
    Delete(ids);
    for (const uint64_t id : ids) Take(id, batch.get());
    Add(std::move(batch));
  }
  void Delete(const std::vector<uint64_t>& ids) {
    for (IndexMember& member : members_) {
      auto deleted = member.deleted ? std::make_shared<RowSet>(*member.deleted)
                                    : std::make_shared<RowSet>(member.index.rows());
      for (const uint64_t id : ids) {
        const auto row = std::ranges::lower_bound(member.index.ids(), id);
        if (row != member.index.ids().end() && *row == id)
          deleted->Add(static_cast<size_t>(row - member.index.ids().begin()));
      }
      member.deleted = deleted;
    }
    for (const uint64_t id : ids) expected_.erase(id);
  }
  void Merge() {
    auto batch = std::make_unique<Batch>();
    GatheredRows rows = Set().Gather().value();
    batch->values = std::move(rows.values);
    batch->ids = std::move(rows.ids);
    members_.clear();
    batches_.clear();
    Add(std::move(batch));
  }

  /// Ids that exist, ascending.
  std::vector<uint64_t> Some(size_t count) {
    std::set<uint64_t> some;
    while (some.size() < std::min(count, expected_.size()))
      some.insert(
          std::next(expected_.begin(), static_cast<std::ptrdiff_t>(numbers_.Below(expected_.size())))->first);
    return {some.begin(), some.end()};
  }

  IndexSet Set() const { return IndexSet::Make(members_).value(); }
  const std::map<uint64_t, std::vector<float>>& expected() const { return expected_; }

 private:
  struct Batch {
    std::vector<float> values;
    std::vector<uint64_t> ids;
  };

  void Take(uint64_t id, Batch* batch) {
    const std::span<const float> row = sample_.rows().row_span(next_row_++ % sample_.row_count);
    expected_[id].assign(row.begin(), row.end());
    batch->ids.push_back(id);
    batch->values.insert(batch->values.end(), row.begin(), row.end());
  }
  void Add(std::unique_ptr<Batch> batch) {
    const Matrix rows = {.data = batch->values.data(), .rows = batch->ids.size(), .dimensions = kDimensions};
    members_.push_back({Index::Build(rows, batch->ids, {.degree = 16, .seed = 1}, {}).value(), nullptr});
    batches_.push_back(std::move(batch));
  }

  SampleVectors sample_ = MakeSampleVectors(
      {.kind = SampleKind::kSubtopics, .rows = 6000, .queries = 0, .dimensions = kDimensions});
  SeededNumbers numbers_{11};
  uint64_t next_id_ = 1;
  size_t next_row_ = 0;
  std::vector<std::unique_ptr<Batch>> batches_;
  std::vector<IndexMember> members_;
  std::map<uint64_t, std::vector<float>> expected_;
};

TEST(IndexSetCodeTest, MembersAreWalkedByTheCodeThatIsAskedFor) {
  const auto& [sample, index] = SmallIndex(SampleKind::kSubtopics, Metric::kCosine, 16);
  ASSERT_EQ(index.options().code, Code::kInt4);
  const IndexSet set = IndexSet::Make({{index, nullptr}}).value();
  SearchMemory memory;
  std::set<uint64_t> reranked;
  for (const Code code : {Code::kInt4, Code::kInt8}) {
    const Answer answer = set.Search(sample.queries().row_span(0), {.code = code}, {}, &memory).value();
    EXPECT_EQ(answer.hits, SearchOrDie(index, sample.queries().row_span(0), {.code = code}).hits);
    reranked.insert(answer.reranked);
  }
  EXPECT_EQ(reranked.size(), 2) << "int4 has more of them compared by f32";
}

class IndexSetTest : public testing::Test {
 protected:
  /// Compares answers to a few queries with brute force; approximate ones by their recall.
  void ExpectAnswers(const std::optional<std::vector<uint64_t>>& ids) {
    const IndexSet set = changing_.Set();
    ASSERT_EQ(set.rows(), changing_.expected().size());
    SetSearchOptions options = {.ef_search = 100};
    if (ids.has_value()) options.ids = *ids;
    SearchMemory memory;
    for (size_t q = 0; q < queries_.query_count; ++q) {
      const std::span<const float> query = queries_.queries().row_span(q);
      std::vector<std::pair<double, uint64_t>> order;
      for (const auto& [id, vector] : changing_.expected())
        if (!ids.has_value() || std::ranges::binary_search(*ids, id))
          order.emplace_back(TrueDistance(Metric::kCosine, query, vector), id);
      std::ranges::sort(order);
      order.resize(std::min<size_t>(order.size(), options.k));
      for (const Precision precision : {Precision::kExact, Precision::kApproximate}) {
        options.precision = precision;
        const Answer answer = set.Search(query, options, {}, &memory).value();
        ASSERT_EQ(answer.hits.size(), order.size());
        size_t hits = 0;
        for (const Hit& hit : answer.hits) {
          ASSERT_TRUE(changing_.expected().contains(hit.id));
          hits += hit.distance <= order.back().first + 1e-6 ? 1 : 0;
        }
        if (precision == Precision::kExact) EXPECT_EQ(hits, order.size());
        found_ += hits;
        wanted_ += order.size();
      }
    }
  }

  ChangingSet changing_;
  SampleVectors queries_ = MakeSampleVectors(
      {.kind = SampleKind::kSubtopics, .rows = 6000, .queries = 10, .dimensions = kDimensions});
  size_t found_ = 0;
  size_t wanted_ = 0;
};

TEST_F(IndexSetTest, AnswersAsTheRowsThatAreThere) {
  for (int round = 0; round < 6; ++round) {
    changing_.Append(round % 2 == 0 ? 30 : 1100);
    ExpectAnswers(std::nullopt);
    changing_.Delete(changing_.Some(200));
    changing_.Replace(100);
    ExpectAnswers(std::nullopt);
    ExpectAnswers(changing_.Some(5));
    ExpectAnswers(changing_.Some(changing_.expected().size() / 2));
    if (round % 3 == 2) {
      changing_.Merge();
      EXPECT_EQ(changing_.Set().members().size(), 1);
      ExpectAnswers(std::nullopt);
    }
  }
  EXPECT_GE(static_cast<double>(found_), 0.995 * static_cast<double>(wanted_));
}

TEST_F(IndexSetTest, NothingIsLeftWhenAllIsDeleted) {
  changing_.Delete(changing_.Some(1500));
  ExpectAnswers(std::nullopt);
  changing_.Append(3);
  ExpectAnswers(std::nullopt);
  changing_.Merge();
  ExpectAnswers(std::nullopt);
}

TEST_F(IndexSetTest, IdsThatAreNotThereAreNotFound) {
  ExpectAnswers(std::vector<uint64_t>{});
  ExpectAnswers(std::vector<uint64_t>{0, 5, 5, 99'999'999});
  SearchMemory memory;
  const std::vector<uint64_t> wrong = {2, 1};
  EXPECT_THAT(changing_.Set().Search(queries_.queries().row_span(0), {.ids = wrong}, {}, &memory),
              IsError(ErrorCode::kInvalidArgument, "ids_not_ascending"));
}

TEST(IndexSetMakeTest, RefusesWhatDoesNotBelongTogether) {
  const SampleVectors wide = MakeSampleVectors({.rows = 10, .queries = 0, .dimensions = 16});
  const SampleVectors narrow = MakeSampleVectors({.rows = 10, .queries = 0, .dimensions = 8});
  const Index index = BuildOrDie(wide.rows(), {});
  EXPECT_THAT(IndexSet::Make({{index, nullptr}, {BuildOrDie(narrow.rows(), {}), nullptr}}),
              IsError(ErrorCode::kInvalidArgument, "indexes_differ"));
  EXPECT_THAT(IndexSet::Make({{index, nullptr}, {BuildOrDie(wide.rows(), {.metric = Metric::kL2}), nullptr}}),
              IsError(ErrorCode::kInvalidArgument, "indexes_differ"));
  EXPECT_THAT(IndexSet::Make({{index, std::make_shared<RowSet>(9)}}),
              IsError(ErrorCode::kInvalidArgument, "deleted_rows_differ"));
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexSet twice, IndexSet::Make({{index, nullptr}, {index, nullptr}}));
  EXPECT_THAT(twice.Gather(), IsError(ErrorCode::kFailedPrecondition, "id_twice"));
}

}  // namespace
}  // namespace lake::ann
