// Goal: each role sees of each column what the matrix says, and a refusal tells nothing about what exists.
// Method: one dataset with a column of each sensitivity, decided for every built-in role and for made ones.
#include "lake/access/decision.h"

#include <gmock/gmock.h>

#include "access_fixture.h"

namespace lake::access {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DecisionTest : public AccessFixture {
 protected:
  std::shared_ptr<const catalog::Dataset> people() const {
    return catalog_->snapshot()->FindDatasetByName("people");
  }

  /// The rule of each column, in order: internal, pii, financial, restricted, unclassified.
  std::vector<std::string> Rules(const Request& request) {
    Result<Decision> decision = Decide(request, *people(), people()->schema());
    EXPECT_TRUE(decision.ok()) << decision.error().ToString();
    std::vector<std::string> rules;
    if (decision.ok())
      for (const ColumnDecision& column : decision->columns()) rules.emplace_back(NameOfRule(column.rule));
    return rules;
  }
};

TEST_F(DecisionTest, TheDefaultMatrix) {
  EXPECT_THAT(Rules(As("admin")), ElementsAre("clear", "clear", "clear", "clear", "clear"));
  EXPECT_THAT(Rules(As("recruiter")), ElementsAre("clear", "clear", "mask", "absent", "clear"));
  EXPECT_THAT(Rules(As("analyst")), ElementsAre("clear", "hash", "clear", "absent", "clear"));
  Role agent = *BuiltInRole("agent");
  agent.columns["PEOPLE"] = {};  // Listed, without rules of its own.
  EXPECT_THAT(Rules(As(std::make_shared<Role>(agent))),
              ElementsAre("clear", "mask", "null", "absent", "absent"));
}

TEST_F(DecisionTest, AgentsReachNoDatasetByName) {
  const Status there = MayReach(As("agent"), "people");
  const Status nowhere = MayReach(As("agent"), "nobody");
  EXPECT_THAT(there, IsError(ErrorCode::kPermissionDenied, "dataset_forbidden"));
  EXPECT_EQ(there.error().message(), "role 'agent' may not read dataset 'people'");
  EXPECT_EQ(nowhere.error().message(), "role 'agent' may not read dataset 'nobody'");
  EXPECT_THAT(Decide(As("agent"), *people(), people()->schema()),
              IsError(ErrorCode::kPermissionDenied, "dataset_forbidden"));
}

TEST_F(DecisionTest, ANewRoleSeesNothingNobodyGaveIt) {
  const auto role = std::make_shared<Role>(Role{.name = "new", .columns = {{"people", {{"Note", Clear{}}}}}});
  EXPECT_THAT(Rules(As(role)), ElementsAre("clear", "absent", "absent", "absent", "clear"));
  EXPECT_THAT(MayReach(As(std::make_shared<Role>(Role{.name = "none"})), "people"),
              IsError(ErrorCode::kPermissionDenied, "dataset_forbidden"));
}

TEST_F(DecisionTest, ListedColumnsGoBeforeTheMatrix) {
  Role role = *BuiltInRole("recruiter");
  role.columns["people"] = {{"EMAIL", Mask{.keep_prefix = 1}}, {"ssn", Hash{}}};
  EXPECT_THAT(Rules(As(std::make_shared<Role>(role))), ElementsAre("clear", "mask", "mask", "hash", "clear"));
}

TEST_F(DecisionTest, WithoutAnyColumnThereIsNoDataset) {
  Role role{.name = "blind", .columns = {{"people", {{"id", Absent{}}}}}};
  EXPECT_THAT(Decide(As(std::make_shared<Role>(role)), *people(), people()->schema()),
              IsError(ErrorCode::kPermissionDenied, "dataset_forbidden"));
}

TEST_F(DecisionTest, AColumnThatTakesOverANameTakesOverWhatWasSaidOfIt) {
  Commit(catalog::SetSchema{.dataset = catalog::DatasetId("people-id"),
                            .expected_schema_id = 1,
                            .columns = {{.field_id = 1, .name = "id", .type = "BIGINT"},
                                        {.field_id = 6, .name = "SSN", .type = "BIGINT"},
                                        {.field_id = 7, .name = "fresh", .type = "BIGINT"}}});
  EXPECT_THAT(Rules(As("recruiter")), ElementsAre("clear", "absent", "clear"));
}

TEST_F(DecisionTest, ADatasetsSensitivityIsThatOfItsUnclassifiedColumns) {
  catalog::DatasetMetadata metadata;
  metadata.sensitivity = catalog::ColumnSensitivity::kRestricted;
  metadata.Column(1).sensitivity = catalog::ColumnSensitivity::kPublic;
  Commit(catalog::SetMetadata{.dataset = catalog::DatasetId("people-id"), .metadata = ToJson(metadata)});
  EXPECT_THAT(Rules(As("analyst")), ElementsAre("clear", "absent", "absent", "absent", "absent"));
}

TEST_F(DecisionTest, DamagedMetadataHidesRatherThanShows) {
  Commit(catalog::SetMetadata{.dataset = catalog::DatasetId("people-id"),
                              .metadata = JsonValue::MakeObject({{"columns", "none"}})});
  EXPECT_THAT(Decide(As("recruiter"), *people(), people()->schema()),
              IsError(ErrorCode::kDataLoss, "metadata_damaged"));
}

TEST_F(DecisionTest, SuggestionsNameOnlyWhatTheCallerMayKnow) {
  const Result<std::shared_ptr<const catalog::Dataset>> open = FindDataset(As("analyst"), "peopel");
  EXPECT_THAT(open.error().message(), HasSubstr("did you mean 'people'?"));
  Role role{.name = "narrow", .columns = {{"peopel", {}}}};
  const auto narrow = FindDataset(As(std::make_shared<Role>(role)), "peopel");
  EXPECT_EQ(narrow.error().message(), "dataset 'peopel' does not exist");
}

TEST_F(DecisionTest, TheFingerprintTellsRulesApart) {
  const auto print = [&](const Request& request) {
    return Decide(request, *people(), people()->schema())->Fingerprint();
  };
  EXPECT_EQ(print(As("analyst")), print(As("analyst")));
  EXPECT_NE(print(As("analyst")), print(As("recruiter")));
  Role filtered = *BuiltInRole("analyst");
  filtered.row_filters["people"] = "id > 3";
  EXPECT_NE(print(As("analyst")), print(As(std::make_shared<Role>(filtered))));
}

}  // namespace
}  // namespace lake::access
