// Goal: inside one group commit a refused transaction leaves nothing behind, and those after it build on
// those before. Method: a draft on an empty state, filled in a fixed order.
#include "draft.h"

#include "catalog_fixture.h"

namespace lake::catalog {
namespace {

TEST(DraftOfAGroup, ARefusedTransactionLeavesNoTraceForThoseAfterIt) {
  const EntityKinds kinds = AnyThing();
  Draft draft(State::Empty(), Version{1}, Timestamp{1});
  ASSERT_THAT(draft.Add(Txn({Create("d1", "kept"), Add("d1", {File("f1", 1)})}), kinds), IsOk());
  Transaction refused = Txn(
      {Put("gone", 1), Create("d2", "gone"), Add("d1", {File("f2", 1)}), DropDataset{DatasetId("nobody")}});
  refused.idempotency_key = "k";
  EXPECT_THAT(draft.Add(refused, kinds), IsError(ErrorCode::kNotFound, "dataset_not_found"));
  ASSERT_THAT(draft.Add(Txn({Add("d1", {File("f3", 1)})}), kinds), IsOk());

  Draft alone(State::Empty(), Version{1}, Timestamp{1});
  ASSERT_THAT(alone.Add(Txn({Create("d1", "kept"), Add("d1", {File("f1", 1)})}), kinds), IsOk());
  ASSERT_THAT(alone.Add(Txn({Add("d1", {File("f3", 1)})}), kinds), IsOk());
  EXPECT_EQ(Dump(*draft.MakeState("id")), Dump(*alone.MakeState("id")));
}

TEST(DraftOfAGroup, EachIsValidatedAgainstTheStateAfterItsPredecessors) {
  const EntityKinds kinds = AnyThing();
  Draft draft(State::Empty(), Version{1}, Timestamp{1});
  EXPECT_TRUE(draft.empty());
  ASSERT_THAT(draft.Add(Txn({Create("d1", "t")}), kinds), IsOk());
  ASSERT_THAT(draft.Add(Txn({Add("d1", {File("f1", 1)})}), kinds), IsOk());
  EXPECT_THAT(draft.Add(Txn({Add("d1", {File("f1", 1)})}), kinds), IsError(ErrorCode::kAborted, "conflict"));
  const auto state = draft.MakeState("id");
  EXPECT_EQ(state->FindDataset(DatasetId("d1"))->changes.size(), 2u) << "both under one version";
  EXPECT_EQ(state->FindDataset(DatasetId("d1"))->RowsAt(Version{1}), 1u);
}

}  // namespace
}  // namespace lake::catalog
