// Goal: queries of an eval set are no rows, their ground truth is what an exact search finds today, and
// nobody sees more of them than they may. Method: a set made of a real index, whose rows then change, and
// roles in between.
#include "lake/tuning/eval_service.h"

#include "tuned_lake.h"

namespace lake::tuning {
namespace {

using testing::AllOf;
using testing::Each;
using testing::Eq;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class EvalServiceTest : public TunedLake {
 protected:
  void SetUp() override {
    TunedLake::SetUp();
    MakeIndex();
  }

  EvalSet Find(const std::string& name) { return evals_->Find(Request(), name).value(); }
  /// As a trial takes it.
  Result<EvalSet> Prepared(const std::string& name) {
    LAKE_ASSIGN_OR_RETURN(const vector::IndexInfo info, service_->Find(Request(), "notes-index"));
    LAKE_ASSIGN_OR_RETURN(const auto open, indexes_->Find(Context{}, info.record));
    return evals_->ForTrial(Context{}, name, info.record, *open, [](uint64_t, uint64_t) {});
  }
  /// "doc#chunk" of the k nearest to a query.
  std::vector<std::string> Nearest(const EvalQuery& query, size_t k) {
    const auto open = OpenLive("notes-index").value();
    const std::vector<float> vector(query.query_embedding->begin(), query.query_embedding->end());
    const auto answer = open->FindNearest(vector, {.k = k, .precision = ann::Precision::kExact}, {}).value();
    std::vector<std::string> names;
    for (const ann::Hit& hit : answer.hits) {
      const vector::StoredChunk chunk = open->ChunkAt(hit.id).value();
      names.push_back(fmt::format("{}#{}", chunk.doc_id, chunk.number));
    }
    return names;
  }
  float NearestDistance(const EvalQuery& query) {
    const std::vector<float> vector(query.query_embedding->begin(), query.query_embedding->end());
    return OpenLive("notes-index").value()->FindNearest(vector, {.k = 1}, {}).value().hits[0].distance;
  }
};

TEST_F(EvalServiceTest, MakesQueriesThatAreNoRows) {
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSetInfo made,
                            Autogen({.name = "auto", .index_name = "Notes-Index", .count = 60, .k = 5}));
  EXPECT_EQ(made.queries, 60u);
  EXPECT_EQ(made.tune, 30u);
  EXPECT_EQ(made.validate, 30u);
  EXPECT_TRUE(made.ground_truth_built);
  const EvalSet set = Find("auto");
  EXPECT_EQ(set.index_name, "notes-index");
  for (const EvalQuery& query : set.queries) {
    EXPECT_FALSE(query.text);
    EXPECT_THAT(*query.documents, SizeIs(1));  // Of a sentence: there are enough.
    EXPECT_GT(NearestDistance(query), 1e-5F);
    EXPECT_EQ(query.ground_truth, Nearest(query, 5));
  }
  // The seed decides which.
  LAKE_ASSERT_OK(Autogen({.name = "again", .index_name = "notes-index", .count = 60, .k = 5}));
  LAKE_ASSERT_OK(Autogen({.name = "other", .index_name = "notes-index", .count = 60, .k = 5, .seed = 7}));
  EXPECT_EQ(Find("again").queries[0].query_embedding, set.queries[0].query_embedding);
  EXPECT_NE(Find("other").queries[0].query_embedding, set.queries[0].query_embedding);
}

TEST_F(EvalServiceTest, WithoutAModelOrSentencesPointsBetweenNeighboursAsk) {
  before_embedding_ = [](const Context&) -> Status { return Unavailable("model_gone", "no model"); };
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSetInfo made,
                            Autogen({.name = "points", .index_name = "notes-index", .count = 40}));
  EXPECT_EQ(made.queries, 40u);
  EXPECT_EQ(log_.Count("eval_queries_not_embedded"), 1u);
  for (const EvalQuery& query : Find("points").queries) {
    EXPECT_THAT(*query.documents, SizeIs(2));
    EXPECT_GT(NearestDistance(query), 1e-5F);
    EXPECT_THAT(*query.ground_truth, SizeIs(10));
  }
}

TEST_F(EvalServiceTest, AnIndexWithTooFewChunksHasFewerQueries) {
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSetInfo made,
                            Autogen({.name = "all", .index_name = "notes-index", .count = 5000}));
  EXPECT_LE(made.queries, 2000u);
  EXPECT_GE(made.queries, 1000u);
}

TEST_F(EvalServiceTest, ATruthOfAnotherGenerationIsComputedAnew) {
  LAKE_ASSERT_OK(Autogen({.name = "auto", .index_name = "notes-index", .count = 50}));
  const EvalSet before = Find("auto");
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSet same, Prepared("auto"));
  EXPECT_EQ(same.truth_source, before.truth_source);
  // A document that queries were made of goes, and so do they.
  const std::string gone = before.queries[3].documents->front();
  DeleteNotes({gone});
  LAKE_ASSERT_OK(RefreshOk({.dataset = "notes", .index_name = "notes-index"}));
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSet after, Prepared("auto"));
  EXPECT_NE(after.truth_source, before.truth_source);
  EXPECT_GE(after.dropped, 1u);
  EXPECT_EQ(after.queries.size() + after.dropped, before.queries.size());
  for (const EvalQuery& query : after.queries) {
    EXPECT_NE(query.documents->front(), gone);
    EXPECT_THAT(*query.ground_truth, Not(testing::Contains(gone + "#0")));
  }
  EXPECT_EQ(Find("auto").truth_source, after.truth_source);
}

TEST_F(EvalServiceTest, WhatIsSavedIsCheckedAndItsTruthIsNotBelieved) {
  EvalSet wanted = {.name = "mine", .k = 3};
  wanted.queries.resize(4);
  wanted.queries[0] = {
      .id = "a", .text = "word12 goes with word7", .ground_truth = std::vector<std::string>{"x#0"}};
  wanted.queries[1].text = "   ";
  wanted.queries[2].query_embedding = std::vector<double>(64, 0.0);
  wanted.queries[3].query_embedding = std::vector<double>(63, 1.0);
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSetInfo saved, evals_->Save(Request(), wanted));
  EXPECT_FALSE(saved.ground_truth_built);
  EXPECT_FALSE(Find("mine").queries[0].ground_truth);
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSet ready, Prepared("mine"));
  EXPECT_EQ(ready.skipped, 3u);
  EXPECT_EQ(ready.queries[0].ground_truth, Nearest(ready.queries[0], 3));
  EXPECT_FALSE(ready.queries[1].ground_truth);
  const EvalSet none = {.name = "none"};
  EXPECT_THAT(evals_->Save(Request(), none), IsError(ErrorCode::kInvalidArgument, "no_eval_queries"));
  wanted.queries.emplace_back();
  EXPECT_THAT(evals_->Save(Request(), wanted), IsError(ErrorCode::kInvalidArgument, "bad_query"));
  wanted.name = "../mine";
  EXPECT_THAT(evals_->Save(Request(), wanted), IsError(ErrorCode::kInvalidArgument, "bad_eval_set_name"));
}

TEST_F(EvalServiceTest, NobodySeesMoreThanTheyMay) {
  LAKE_ASSERT_OK(Autogen({.name = "auto", .index_name = "notes-index", .count = 20}));
  EvalSet wanted = {.name = "mine"};
  wanted.queries.push_back({.text = "word12"});
  LAKE_ASSERT_OK(evals_->Save(Request(), wanted));
  LAKE_ASSERT_OK(Prepared("mine"));
  access::Role reader;
  reader.name = "reader";
  reader.permissions = {access::Permission::kRead};
  reader.columns["notes"] = {{"id", access::Clear{}}, {"text", access::Clear{}}};
  const auto hidden = AllOf(
      Field(&EvalQuery::text, Eq(std::nullopt)), Field(&EvalQuery::query_embedding, Eq(std::nullopt)),
      Field(&EvalQuery::ground_truth, Eq(std::nullopt)), Field(&EvalQuery::documents, Eq(std::nullopt)));
  for (const char* name : {"auto", "mine"}) {
    LAKE_ASSERT_OK_AND_ASSIGN(const EvalSet seen, evals_->Find(As(reader), name));
    EXPECT_THAT(seen.queries, Each(hidden));
    EXPECT_THAT(seen.queries, Not(IsEmpty()));
  }
  // Who may write, and sees half of the rows, sees the own text and no document.
  access::Role writer = reader;
  writer.permissions = {access::Permission::kWrite};
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSet all, evals_->Find(As(writer), "auto"));
  EXPECT_TRUE(all.queries[0].documents && all.queries[0].ground_truth && all.queries[0].query_embedding);
  writer.row_filters["notes"] = "region = 1";
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSet half, evals_->Find(As(writer), "auto"));
  EXPECT_THAT(half.queries, Each(hidden));
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSet own, evals_->Find(As(writer), "mine"));
  EXPECT_EQ(own.queries[0].text, "word12");
  EXPECT_FALSE(own.queries[0].ground_truth);
  // Who may not know of the dataset does not know of the set, and cannot take its name.
  writer.columns.clear();
  EXPECT_THAT(evals_->Find(As(writer), "auto"), IsError(ErrorCode::kNotFound, "eval_set_not_found"));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<EvalSetInfo> listed, evals_->List(As(writer), "", 10));
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_EQ(listed[0].name, "mine");
  wanted.name = "auto";
  EXPECT_THAT(evals_->Save(As(writer), wanted), IsError(ErrorCode::kAlreadyExists, "eval_set_exists"));
}

}  // namespace
}  // namespace lake::tuning
