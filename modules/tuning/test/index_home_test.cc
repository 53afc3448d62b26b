// Goal: an index that moves takes its eval sets along, new trials are journaled where it is, and old ones
// stay in its list. Method: real catalog, engine and jobs; two stores.
#include "lake/tuning/index_home.h"

#include "tuned_lake.h"

namespace lake::tuning {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class IndexHomeTest : public TunedLake {
 protected:
  void AddServices(std::map<std::string, jobs::JobKind>& kinds) override {
    TunedLake::AddServices(kinds);
    home_ = std::make_unique<IndexHome>(*service_, *evals_);
    kinds.emplace(kMoveIndexJob, home_->Kind());
  }
  void SetUp() override {
    TunedLake::SetUp();
    archive_ = storage::MakeMemoryStore(clock_);
    LAKE_ASSERT_OK(buckets_.Attach(storage::BucketName("archive"), archive_));
    MakeIndex();
    LAKE_ASSERT_OK(Autogen({.name = "auto", .index_name = "notes-index", .count = 20, .k = 5}));
  }
  Result<vector::IndexMoved> Move(const std::string& bucket) {
    return Await<vector::IndexMoved>(kMoveIndexJob, home_->PrepareMove(Request(), "notes-index", bucket));
  }
  static std::vector<std::string> KeysIn(storage::ObjectStore& store, const std::string& prefix) {
    std::vector<std::string> keys;
    for (const auto& object : store.List(Context{}, {.prefix = prefix})->objects)
      keys.push_back(object.key.text());
    return keys;
  }

  std::unique_ptr<IndexHome> home_;
  std::shared_ptr<storage::ObjectStore> archive_;
};

TEST_F(IndexHomeTest, EverythingIsInTheBucketOfTheIndex) {
  const NewTrial wanted = {.index_name = "notes-index", .harness = "auto", .config = {}, .note = {}};
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial first, Try(wanted));
  clock_.Advance(std::chrono::seconds(1));
  EvalSet own = {.name = "own", .k = 3, .queries = {{.text = "bread"}}};
  LAKE_ASSERT_OK(evals_->Save(Request(), own));
  LAKE_ASSERT_OK_AND_ASSIGN(const vector::IndexMoved moved, Move("archive"));
  EXPECT_EQ(moved.bucket, "archive");
  // A set of nobody stays where it is.
  EXPECT_THAT(KeysIn(*store_, "_hnsw_evals/"), ElementsAre("_hnsw_evals/own.json"));
  EXPECT_THAT(KeysIn(*archive_, "_hnsw_evals/"), ElementsAre("_hnsw_evals/auto.json"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial second, Try(wanted));
  EXPECT_EQ(second.metrics.eval_queries, first.metrics.eval_queries);
  EXPECT_THAT(KeysIn(*archive_, "_hnsw_trials/"), SizeIs(1));
  LAKE_ASSERT_OK_AND_ASSIGN(const TrialJournal journal, trials_->Read(Request(), "notes-index"));
  ASSERT_THAT(journal.trials, SizeIs(2));
  EXPECT_EQ(journal.trials[0].id, first.id);
  EXPECT_EQ(journal.trials[1].id, second.id);
  LAKE_ASSERT_OK(Move("primary"));
  EXPECT_THAT(KeysIn(*archive_, "_hnsw_evals/"), IsEmpty());
}

TEST_F(IndexHomeTest, ASetThatIsThereAlreadyIsNewer) {
  const storage::ObjectKey key = *storage::ObjectKey::Parse("_hnsw_evals/auto.json");
  LAKE_ASSERT_OK(
      archive_->Put(Context{}, key, R"({"name": "auto", "k": 4, "queries": []})", storage::Overwrite{}));
  LAKE_ASSERT_OK(evals_->MoveSets(Context{}, "NOTES-index", "primary", "archive"));
  LAKE_ASSERT_OK_AND_ASSIGN(const EvalSet set, evals_->Find(Request(), "auto"));
  EXPECT_EQ(set.k, 4u);
}

}  // namespace
}  // namespace lake::tuning
