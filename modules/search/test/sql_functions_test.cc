// Goal: a search in SQL is the search its arguments say, with the caller's request, and its rows are the
// hits; embed gives the vector of the model that is named. Method: a search service that remembers what it
// was asked, and a fake model.
#include "lake/search/sql_functions.h"

#include <gmock/gmock.h>

#include "lake/common_testing/result_matchers.h"
#include "lake/models_testing/fake_models.h"

namespace lake::search {
namespace {

using testing::ElementsAre;

Hit HitOf(std::string doc_id) {
  return {.doc_id = std::move(doc_id),
          .source = "people",
          .chunk = 3,
          .text = std::string("it's\0here", 9),
          .start = 5,
          .end = 14,
          .score = 0.5,
          .vector_score = {},
          .text_score = 2.5};
}

class FakeSearches final : public SearchService {
 public:
  Result<SearchAnswer> Search(const access::Request& request, const SearchRequest& wanted) override {
    LAKE_RETURN_IF_ERROR(request.context.CheckAlive());
    caller = request.caller.name;
    asked.push_back(wanted);
    return SearchAnswer{.index_name = wanted.index_name, .hits = hits};
  }
  Result<catalog::Column> IdColumn(const access::Request&, const std::string& index_name) override {
    if (index_name == "gone") return NotFound("index_not_found", "gone").WithDetail("/index_name", "gone");
    return catalog::Column{.field_id = 1, .name = "id", .type = id_type};
  }

  std::vector<Hit> hits;
  std::string id_type = "VARCHAR";
  std::string caller;
  std::vector<SearchRequest> asked;
};

class SqlFunctionsTest : public testing::Test {
 protected:
  using Values = std::vector<JsonValue>;

  Result<std::shared_ptr<const engine::MemoryTable>> Rows(std::string_view function, const Values& values) {
    return functions_.FindRelation(function)->Rows(request_, values);
  }
  Result<std::vector<float>> Embed(const Values& values) {
    return functions_.FindVector("embed")->Vector(request_, values);
  }
  static std::string PointerOf(const Error& error) {
    return error.details().size() == 1 ? error.details()[0].pointer : "none";
  }

  access::Request request_ = {.caller = {.name = "somebody", .role = "r"}};
  FakeSearches searches_;
  Status before_;
  models::FakeModels models_{models::FakeEmbedder::Options{
      .dimension = 4, .max_words = 20, .before = [this](const Context&) { return before_; }}};
  const query::ProvidedFunctions functions_ =
      MakeSqlFunctions([this]() -> SearchService& { return searches_; }, models_);
};

TEST_F(SqlFunctionsTest, TheArgumentsAreThoseOfTheSearch) {
  LAKE_ASSERT_OK(Rows("vector_search", {"i", "what", nullptr, nullptr, nullptr}));
  LAKE_ASSERT_OK(Rows("text_search", {"i", "what", 1, "a = 1", nullptr}));
  LAKE_ASSERT_OK(Rows("Hybrid_Search", {"j", "", 1000, nullptr, 2}));
  ASSERT_EQ(searches_.asked.size(), 3u);
  EXPECT_EQ(searches_.caller, "somebody");
  EXPECT_EQ(searches_.asked[0].mode, SearchMode::kVector);
  EXPECT_EQ(searches_.asked[0].index_name, "i");
  EXPECT_EQ(searches_.asked[0].query, "what");
  EXPECT_EQ(searches_.asked[0].k, kDefaultHits);
  EXPECT_EQ(searches_.asked[0].filter, "");
  EXPECT_EQ(searches_.asked[1].mode, SearchMode::kText);
  EXPECT_EQ(searches_.asked[1].k, 1u);
  EXPECT_EQ(searches_.asked[1].filter, "a = 1");
  EXPECT_EQ(searches_.asked[2].mode, SearchMode::kHybrid);
  EXPECT_EQ(searches_.asked[2].k, kMaxHits);
  EXPECT_EQ(searches_.asked[1].per_document, std::nullopt);
  EXPECT_EQ(searches_.asked[2].per_document, 2u);
}

TEST_F(SqlFunctionsTest, NumbersHaveBounds) {
  for (const int64_t k : {int64_t{0}, int64_t{-1}, int64_t{1001}, INT64_MAX, INT64_MIN}) {
    const auto answer = Rows("vector_search", {"i", "what", k, nullptr, nullptr});
    ASSERT_THAT(answer, IsError(ErrorCode::kInvalidArgument, "bad_argument"));
    EXPECT_EQ(PointerOf(answer.error()), "/k");
    const auto grouped = Rows("vector_search", {"i", "what", 1, nullptr, k});
    ASSERT_THAT(grouped, IsError(ErrorCode::kInvalidArgument, "bad_argument"));
    EXPECT_EQ(PointerOf(grouped.error()), "/per_document");
  }
  EXPECT_TRUE(searches_.asked.empty());
}

TEST_F(SqlFunctionsTest, AHitIsARow) {
  searches_.hits = {HitOf("a"), HitOf("007")};
  LAKE_ASSERT_OK_AND_ASSIGN(const auto table, Rows("vector_search", {"i", "what", 2, nullptr, nullptr}));
  ASSERT_EQ(table->rows(), 2u);
  EXPECT_EQ(table->columns()[0].type, engine::CellType::kVarchar);
  EXPECT_EQ(table->column(0).text, "a007");
  EXPECT_EQ(table->column(2).cells[0], 3);
  EXPECT_EQ(table->column(3).text, std::string("it's\0hereit's\0here", 18));
  EXPECT_THAT(table->column(4).cells, ElementsAre(5, 5));
  EXPECT_THAT(table->column(5).cells, ElementsAre(14, 14));
  EXPECT_TRUE(table->column(7).null[0]);
  EXPECT_FALSE(table->column(8).null[0]);
  LAKE_ASSERT_OK_AND_ASSIGN(const auto columns,
                            functions_.FindRelation("vector_search")
                                ->Columns(request_, Values{"i", "what", nullptr, nullptr, nullptr}));
  EXPECT_EQ(columns, table->columns());
}

TEST_F(SqlFunctionsTest, IdsOfNumbersAreNumbers) {
  for (const char* type : {"INTEGER", "BIGINT"}) {
    searches_.id_type = type;
    searches_.hits = {HitOf("-7"), HitOf("9223372036854775807")};
    LAKE_ASSERT_OK_AND_ASSIGN(const auto table, Rows("text_search", {"i", "what", 2, nullptr, nullptr}));
    EXPECT_EQ(table->columns()[0].type, engine::CellType::kBigint);
    EXPECT_THAT(table->column(0).cells, ElementsAre(-7, INT64_MAX));
  }
  for (const char* id : {"a7", "7a", "", "9223372036854775808"}) {
    searches_.hits = {HitOf(id)};
    EXPECT_THAT(Rows("text_search", {"i", "what", 2, nullptr, nullptr}),
                IsError(ErrorCode::kFailedPrecondition, "source_changed"));
  }
}

TEST_F(SqlFunctionsTest, ColumnsAreToldWithoutASearch) {
  LAKE_EXPECT_OK(functions_.FindRelation("vector_search")
                     ->Columns(request_, Values{"i", "what", nullptr, nullptr, nullptr}));
  const auto gone = functions_.FindRelation("vector_search")
                        ->Columns(request_, Values{"gone", "what", nullptr, nullptr, nullptr});
  EXPECT_THAT(gone, IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_TRUE(searches_.asked.empty());
}

TEST_F(SqlFunctionsTest, EmbedGivesTheVectorOfTheModel) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto vector, Embed({"welder", nullptr}));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto embedder, models_.FindEmbedder(""));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto made, embedder->Embed({}, std::vector<std::string>{"welder"}));
  EXPECT_EQ(vector, made.values);
  EXPECT_EQ(Embed({"welder", JsonValue(made.model.name)}).value(), vector);
}

TEST_F(SqlFunctionsTest, WhatCannotBeEmbeddedIsSaidOfItsArgument) {
  const auto empty = Embed({" ", nullptr});
  ASSERT_THAT(empty, IsError(ErrorCode::kInvalidArgument, "empty_text"));
  EXPECT_EQ(PointerOf(empty.error()), "/text");
  const auto unknown = Embed({"welder", "none"});
  ASSERT_THAT(unknown, IsError(ErrorCode::kNotFound, "model_not_found"));
  EXPECT_EQ(PointerOf(unknown.error()), "/model");
  const auto longest = Embed({JsonValue(std::string(kMaxQuestionBytes + 1, 'x')), nullptr});
  ASSERT_THAT(longest, IsError(ErrorCode::kInvalidArgument, "text_too_long"));
  EXPECT_EQ(PointerOf(longest.error()), "/text");
  LAKE_EXPECT_OK(Embed({JsonValue(std::string(kMaxQuestionBytes, 'x')), nullptr}));
}

TEST_F(SqlFunctionsTest, EndWithTheRequest) {
  CancelSource cancel;
  request_.context.cancel = cancel.token();
  cancel.Cancel("by_request");
  EXPECT_THAT(Rows("vector_search", {"i", "what", nullptr, nullptr, nullptr}),
              IsError(ErrorCode::kCancelled, "by_request"));
  EXPECT_THAT(Embed({"welder", nullptr}), IsError(ErrorCode::kCancelled, "by_request"));
  request_.context = {};
  before_ = Unavailable("busy", "the model is busy");
  EXPECT_THAT(Embed({"welder", nullptr}), IsError(ErrorCode::kUnavailable, "busy"));
}

}  // namespace
}  // namespace lake::search
