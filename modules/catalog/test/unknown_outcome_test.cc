// Goal: the ends a put can have (docs/decisions/0004-unknown-commits.md) are told apart: committed, lost
// race, refused, unknown; after unknown nothing is committed until the catalog is opened again. Method: a
// store that answers puts of the log differently from what it does.
#include "catalog_fixture.h"
#include "hook_store.h"

namespace lake::catalog {
namespace {

using storage::ObjectKey;

Error Unknown() { return Unavailable("outcome_unknown", "no reply"); }

class UnknownOutcome : public CatalogTest {
 protected:
  void SetUp() override {
    store_ = std::make_shared<HookStore>(world_.store);
    catalog_ = world_.OpenOn(store_, QuietOptions()).value();
  }
  bool InLog(uint64_t version) {
    return world_.store->Head(Context(), ObjectKey::Parse(LogKey(version)).value()).ok();
  }
  /// The commit in doubt said so, later ones are refused, and only a restart helps.
  void ExpectPoisoned(const Result<CommitOutcome>& in_doubt) {
    const auto unknown = IsError(ErrorCode::kUnavailable, "commit_outcome_unknown");
    EXPECT_THAT(in_doubt, unknown);
    EXPECT_THAT(catalog_->Health(), unknown);
    EXPECT_EQ(world_.log.Count("catalog.commit_outcome_unknown"), 1u);
    store_->before_put = store_->after_put = store_->on_get = nullptr;
    EXPECT_THAT(Commit({Put("later", 1)}), IsError(ErrorCode::kUnavailable, "catalog_read_only"));
    EXPECT_EQ(catalog_->snapshot()->version(), Version{}) << "readers do not see what is in doubt";
    LAKE_ASSERT_OK_AND_ASSIGN(const auto seen, catalog_->ReadCommits(Context(), Version{}, 10));
    EXPECT_TRUE(seen.empty());
    Reopen();
    EXPECT_THAT(catalog_->Health(), IsOk());
    EXPECT_EQ(catalog_->snapshot()->FindEntity("thing", "later"), nullptr);
    EXPECT_THAT(Commit({Put("later", 1)}), IsOk());
  }

  std::shared_ptr<HookStore> store_;
  int puts_ = 0;
};

TEST_F(UnknownOutcome, ALostReplyIsFoundOutByReading) {
  store_->after_put = [&](const ObjectKey&) -> std::optional<Error> {
    return ++puts_ == 1 ? std::optional(Unknown()) : std::nullopt;
  };
  EXPECT_THAT(Commit({Put("a", 1)}), IsOk());
  EXPECT_EQ(puts_, 1);
  EXPECT_THAT(Commit({Put("b", 1)}), IsOk());
  EXPECT_EQ(catalog_->snapshot()->version(), Version{2});
}

TEST_F(UnknownOutcome, ALostRequestIsSentAgain) {
  store_->before_put = [&](const ObjectKey&) -> std::optional<Error> {
    return ++puts_ == 1 ? std::optional(Unknown()) : std::nullopt;
  };
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, Commit({Put("a", 1)}));
  EXPECT_EQ(outcome.version, Version{1});
  EXPECT_EQ(puts_, 2);
  EXPECT_EQ(catalog_->snapshot()->FindEntity("thing", "a")->version, 1u) << "not twice";
}

TEST_F(UnknownOutcome, ALateRequestThatArrivesAfterAllIsTheSameCommit) {
  // The first request is lost for now; it lands just before the second one, which then finds the name taken,
  // by us.
  store_->before_put = [&](const ObjectKey&) -> std::optional<Error> {
    return ++puts_ == 1 ? std::optional(Unknown()) : std::nullopt;
  };
  store_->after_put = [&](const ObjectKey&) -> std::optional<Error> {
    return FailedPrecondition("object_exists", "it is there already");
  };
  EXPECT_THAT(Commit({Put("a", 1)}), IsOk());
  EXPECT_EQ(puts_, 2);
  store_->after_put = nullptr;
  EXPECT_THAT(Commit({Put("a", 2)}), IsOk());
  EXPECT_EQ(catalog_->snapshot()->FindEntity("thing", "a")->version, 2u);
}

TEST_F(UnknownOutcome, AStoreThatRepeatedTheRequestItselfFindsOurObject) {
  store_->after_put = [&](const ObjectKey&) -> std::optional<Error> {
    return FailedPrecondition("object_exists", "it is there already");
  };
  EXPECT_THAT(Commit({Put("a", 1)}), IsOk());
}

TEST_F(UnknownOutcome, AVersionThatAnotherWriterTookMeanwhileIsNotOurs) {
  const auto other = world_.Open().value();
  store_->before_put = [&](const ObjectKey&) -> std::optional<Error> {
    if (++puts_ > 1) return std::nullopt;
    EXPECT_THAT(other->Commit(Context(), Txn({Put("theirs", 1)})), IsOk());
    return Unknown();
  };
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, Commit({Put("ours", 1)}));
  EXPECT_EQ(outcome.version, Version{2});
  EXPECT_NE(catalog_->snapshot()->FindEntity("thing", "theirs"), nullptr);
}

TEST_F(UnknownOutcome, WhatStaysUnknownStopsTheCatalog) {
  store_->before_put = [&](const ObjectKey&) -> std::optional<Error> {
    ++puts_;
    return Unknown();
  };
  const auto outcome = Commit({Put("a", 1)});
  EXPECT_GT(puts_, 1);
  EXPECT_LT(puts_, 10) << "the tries are bounded";
  ExpectPoisoned(outcome);
}

TEST_F(UnknownOutcome, WhatIsThereButCannotBeReadStopsTheCatalog) {
  store_->after_put = [&](const ObjectKey&) { return std::optional(Unknown()); };
  store_->on_get = [&](const ObjectKey&) -> std::optional<Error> {
    return Unavailable("store_unreachable", "no");
  };
  const auto outcome = Commit({Put("a", 1)});
  EXPECT_TRUE(InLog(1));
  ExpectPoisoned(outcome);
  EXPECT_NE(catalog_->snapshot()->FindEntity("thing", "a"), nullptr) << "found by the restart";
}

TEST_F(UnknownOutcome, AStoreThatBreaksItsWordStopsTheCatalog) {
  store_->after_put = [&](const ObjectKey&) -> std::optional<Error> {
    return Internal("io_error", "it did not work");
  };
  ExpectPoisoned(Commit({Put("a", 1)}));
}

TEST_F(UnknownOutcome, ACleanErrorRefusesTheCommitAndTheCatalogGoesOn) {
  for (const Error& error : {ResourceExhausted("storage_full", "full"),
                             Unavailable("store_unreachable", "down"), Internal("io_error", "broken")}) {
    store_->before_put = [&](const ObjectKey&) { return std::optional(error); };
    EXPECT_THAT(Commit({Put("a", 1)}), IsError(error.code(), error.reason()));
    EXPECT_THAT(catalog_->Health(), IsOk());
  }
  store_->before_put = nullptr;
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, Commit({Put("a", 1)}));
  EXPECT_EQ(outcome.version, Version{1});
}

}  // namespace
}  // namespace lake::catalog
