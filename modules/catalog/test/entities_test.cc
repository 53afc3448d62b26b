// Goal: the generic action serves kinds the catalog knows nothing about: validated by their owner, versioned,
// listed. Method: single transactions; the validators are lambdas that record what they saw.
#include "catalog_fixture.h"

namespace lake::catalog {
namespace {

using testing::ElementsAre;
using testing::IsNull;

class Entities : public CatalogTest {
 protected:
  static PutEntity PutAt(const std::string& id, uint64_t expected, JsonValue document) {
    return {.kind = "thing", .id = id, .expected_version = expected, .document = std::move(document)};
  }
  uint64_t VersionOf(const std::string& id) {
    const auto entity = catalog_->snapshot()->FindEntity("thing", id);
    return entity == nullptr ? 0 : entity->version;
  }
};

TEST_F(Entities, VersionsGrowWithEachPutAndContinueAfterADelete) {
  ASSERT_THAT(Commit({PutAt("a", 0, 1)}), IsOk());
  ASSERT_THAT(Commit({PutAt("a", 1, 2)}), IsOk());
  EXPECT_EQ(VersionOf("a"), 2u);
  EXPECT_EQ(catalog_->snapshot()->FindEntity("thing", "a")->committed, Version{2});
  EXPECT_THAT(Commit({PutAt("a", 1, 3)}), IsError(ErrorCode::kAborted, "conflict"));
  EXPECT_THAT(Commit({PutAt("a", 0, 3)}), IsError(ErrorCode::kAborted, "conflict"));
  EXPECT_THAT(Commit({DeleteEntity{"thing", "a", 1}}), IsError(ErrorCode::kAborted, "conflict"));
  ASSERT_THAT(Commit({DeleteEntity{"thing", "a", 2}}), IsOk());
  EXPECT_THAT(catalog_->snapshot()->FindEntity("thing", "a"), IsNull());
  EXPECT_THAT(Commit({DeleteEntity{"thing", "a", {}}}), IsError(ErrorCode::kNotFound, "entity_not_found"));
  EXPECT_THAT(Commit({PutAt("a", 2, 3)}), IsError(ErrorCode::kAborted, "conflict"));
  Reopen();
  ASSERT_THAT(Commit({PutAt("a", 0, 3)}), IsOk());
  EXPECT_EQ(VersionOf("a"), 3u);
  ASSERT_THAT(Commit({Put("a", 4), Put("a", 5)}), IsOk()) << "without an expectation";
  EXPECT_EQ(VersionOf("a"), 5u);
}

TEST_F(Entities, UnknownKindsAndBadNamesAreRefused) {
  EXPECT_THAT(Commit({PutEntity{"martian", "a", {}, 1}}),
              IsError(ErrorCode::kInvalidArgument, "unknown_entity_kind"));
  EXPECT_THAT(Commit({PutEntity{"thing", "", {}, 1}}), IsError(ErrorCode::kInvalidArgument, "bad_entity"));
  EXPECT_THAT(Commit({PutEntity{"thing", std::string(256, 'x'), {}, 1}}),
              IsError(ErrorCode::kInvalidArgument, "bad_entity"));
}

TEST_F(Entities, TheOwnerOfAKindDecidesWithThePreviousDocument) {
  std::vector<std::string> seen;
  const EntityKinds kinds{{"thing", [&](const JsonValue& document, const Entity* previous) -> Status {
                             seen.push_back(previous == nullptr ? "new" : WriteJson(previous->document));
                             if (document.is_int()) return {};
                             return InvalidArgument("not_a_number", "a thing is a number");
                           }}};
  catalog_ = world_.Open(QuietOptions(), kinds).value();
  EXPECT_THAT(Commit({Put("a", 1)}), IsOk());
  EXPECT_THAT(Commit({Put("a", 2), Put("a", 3)}), IsOk());
  EXPECT_THAT(Commit({Put("b", 1), Put("a", "x")}), IsError(ErrorCode::kInvalidArgument, "not_a_number"));
  EXPECT_THAT(seen, ElementsAre("new", "1", "2", "new", "3"));
  EXPECT_EQ(VersionOf("b"), 0u);
  EXPECT_THAT(Commit({DeleteEntity{"thing", "a", {}}}), IsOk());
  EXPECT_THAT(Commit({Put("a", 9)}), IsOk());
  EXPECT_EQ(seen.back(), "new") << "a deleted one has no previous document";
}

TEST_F(Entities, WhatWasCommittedIsReadWhoeverKnowsTheKind) {
  ASSERT_THAT(Commit({Put("a", 1)}), IsOk());
  catalog_ = world_.Open(QuietOptions(), {}).value();
  EXPECT_EQ(VersionOf("a"), 1u);
}

TEST_F(Entities, ListsAscendByIdWithinOneKind) {
  std::vector<Action> actions{PutEntity{"other", "m", {}, 1}};
  for (int i = 0; i < 30; ++i) actions.push_back(Put(std::to_string(100 + i), i));
  ASSERT_THAT(Commit(actions), IsOk());
  ASSERT_THAT(Commit({DeleteEntity{"thing", "101", {}}}), IsOk());
  const auto snapshot = catalog_->snapshot();
  std::vector<std::string> ids;
  for (const auto& entity : snapshot->ListEntities("thing", "", 3)) ids.push_back(entity->id);
  EXPECT_THAT(ids, ElementsAre("100", "102", "103"));
  EXPECT_EQ(snapshot->ListEntities("thing", "", 1000).size(), 29u);
  EXPECT_EQ(snapshot->ListEntities("thing", "127", 1000).size(), 2u);
  EXPECT_EQ(snapshot->ListEntities("other", "", 1000).size(), 1u);
  EXPECT_TRUE(snapshot->ListEntities("none", "", 1000).empty());
}

}  // namespace
}  // namespace lake::catalog
