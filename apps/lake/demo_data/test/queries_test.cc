// Goal: the questions are usable at every scale and their answers come from the facts. Method: check shapes,
// and look for the planted people's words in their résumés.
#include "lake/demo_data/queries.h"

#include <gtest/gtest.h>

#include <set>

#include "planted.h"
#include "sample_tables.h"

namespace lake::demo_data {
namespace {

TEST(TellingQueriesTest, HaveAnswersAtTheSmallestScale) {
  LAKE_ASSERT_OK_AND_ASSIGN(Facts facts, ComputeFacts({kMinTotalRows}));
  std::vector<TellingQuery> queries = TellingQueries(facts);
  ASSERT_EQ(queries.size(), 7u);
  std::set<std::string> ids;
  for (const TellingQuery& query : queries) {
    ids.insert(query.id);
    EXPECT_FALSE(query.rows.empty()) << query.id;
    EXPECT_NE(query.sql.find("ORDER BY"), std::string::npos) << query.id;
    for (const JsonValue::Array& row : query.rows) EXPECT_EQ(row.size(), query.columns.size()) << query.id;
  }
  EXPECT_EQ(ids.size(), queries.size());
}

TEST(TellingQueriesTest, OneJoinsFourTables) {
  LAKE_ASSERT_OK_AND_ASSIGN(Facts facts, ComputeFacts({kMinTotalRows}));
  const std::vector<TellingQuery> queries = TellingQueries(facts);
  auto found = std::ranges::find(queries, "best_placements", &TellingQuery::id);
  ASSERT_NE(found, queries.end());
  for (std::string_view table : {"FROM clients", "JOIN job_orders", "JOIN placements", "JOIN candidates"})
    EXPECT_NE(found->sql.find(table), std::string::npos) << table;
}

TEST(TellingQueriesTest, MoneyIsExactText) {
  LAKE_ASSERT_OK_AND_ASSIGN(Facts facts, ComputeFacts({kMinTotalRows}));
  facts.top_clients = {{.client_id = "CLI-00001",
                        .name = "A",
                        .hours_hundredths = 12'345'678'901'205,
                        .revenue_cents = 1'000'000'000'000'000'07,
                        .timesheets = 1,
                        .last_call = ""}};
  const TellingQuery query = TellingQueries(facts).front();
  EXPECT_EQ(query.rows.front(),
            (JsonValue::Array{"CLI-00001", "A", "123456789012.05", "1000000000000000.07"}));
}

TEST(TellingQueriesTest, NamesAreQuotedForSql) {
  LAKE_ASSERT_OK_AND_ASSIGN(Facts facts, ComputeFacts({kMinTotalRows}));
  facts.top_clients.front().name = "O'Neill";
  EXPECT_NE(TellingQueries(facts)[1].sql.find("c.name = 'O''Neill'"), std::string::npos);
}

TEST(AnalyticQueriesTest, AreTwentyTwoWithATotalOrder) {
  ASSERT_EQ(AnalyticQueries().size(), 22u);
  for (const AnalyticQuery& query : AnalyticQueries())
    EXPECT_NE(query.sql.find("\nORDER BY"), query.sql.npos) << query.name;
  EXPECT_TRUE(std::ranges::is_sorted(AnalyticQueries(), {}, &AnalyticQuery::name));
}

TEST(RetrievalQueriesTest, RareExperiencesStandInTheirResumesAndNowhereElse) {
  constexpr Scale kScale{50'000};
  SampleTables tables(kScale);
  LAKE_ASSERT_OK_AND_ASSIGN(std::vector<RetrievalQuery> queries, RetrievalQueries(kScale));
  const SampleTable& candidates = tables.Of(Table::kCandidates);
  for (size_t index = 0; index < RareExperiences().size(); ++index) {
    ASSERT_EQ(queries[index].kind, RetrievalQuery::Kind::kRareExperience);
    std::vector<std::string> found;
    for (size_t row = 0; row < candidates.rows(); ++row)
      for (std::string_view clause : RareExperiences()[index].clauses)
        if (candidates.Text(row, "resume_text").find(clause) != std::string::npos)
          found.push_back(candidates.Text(row, "candidate_id"));
    EXPECT_EQ(found, queries[index].relevant) << queries[index].text;
  }
}

TEST(RetrievalQueriesTest, EveryoneHasOneSpecialtyAndItStandsInTheResume) {
  constexpr Scale kScale{50'000};
  SampleTables tables(kScale);
  LAKE_ASSERT_OK_AND_ASSIGN(std::vector<RetrievalQuery> queries, RetrievalQueries(kScale));
  std::set<std::string> seen;
  for (const RetrievalQuery& query : queries) {
    EXPECT_FALSE(query.relevant.empty());
    if (query.kind != RetrievalQuery::Kind::kSpecialty) continue;
    for (const std::string& id : query.relevant) EXPECT_TRUE(seen.insert(id).second) << id;
  }
  EXPECT_EQ(seen.size(), tables.Of(Table::kCandidates).rows());
  auto nurses = std::ranges::find(queries, "nurse for critically ill children", &RetrievalQuery::text);
  ASSERT_NE(nurses, queries.end());
  for (const std::string& id : nurses->relevant) {
    const std::string& resume =
        tables.Of(Table::kCandidates).Text(static_cast<size_t>(std::stoll(id.substr(5))) - 1, "resume_text");
    EXPECT_THAT(resume, testing::ContainsRegex("pediatric|ventilated infants|youngest and sickest")) << id;
  }
}

}  // namespace
}  // namespace lake::demo_data
