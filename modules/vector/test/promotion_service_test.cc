// Goal: a promotion and its way back are one commit each, in effect at once where the graph is built and from
// the next refresh on where it is not, without embedding anything; the exported file says the same, also
// after a crash. Method: real catalog, engine and jobs; files changed and removed behind the service's back.
#include "lake/vector/promotion_service.h"

#include <thread>

#include "lake/vector_testing/indexed_lake.h"

namespace lake::vector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr HnswConfig kSlow = {.ef_construction = 200, .ef_search = 40, .seed = 7};
constexpr const char* kFile = "_hnsw_promotions/notes-index.json";
constexpr const char* kLegacy =
    R"({"history": [{"config": {"ef_construction": 20, "ef_search": 30, "seed": 42}, "trial_id": "trial-1-a",
        "promoted_at": "2025-12-31T23:00:00.123456789+00:00", "promoted_by": "autotune", "note": ""}],
        "current": {"config": {"ef_construction": 160, "ef_search": 30}, "trial_id": "trial-2-b", "rank": 1,
        "promoted_at": "2026-01-01T00:00:00Z", "promoted_by": "ada", "note": "autotune winner"}, "written_by": "x"})";

class PromotionServiceTest : public IndexedLake {
 protected:
  void SetUp() override {
    IndexedLake::SetUp();
    StartPromotions();
  }
  void StartPromotions() {
    promotions_ = PromotionService::Make(
        {.catalog = *catalog_, .buckets = buckets_, .indexes = *service_, .clock = clock_, .log = log_});
    promotions_->Reconcile(Context{});
  }
  void Restart() {
    Stop();
    Start();
    StartPromotions();
  }
  void BuildNotes(const char* rows) {
    AddNotes(rows);
    LAKE_ASSERT_OK(BuildOk(Notes()));
  }

  Result<IndexRecord> Promote(const std::string& trial, const HnswConfig& config) {
    return promotions_->Promote(Request(), "Notes-Index", {.config = config, .trial_id = trial});
  }
  Result<IndexRecord> RollBack() { return promotions_->RollBack(Request(), "notes-index"); }
  IndexRecord Record() {
    auto info = service_->Find(Request(), "notes-index");
    LAKE_CHECK(info.ok());
    return info->record;
  }
  static RefreshRequest All() { return {.dataset = "notes", .index_name = {}, .otherwise = {}}; }

  std::string ReadFile() {
    const auto text = store_->Get(Context{}, *storage::ObjectKey::Parse(kFile), {});
    return text.ok() ? *text : std::string(text.error().reason());
  }
  void WriteFile(const std::string& text) {
    LAKE_ASSERT_OK(store_->Put(Context{}, *storage::ObjectKey::Parse(kFile), text, storage::Overwrite{}));
  }
  std::string Expected() { return WriteJson(*Record().promotions) + "\n"; }
  /// Trial ids, the current one last.
  std::vector<std::string> Trials() {
    const IndexRecord record = Record();
    std::vector<std::string> ids;
    for (const Promotion& former : record.promotions->history) ids.push_back(former.trial_id);
    if (record.promotions->current) ids.push_back(record.promotions->current->trial_id);
    return ids;
  }
  std::string LastBuild() {
    std::string message;
    for (const CaptureLog::Event& event : log_.events())
      if (event.name == "building_graph") message = event.fields.FindString("message");
    return message;
  }
  /// Ids of generations that have files.
  std::set<std::string> Stored() {
    std::set<std::string> ids;
    for (const auto& prefix :
         store_->List(Context{}, {.prefix = "vectors/", .delimiter = "/"})->common_prefixes)
      ids.insert(prefix.substr(8, prefix.size() - 9));
    return ids;
  }

  std::unique_ptr<PromotionService> promotions_;
};

TEST_F(PromotionServiceTest, AnotherEffortOfSearchesIsInEffectAtOnce) {
  BuildNotes(kFewNotes);
  const std::string first = Record().live->id;
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexRecord promoted,
                            Promote("trial-1", {.ef_construction = 80, .ef_search = 90, .seed = {}}));
  EXPECT_TRUE(IsBuiltAsConfigured(promoted));
  EXPECT_EQ(UsualWalk(promoted).ef_search, 90u);
  EXPECT_EQ(promoted.promotions->current->promoted_by, Request().caller.name);
  EXPECT_EQ(promoted.promotions->current->promoted_at, clock_.Now());
  EXPECT_EQ(ReadFile(), Expected());
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, RefreshOk(All()));
  EXPECT_THAT(refreshed.up_to_date, ElementsAre("notes-index"));
  EXPECT_EQ(Record().live->id, first);
}

TEST_F(PromotionServiceTest, AnotherGraphIsBuiltByTheNextRefreshAndTheFirstOneIsKept) {
  BuildNotes(kManyNotes);
  const std::string first = Record().live->id;
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents before, Read("notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexRecord promoted, Promote("trial-1", kSlow));
  EXPECT_FALSE(IsBuiltAsConfigured(promoted));
  EXPECT_EQ(promoted.live->id, first);

  const uint64_t texts = models_->embedder().texts();
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, RefreshOk(All()));
  EXPECT_EQ(models_->embedder().texts(), texts);
  ASSERT_THAT(refreshed.indexes, SizeIs(1));
  EXPECT_EQ(refreshed.indexes[0].embedded, 0u);
  EXPECT_EQ(refreshed.indexes[0].unchanged, 2000u);
  const IndexRecord built = Record();
  const std::string second = built.live->id;
  EXPECT_EQ(built.live->config, kSlow);
  EXPECT_EQ(OwnConfig(built), HnswConfig{});
  EXPECT_TRUE(IsBuiltAsConfigured(built));
  EXPECT_EQ(LastBuild(), "building HNSW ef_construction=200 ef_search=40 seed=7");
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents after, Read("notes-index"));
  EXPECT_EQ(after.rows, before.rows);

  // Back and forth without another build, over restarts, too.
  LAKE_ASSERT_OK(RollBack());
  EXPECT_EQ(Record().live->id, first);
  Restart();
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents back, Read("notes-index"));
  EXPECT_EQ(back, before);
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed nothing, RefreshOk(All()));
  EXPECT_THAT(nothing.indexes, IsEmpty());
  LAKE_ASSERT_OK(Promote("trial-1", kSlow));
  EXPECT_EQ(Record().live->id, second);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents forth, Read("notes-index"));
  EXPECT_EQ(forth, after);
  EXPECT_THAT(Stored(), UnorderedElementsAre(first, second));
}

TEST_F(PromotionServiceTest, WhatIsKeptGoesWhenTheRowsMoveOn) {
  BuildNotes(kFewNotes);
  LAKE_ASSERT_OK(Promote("trial-1", kSlow));
  LAKE_ASSERT_OK(RefreshOk(All()));
  ASSERT_THAT(Record().kept, SizeIs(1));
  DeleteNotes({"10"});
  // What is deleted is in both, and the switch is as possible as before.
  LAKE_ASSERT_OK(RollBack());
  ASSERT_THAT(Record().kept, SizeIs(1));
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, RefreshOk(All()));
  EXPECT_EQ(refreshed.indexes[0].removed, 1u);
  EXPECT_EQ(Record().live->config, HnswConfig{});
  EXPECT_THAT(Record().kept, IsEmpty());
  service_->RemoveReplaced();
  EXPECT_THAT(Stored(), ElementsAre(Record().live->id));
}

TEST_F(PromotionServiceTest, DroppingTakesEverythingWithIt) {
  BuildNotes(kFewNotes);
  LAKE_ASSERT_OK(Promote("trial-1", kSlow));
  LAKE_ASSERT_OK(RefreshOk(All()));
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  EXPECT_EQ(ReadFile(), "object_not_found");
  EXPECT_THAT(Stored(), IsEmpty());
  LAKE_ASSERT_OK(BuildOk(Notes()));
  EXPECT_FALSE(Record().promotions.has_value());
  EXPECT_EQ(Record().live->config, HnswConfig{});
}

TEST_F(PromotionServiceTest, AStartWritesWhatACrashLeftUnwritten) {
  BuildNotes(kFewNotes);
  LAKE_ASSERT_OK(Promote("trial-1", kSlow));
  const std::string before = ReadFile();
  LAKE_ASSERT_OK(Promote("trial-2", kSlow));
  WriteFile(before);
  Restart();
  EXPECT_THAT(Trials(), ElementsAre("trial-1", "trial-2"));
  EXPECT_EQ(ReadFile(), Expected());
  LAKE_ASSERT_OK(store_->Delete(Context{}, *storage::ObjectKey::Parse(kFile)));
  Restart();
  EXPECT_EQ(ReadFile(), Expected());
  // Nothing is promoted any more: what the file says is not taken for news.
  LAKE_ASSERT_OK(RollBack());
  LAKE_ASSERT_OK(RollBack());
  WriteFile(before);
  Restart();
  EXPECT_THAT(Trials(), IsEmpty());
  EXPECT_EQ(ReadFile(), "{\"current\":null,\"history\":[]}\n");
  EXPECT_THAT(RollBack(), IsError(ErrorCode::kFailedPrecondition, "nothing_promoted"));
}

TEST_F(PromotionServiceTest, FilesOfOthersAreTakenOverOnce) {
  BuildNotes(kFewNotes);
  EXPECT_THAT(RollBack(), IsError(ErrorCode::kFailedPrecondition, "nothing_promoted"));
  WriteFile(kLegacy);
  Restart();
  EXPECT_THAT(Trials(), ElementsAre("trial-1-a", "trial-2-b"));
  const IndexRecord imported = Record();
  EXPECT_EQ(imported.promotions->current->config.ef_construction, 160u);
  EXPECT_EQ(imported.promotions->current->unknown.size(), 1u);
  EXPECT_EQ(imported.promotions->unknown.size(), 1u);
  LAKE_ASSERT_OK(RefreshOk(All()));
  EXPECT_EQ(Record().live->config.ef_construction, 160u);
  LAKE_ASSERT_OK(RollBack());
  EXPECT_EQ(ReadFile(), Expected());
  EXPECT_NE(ReadFile().find(R"("written_by":"x")"), std::string::npos);
}

TEST_F(PromotionServiceTest, AnIndexMadeWhereAFileIsBeginsWithIt) {
  WriteFile(kLegacy);
  BuildNotes(kFewNotes);
  EXPECT_THAT(Trials(), ElementsAre("trial-1-a", "trial-2-b"));
  EXPECT_EQ(Record().live->config.ef_construction, 160u);
  EXPECT_TRUE(IsBuiltAsConfigured(Record()));
  EXPECT_EQ(OwnConfig(Record()), HnswConfig{});
}

TEST_F(PromotionServiceTest, FilesThatCannotBeUnderstoodAreLeftAsTheyAre) {
  BuildNotes(kFewNotes);
  for (
      const char* text :
      {"{",
       R"({"current": {"config": {"ef_search": 500}, "trial_id": "t", "promoted_at": "2026-01-01T00:00:00Z"}})"}) {
    WriteFile(text);
    const size_t before = log_.Count("promotions_not_read");
    Restart();
    EXPECT_EQ(log_.Count("promotions_not_read"), before + 1);
    EXPECT_FALSE(Record().promotions.has_value());
    EXPECT_EQ(ReadFile(), text);
  }
  LAKE_ASSERT_OK(Promote("trial-1", kSlow));
  EXPECT_EQ(ReadFile(), Expected());
}

TEST_F(PromotionServiceTest, NothingOfPromotionsAtTheSameTimeIsLost) {
  BuildNotes(kFewNotes);
  std::vector<std::thread> threads;
  std::atomic<int> refused = 0;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 5; ++i) refused += Promote(fmt::format("{}-{}", thread, i), kSlow).ok() ? 0 : 1;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 0);
  const std::vector<std::string> trials = Trials();
  EXPECT_EQ(std::set(trials.begin(), trials.end()).size(), 20u);
  EXPECT_THAT(trials, SizeIs(20));
  EXPECT_EQ(ReadFile(), Expected());
}

TEST_F(PromotionServiceTest, WhatCannotBePromotedIsRefused) {
  AddNotes(kFewNotes);
  EXPECT_THAT(Promote("trial-1", kSlow), IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_THAT(RollBack(), IsError(ErrorCode::kNotFound, "index_not_found"));
  std::atomic<bool> begun = false;
  before_embedding_ = UntilStopped(&begun);
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, Submit(Notes()));
  while (!begun) std::this_thread::yield();
  EXPECT_THAT(Promote("trial-1", kSlow), IsError(ErrorCode::kFailedPrecondition, "index_not_ready"));
  LAKE_ASSERT_OK(jobs_->Cancel(Context{}, job.id));
  LAKE_ASSERT_OK(jobs_->WaitUntilFinished(Context{}, job.id));
  before_embedding_ = nullptr;
  LAKE_ASSERT_OK(BuildOk(Notes()));
  EXPECT_THAT(Promote("trial-1", {.ef_construction = 401, .ef_search = 30, .seed = {}}),
              IsError(ErrorCode::kInvalidArgument, "invalid_request"));
  EXPECT_FALSE(Record().promotions.has_value());
  EXPECT_EQ(ReadFile(), "object_not_found");
}

TEST_F(PromotionServiceTest, AnotherConfigurationOfItsOwn) {
  BuildNotes(kManyNotes);
  const std::string first = Record().live->id;
  const auto configure = [&](const HnswConfig& config) {
    return promotions_->Configure(Context{}, "somebody", "NOTES-INDEX", config);
  };
  // What only searches see is in effect at once.
  LAKE_ASSERT_OK_AND_ASSIGN(IndexRecord record, configure({.ef_construction = 80, .ef_search = 90}));
  EXPECT_TRUE(IsBuiltAsConfigured(record));
  EXPECT_EQ(UsualWalk(record).ef_search, 90u);
  LAKE_ASSERT_OK_AND_ASSIGN(record, configure(kSlow));
  EXPECT_FALSE(IsBuiltAsConfigured(record));
  LAKE_ASSERT_OK(RefreshOk(All()));
  EXPECT_EQ(Record().live->config, kSlow);
  EXPECT_NE(Record().live->id, first);
  // The one before was kept; the same again is no commit.
  LAKE_ASSERT_OK_AND_ASSIGN(record, configure({}));
  EXPECT_EQ(record.live->id, first);
  const catalog::Version version = catalog_->snapshot()->version();
  LAKE_ASSERT_OK(configure({}));
  EXPECT_EQ(catalog_->snapshot()->version(), version);
  // What is promoted goes before it, and rolling back comes to it.
  LAKE_ASSERT_OK(Promote("a", {.ef_construction = 30, .ef_search = 40}));
  LAKE_ASSERT_OK_AND_ASSIGN(record, configure(kSlow));
  EXPECT_EQ(ConfigToBuild(record).ef_construction, 30u);
  LAKE_ASSERT_OK_AND_ASSIGN(record, RollBack());
  EXPECT_EQ(ConfigToBuild(record), kSlow);
  EXPECT_EQ(record.live->config, kSlow);
  EXPECT_THAT(configure({.ef_construction = 5}), IsError(ErrorCode::kInvalidArgument, "invalid_request"));
  EXPECT_THAT(promotions_->Configure(Context{}, "somebody", "none", {}),
              IsError(ErrorCode::kNotFound, "index_not_found"));
}

TEST_F(PromotionServiceTest, ARefreshThatIsWantedAnyway) {
  BuildNotes(kFewNotes);
  RefreshRequest wanted = All();
  LAKE_ASSERT_OK_AND_ASSIGN(Refreshed done, RefreshOk(wanted));
  EXPECT_THAT(done.up_to_date, ElementsAre("notes-index"));
  wanted.need = RefreshNeed::kAnyway;
  LAKE_ASSERT_OK_AND_ASSIGN(done, RefreshOk(wanted));
  EXPECT_THAT(done.up_to_date, IsEmpty());
  ASSERT_THAT(done.indexes, SizeIs(1));
  EXPECT_EQ(done.indexes[0].embedded, 0u);
}

}  // namespace
}  // namespace lake::vector
