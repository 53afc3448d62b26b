// Goal: a profile's search finds only in what the profile binds and the caller may read, through the graph
// while it is warm, and is on record either way. Method: the real query path over two datasets with an index
// each; one of them is bound.
#include "lake/profiles/scoped_search.h"

#include "lake/access/audit.h"
#include "lake/access/hash_key.h"
#include "lake/query/query_service.h"
#include "profiled_lake.h"

namespace lake::profiles {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class ScopedSearchTest : public ProfiledLake {
 protected:
  void SetUp() override {
    ProfiledLake::SetUp();
    LAKE_ASSERT_OK_AND_ASSIGN(
        hash_keys_,
        access::HashKeys::Open(*catalog_->snapshot(), (folder_ / "secrets").string(), random_, log_));
    audit_ = access::AuditLog::Make(*store_, log_);
    queries_ = query::QueryService::Make({.engine = *engine_,
                                          .buckets = buckets_,
                                          .hash_keys = *hash_keys_,
                                          .audit = *audit_,
                                          .clock = clock_,
                                          .random = random_,
                                          .relations = {}},
                                         {});
    searches_ = search::SearchService::Make({.queries = *queries_,
                                             .indexes = *indexes_,
                                             .models = *models_,
                                             .audit = *audit_,
                                             .clock = clock_,
                                             .random = random_});
    scoped_ = std::make_unique<ScopedSearch>(*profiles_, *activation_, *searches_);
    MakeIndex();
    Commit("create", catalog::CreateDataset{.dataset = catalog::DatasetId("other-id"),
                                            .name = "other",
                                            .bucket = "primary",
                                            .columns = Columns()});
    NewProfile other = Team("other");
    other.bound_datasets = {"other"};
    LAKE_ASSERT_OK(profiles_->Create(Request(), other));
    LAKE_ASSERT_OK(profiles_->Create(Request(), Team("team")));
  }
  /// Effort is named so that a graph is walked however small the index is.
  static search::SearchRequest Words() {
    return {.index_name = "notes-index", .query = "word12 goes with word3", .k = 5, .ef_search = 10};
  }

  std::unique_ptr<access::HashKeys> hash_keys_;
  std::unique_ptr<access::AuditLog> audit_;
  std::unique_ptr<query::QueryService> queries_;
  std::unique_ptr<search::SearchService> searches_;
  std::unique_ptr<ScopedSearch> scoped_;
};

TEST_F(ScopedSearchTest, WalksWhatIsWarmAndComparesTheRest) {
  LAKE_ASSERT_OK_AND_ASSIGN(ScopedAnswer found, scoped_->Search(Request(), "TEAM", Words()));
  EXPECT_EQ(found.profile_id, "team");
  EXPECT_FALSE(found.warm);
  EXPECT_TRUE(found.answer.exact);
  EXPECT_THAT(found.answer.hits, SizeIs(5));
  LAKE_ASSERT_OK(Activate("team"));
  LAKE_ASSERT_OK_AND_ASSIGN(found, scoped_->Search(Request(), "team", Words()));
  EXPECT_TRUE(found.warm);
  EXPECT_FALSE(found.answer.exact);
  EXPECT_THAT(found.answer.hits, SizeIs(5));
  LAKE_ASSERT_OK(activation_->Deactivate(Request(), "team"));
  LAKE_ASSERT_OK_AND_ASSIGN(found, scoped_->Search(Request(), "team", Words()));
  EXPECT_FALSE(found.warm);
  EXPECT_TRUE(found.answer.exact);
}

TEST_F(ScopedSearchTest, OutOfScopeIsRefusedAndOnRecord) {
  const auto refused = scoped_->Search(Request(), "other", Words());
  EXPECT_THAT(refused, IsError(ErrorCode::kPermissionDenied, "out_of_scope"));
  EXPECT_THAT(refused.error().message(), HasSubstr("it searches other"));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto records, audit_->Read(Context{}, {}, 10));
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].decision, access::AuditDecision::kDenied);
  EXPECT_EQ(records[0].error, "out_of_scope");
}

TEST_F(ScopedSearchTest, ABindingGivesNobodyARight) {
  LAKE_ASSERT_OK(Activate("team"));
  EXPECT_THAT(scoped_->Search(Stranger(), "team", Words()),
              IsError(ErrorCode::kNotFound, "profile_not_found"));
  // Reaches the dataset, and sees no text of it.
  access::Role agent = *access::BuiltInRole("agent");
  agent.columns["notes"]["id"] = access::Clear{};
  EXPECT_THAT(scoped_->Search(As(agent), "team", Words()),
              IsError(ErrorCode::kPermissionDenied, "column_not_clear"));
  // Reaches one of two: the other is not named to it.
  NewProfile both = Team("both");
  both.bound_datasets = {"notes", "other"};
  LAKE_ASSERT_OK(profiles_->Create(Request(), both));
  LAKE_ASSERT_OK_AND_ASSIGN(const ProfileInfo shown, profiles_->Find(As(agent), "both"));
  EXPECT_THAT(shown.bound_datasets, testing::ElementsAre("notes"));
  EXPECT_THAT(scoped_->Search(Request(), "team", {.index_name = "none", .query = "x"}),
              IsError(ErrorCode::kNotFound, "index_not_found"));
}

}  // namespace
}  // namespace lake::profiles
