// Goal: a graph that depends on vectors and options alone and loses no row. Method: digests over threads,
// targets and seeds; every list of neighbours looked at; sets of vectors made to break graphs.
#include "graph_builder.h"

#include <gmock/gmock.h>

#include "ann_scenarios.h"
#include "lake/common/seeded_numbers.h"
#include "lake/common_testing/result_matchers.h"
#include "reachability.h"

namespace lake::ann {
namespace {

constexpr BuildOptions kOptions = {.ef_construction = 40, .degree = 16, .seed = 42};

std::string DigestWith(Target target, const SampleVectors& sample, const BuildOptions& options) {
  return Index::BuildWith(KernelsFor(target), sample.rows(), Ids(sample.row_count), options, {})->Digest();
}

TEST(GraphBuilderTest, TheSameForAnyNumberOfThreadsAndAnyTarget) {
  for (const SampleKind kind : {SampleKind::kTopics, SampleKind::kSubtopics}) {
    const SampleVectors sample = SmallSample(kind);
    std::set<std::string> digests;
    BuildOptions options = kOptions;
    options.threads = 2;
    for (const Target target : AvailableTargets()) digests.insert(DigestWith(target, sample, options));
    for (const size_t threads : std::initializer_list<size_t>{1, 3}) {
      options.threads = threads;
      digests.insert(BuildOrDie(sample.rows(), options).Digest());
    }
    EXPECT_EQ(digests.size(), 1);
    BuildOptions other = kOptions;
    other.seed = 43;
    EXPECT_FALSE(digests.contains(DigestWith(Target::kScalar, sample, other)));
  }
}

TEST(GraphBuilderTest, TheSameForAnyTargetByEveryCode) {
  const SampleVectors sample =
      MakeSampleVectors({.kind = SampleKind::kSubtopics, .rows = 2000, .queries = 0, .dimensions = 96});
  std::set<std::string> all;
  for (const Code code : {Code::kInt4, Code::kInt8, Code::kF32}) {
    BuildOptions options = kOptions;
    options.code = code;
    std::set<std::string> digests;
    for (const Target target : AvailableTargets()) digests.insert(DigestWith(target, sample, options));
    EXPECT_EQ(digests.size(), 1) << CodeName(code);
    all.insert(digests.begin(), digests.end());
  }
  EXPECT_EQ(all.size(), 3);
}

TEST(RewireTest, ItIsTheIndexThatABuildByThatRuleGives) {
  const SampleVectors sample = SmallSample(SampleKind::kSubtopics);
  BuildOptions options = {.ef_construction = 60, .degree = 24, .alpha = 1.1F, .seed = 42};
  options.keep_candidates = true;
  const Index built = BuildOrDie(sample.rows(), options);
  EXPECT_EQ(built.Rewire(24, 1.1F, 2, {})->Digest(), built.Digest());
  for (const auto& [degree, alpha] : {std::pair<size_t, float>{12, 1.0F}, {32, 1.0F}, {32, 1.2F}}) {
    const Index rewired = built.Rewire(degree, alpha, 1, {}).value();
    EXPECT_EQ(rewired.Digest(), built.Rewire(degree, alpha, 3, {})->Digest());
    EXPECT_EQ(rewired.options().degree, degree);
    options.degree = degree;
    options.alpha = alpha;
    EXPECT_EQ(rewired.Digest(), BuildOrDie(sample.rows(), options).Digest());
    EXPECT_EQ(rewired.Rewire(24, 1.1F, 1, {})->Digest(), built.Digest()) << "it passes its candidates on";
  }
  EXPECT_THAT(built.Rewire(97, 1, 1, {}), IsError(ErrorCode::kInvalidArgument, "build_option_out_of_range"));
  options.keep_candidates = false;
  EXPECT_THAT(BuildOrDie(sample.rows(), options).Rewire(8, 1, 1, {}),
              IsError(ErrorCode::kFailedPrecondition, "no_candidates"));
}

/// Compilers and machines are compared by what each computes of the same bytes: integers, so that no
/// library's logarithm decides.
TEST(GraphBuilderTest, TheDigestIsThatOfEveryCompiler) {
  SeededNumbers numbers(5);
  std::vector<float> values(2000 * 48);
  for (float& value : values) value = static_cast<float>(static_cast<int>(numbers.Below(201)) - 100);
  for (size_t r = 0; r < 2000; ++r)
    for (size_t d = 0; d < 48; ++d)
      values[r * 48 + d] += static_cast<float>(150 * (r % 7) * (d % 7 == r % 7 ? 1 : 0));
  const Matrix vectors = {.data = values.data(), .rows = 2000, .dimensions = 48};
  BuildOptions options = kOptions;
  std::vector<std::string> digests;
  for (const Metric metric : {Metric::kCosine, Metric::kInnerProduct, Metric::kL2}) {
    options.metric = metric;
    digests.push_back(Index::Build(vectors, Ids(2000), options, {})->Digest().substr(0, 16));
  }
  EXPECT_THAT(digests, testing::ElementsAre("867ef2844513353d", "e4525fe7255d71ee", "a0e2bcb26dd55829"));
}

class GraphShapeTest : public testing::Test {
 protected:
  /// Builds and looks at every list.
  void ExpectSound(const Matrix& vectors, Metric metric) {
    ThreadTeam team(2);
    const CodeSpace space = CodeSpace::Train(vectors, metric, BestKernels(), &team);
    HugeArray<uint8_t> halves(2 * vectors.rows * space.half_bytes());
    uint8_t* low = halves.data() + vectors.rows * space.half_bytes();
    std::vector<CodeTerms> terms(vectors.rows);
    for (size_t r = 0; r < vectors.rows; ++r) {
      const size_t at = r * space.half_bytes();
      terms[r] = space.EncodeRow(vectors.row(r), {.high = halves.data() + at, .low = low + at}).terms;
    }
    const CodedRows rows = {.space = &space,
                            .high = halves.data(),
                            .low = low,
                            .terms = terms.data(),
                            .vectors = vectors.data,
                            .count = vectors.rows};
    for (const Code code : {Code::kInt4, Code::kInt8, Code::kF32}) ExpectSoundGraph(rows, code, &team);
  }

 private:
  void ExpectSoundGraph(const CodedRows& rows, Code code, ThreadTeam* team) {
    std::vector<uint32_t> members(rows.count);
    std::iota(members.begin(), members.end(), 0U);
    const GraphOptions options = {
        .code = code, .selection = {.degree = 8, .alpha = 1}, .ef_construction = 20, .seed = 1};
    const BuiltGraph graph = BuildGraph(rows, members, options, {}, team).value();
    EXPECT_TRUE(UnreachableRows(graph.view(), rows.count, members, graph.entries).empty());
    for (const uint32_t row : members) {
      const std::span<const uint32_t> of = graph.view().of(row);
      const std::set<uint32_t> distinct(of.begin(), of.end());
      ASSERT_EQ(distinct.size(), of.size());
      ASSERT_FALSE(distinct.contains(row));
      if (!of.empty()) ASSERT_LT(*distinct.rbegin(), rows.count);
    }
  }
};

TEST_F(GraphShapeTest, EveryRowCanBeReached) {
  for (const Metric metric : {Metric::kCosine, Metric::kInnerProduct, Metric::kL2})
    ExpectSound(SmallSample(SampleKind::kTopics).rows(), metric);
  ExpectSound(SmallSample(SampleKind::kSubtopics).rows(), Metric::kCosine);
}

TEST_F(GraphShapeTest, IslandsFarFromOneAnother) {
  // Forty crowds of near duplicates: the nearest rows of every row are its own crowd.
  std::vector<float> values;
  SeededNumbers numbers(3);
  for (size_t r = 0; r < 4000; ++r)
    for (size_t d = 0; d < 16; ++d)
      values.push_back(static_cast<float>((r % 40 * 7 + d * 13) % 41) * 100 +
                       static_cast<float>(numbers.Uniform()));
  ExpectSound({.data = values.data(), .rows = 4000, .dimensions = 16}, Metric::kL2);
}

TEST_F(GraphShapeTest, FewRows) {
  const SampleVectors sample = MakeSampleVectors({.rows = 300, .queries = 0, .dimensions = 8});
  for (const size_t rows : std::initializer_list<size_t>{0, 1, 2, 3, 127, 128, 129, 300})
    ExpectSound({.data = sample.values.data(), .rows = rows, .dimensions = 8}, Metric::kCosine);
}

TEST(GraphBuilderCancelTest, StopsWhenAsked) {
  const SampleVectors sample = SmallSample(SampleKind::kTopics);
  CancelSource source;
  source.Cancel("by_request");
  EXPECT_THAT(Index::Build(sample.rows(), Ids(sample.row_count), kOptions, source.token()),
              IsError(ErrorCode::kCancelled, "by_request"));
}

}  // namespace
}  // namespace lake::ann
