// Goal: an index that moves answers the same from the other bucket, with its promotions, and one that cannot
// move is what it was, whatever call of the store fails; after a crash the move is done to its end. Method:
// real catalog, engine and jobs; a second store whose calls fail one after another.
#include <thread>

#include "lake/storage_testing/faulty_store.h"
#include "lake/vector/promotion_service.h"
#include "lake/vector_testing/indexed_lake.h"

namespace lake::vector {
namespace {

using storage::FaultyStore;
using storage::StoreFault;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kPromotions = "_hnsw_promotions/notes-index.json";

/// Keeps something else than it was given.
class ForgetfulStore final : public FaultyStore {
 public:
  using FaultyStore::FaultyStore;
  Result<std::unique_ptr<storage::ObjectReader>> Open(const Context& context,
                                                      const storage::ObjectKey& key) override {
    LAKE_ASSIGN_OR_RETURN(std::string bytes, Get(context, key, {}));
    if (!bytes.empty()) bytes.back() ^= 1;
    return std::make_unique<Reader>(std::move(bytes));
  }

 private:
  class Reader final : public storage::ObjectReader {
   public:
    explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
    uint64_t size() const override { return bytes_.size(); }
    Result<size_t> ReadAt(uint64_t offset, std::span<char> buffer) override {
      return bytes_.copy(buffer.data(), buffer.size(), offset);
    }

   private:
    const std::string bytes_;
  };
};

class IndexMoveTest : public IndexedLake {
 protected:
  void SetUp() override {
    IndexedLake::SetUp();
    archive_ = std::make_shared<FaultyStore>(storage::MakeMemoryStore(clock_));
    LAKE_ASSERT_OK(buckets_.Attach(storage::BucketName("archive"), archive_));
    AddNotes(kFewNotes);
    LAKE_ASSERT_OK(BuildOk(Notes()));
  }

  Result<IndexMoved> Move(
      const std::string& bucket, const MoveProgress& progress = [](uint64_t, uint64_t) {}) {
    LAKE_ASSIGN_OR_RETURN(const IndexMove move, service_->PrepareMove(Request(), "Notes-Index", bucket));
    return service_->Move(Context{}, move, progress);
  }
  IndexRecord Record() {
    auto info = service_->Find(Request(), "notes-index");
    LAKE_CHECK(info.ok());
    return info->record;
  }
  static std::vector<std::string> KeysIn(storage::ObjectStore& store, const std::string& prefix) {
    std::vector<std::string> keys;
    for (const auto& object : store.List(Context{}, {.prefix = prefix})->objects)
      keys.push_back(object.key.text());
    return keys;
  }
  std::vector<std::string> FilesIn(storage::ObjectStore& store) { return KeysIn(store, "vectors/"); }

  /// Rows nearest to the first one.
  std::vector<uint64_t> Search() {
    auto index = indexes_->Find(Context{}, Record());
    LAKE_CHECK(index.ok());
    const ann::Matrix vectors = (*index)->segment().vectors();
    auto answer = (*index)->FindNearest(std::span(vectors.data, vectors.dimensions), {.k = 3}, CancelToken());
    LAKE_CHECK(answer.ok());
    std::vector<uint64_t> rows;
    for (const ann::Hit& hit : answer->hits) rows.push_back(hit.id);
    return rows;
  }
  void Promote() {
    auto promotions = PromotionService::Make(
        {.catalog = *catalog_, .buckets = buckets_, .indexes = *service_, .clock = clock_, .log = log_});
    LAKE_ASSERT_OK(promotions->Promote(
        Request(), "notes-index",
        {.config = {.ef_construction = 80, .ef_search = 60, .seed = {}}, .trial_id = "trial-1-a"}));
  }

  std::shared_ptr<FaultyStore> archive_;
};

TEST_F(IndexMoveTest, AnswersTheSameFromTheOtherBucket) {
  Promote();
  const std::vector<uint64_t> before = Search();
  const std::vector<std::string> files = FilesIn(*store_);
  uint64_t told = 0;
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexMoved moved, Move("archive", [&](uint64_t done, uint64_t total) {
                              EXPECT_LE(done, total);
                              told = done;
                            }));
  EXPECT_EQ(moved.bucket, "archive");
  EXPECT_EQ(moved.from, "primary");
  EXPECT_EQ(moved.objects, files.size());
  EXPECT_EQ(moved.bytes, told);
  EXPECT_EQ(Record().bucket, "archive");
  EXPECT_EQ(FilesIn(*archive_), files);
  EXPECT_THAT(FilesIn(*store_), IsEmpty());
  EXPECT_THAT(KeysIn(*store_, "_hnsw_promotions"), IsEmpty());
  EXPECT_THAT(KeysIn(*archive_, "_hnsw_promotions"), ElementsAre(kPromotions));
  EXPECT_EQ(Search(), before);
  // What comes later is made there.
  AppendNotes("more", "SELECT 77::BIGINT AS id, 'A diver of wrecks.' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK(Refresh({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  EXPECT_THAT(FilesIn(*store_), IsEmpty());
  LAKE_ASSERT_OK(Move("primary"));
  EXPECT_THAT(FilesIn(*archive_), IsEmpty());
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  EXPECT_THAT(FilesIn(*store_), IsEmpty());
}

TEST_F(IndexMoveTest, TakesWhatIsKeptToGoBackTo) {
  ReplaceNotes("many", kManyNotes);  // Few have no graph, and nothing to go back to.
  LAKE_ASSERT_OK(Refresh({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  Promote();
  auto promotions = PromotionService::Make(
      {.catalog = *catalog_, .buckets = buckets_, .indexes = *service_, .clock = clock_, .log = log_});
  LAKE_ASSERT_OK(promotions->Promote(
      Request(), "notes-index",
      {.config = {.ef_construction = 20, .ef_search = 30, .seed = 1}, .trial_id = "trial-1-b"}));
  LAKE_ASSERT_OK(Refresh({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  ASSERT_EQ(Record().kept.size(), 1u);
  const std::vector<std::string> files = FilesIn(*store_);
  LAKE_ASSERT_OK(Move("archive"));
  EXPECT_EQ(FilesIn(*archive_), files);
  LAKE_ASSERT_OK(promotions->RollBack(Request(), "notes-index"));
  EXPECT_EQ(Record().live->config.ef_construction, 80u);
  EXPECT_EQ(Search().size(), 3u);
}

TEST_F(IndexMoveTest, RefusesWhatCannotBe) {
  EXPECT_THAT(Move("none"), IsError(ErrorCode::kUnavailable, "bucket_not_found"));
  EXPECT_THAT(service_->PrepareMove(Request(), "none", "archive"),
              IsError(ErrorCode::kNotFound, "index_not_found"));
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexMove move, service_->PrepareMove(Request(), "notes-index", "archive"));
  // A refresh that was asked for before the index moved.
  AppendNotes("more", "SELECT 77::BIGINT AS id, 'A diver of wrecks.' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK_AND_ASSIGN(
      JsonValue refresh,
      service_->PrepareRefresh(Request(), {.dataset = "notes", .index_name = {}, .otherwise = {}}));
  LAKE_ASSERT_OK(Move("archive"));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job,
                            jobs_->Submit(Context{}, std::string(kRefreshJob), "test", std::move(refresh)));
  LAKE_ASSERT_OK_AND_ASSIGN(
      const jobs::Job ended,
      jobs_->WaitUntilFinished({.deadline = Deadline::After(std::chrono::seconds(60))}, job.id));
  EXPECT_EQ(ended.error->code, "index_changed");
  EXPECT_THAT(FilesIn(*store_), IsEmpty());
  // Another one went first.
  IndexMove elsewhere = move;
  elsewhere.to = "third";
  LAKE_ASSERT_OK(buckets_.Attach(storage::BucketName("third"), storage::MakeMemoryStore(clock_)));
  EXPECT_THAT(service_->Move(Context{}, elsewhere, [](uint64_t, uint64_t) {}),
              IsError(ErrorCode::kFailedPrecondition, "index_moved"));
  EXPECT_EQ(Record().bucket, "archive");
  EXPECT_THAT(FilesIn(*archive_), Not(IsEmpty()));
}

TEST_F(IndexMoveTest, OneAtATime) {
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexMove move, service_->PrepareMove(Request(), "notes-index", "archive"));
  std::optional<Error> second;
  LAKE_ASSERT_OK(service_->Move(Context{}, move, [&](uint64_t, uint64_t) {
    second = service_->Move(Context{}, move, [](uint64_t, uint64_t) {}).error();
  }));
  EXPECT_EQ(second->reason(), "index_being_moved");
  EXPECT_THAT(FilesIn(*archive_), Not(IsEmpty()));
}

TEST_F(IndexMoveTest, StaysWholeWhateverCallFails) {
  const std::vector<std::string> files = FilesIn(*store_);
  const std::vector<uint64_t> before = Search();
  int failed = 0;
  for (const auto when : {StoreFault::When::kBefore, StoreFault::When::kAfter}) {
    for (uint64_t nth = 1;; ++nth) {
      archive_->Fail({.kind = {}, .nth = nth, .when = when});
      const Result<IndexMoved> moved = Move("archive");
      archive_->Heal();
      if (moved.ok()) break;
      ++failed;
      EXPECT_EQ(Record().bucket, "primary");
      EXPECT_EQ(FilesIn(*store_), files);
      EXPECT_EQ(Search(), before);
      EXPECT_THAT(FilesIn(*archive_), IsEmpty()) << "call " << nth;
    }
    EXPECT_EQ(FilesIn(*archive_), files);
    EXPECT_EQ(Search(), before);
    LAKE_ASSERT_OK(Move("primary"));
  }
  EXPECT_GT(failed, 20);
}

TEST_F(IndexMoveTest, ACopyThatDiffersIsNotTaken) {
  LAKE_ASSERT_OK(buckets_.Attach(storage::BucketName("rotten"),
                                 std::make_shared<ForgetfulStore>(storage::MakeMemoryStore(clock_))));
  EXPECT_THAT(Move("rotten"), IsError(ErrorCode::kDataLoss, "copy_differs"));
  EXPECT_EQ(Record().bucket, "primary");
  EXPECT_EQ(Search().size(), 3u);
}

TEST_F(IndexMoveTest, CancelledItLeavesNothing) {
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexMove move, service_->PrepareMove(Request(), "notes-index", "archive"));
  CancelSource stop;
  Context context;
  context.cancel = stop.token();
  const Result<IndexMoved> moved =
      service_->Move(context, move, [&](uint64_t, uint64_t) { stop.Cancel("enough"); });
  EXPECT_THAT(moved, IsError(ErrorCode::kCancelled, "enough"));
  EXPECT_EQ(Record().bucket, "primary");
  EXPECT_THAT(FilesIn(*archive_), IsEmpty());
}

TEST_F(IndexMoveTest, GoesOnAfterACrash) {
  Promote();
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexMove move, service_->PrepareMove(Request(), "notes-index", "archive"));
  const std::vector<std::string> files = FilesIn(*store_);
  // Half copied: kept for a job that goes on, garbage without one.
  LAKE_ASSERT_OK_AND_ASSIGN(const storage::ObjectKey key, storage::ObjectKey::Parse(files.front()));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::string bytes, store_->Get(Context{}, key, {}));
  LAKE_ASSERT_OK(archive_->Put(Context{}, key, bytes, storage::Overwrite{}));
  Stop();
  Start();
  EXPECT_THAT(FilesIn(*archive_), IsEmpty());
  LAKE_ASSERT_OK(archive_->Put(Context{}, key, bytes, storage::Overwrite{}));
  service_->KeepCopies(move);
  LAKE_ASSERT_OK(service_->CollectGarbage(Context{}));
  EXPECT_THAT(FilesIn(*archive_), ElementsAre(files.front()));
  LAKE_ASSERT_OK(service_->Move(Context{}, move, [](uint64_t, uint64_t) {}));
  EXPECT_EQ(FilesIn(*archive_), files);
  // After the commit, before the rest: what is left behind goes.
  LAKE_ASSERT_OK(store_->Put(Context{}, key, bytes, storage::Overwrite{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const storage::ObjectKey file, storage::ObjectKey::Parse(kPromotions));
  LAKE_ASSERT_OK(store_->Put(Context{}, file, "{}", storage::Overwrite{}));
  LAKE_ASSERT_OK(service_->Move(Context{}, move, [](uint64_t, uint64_t) {}));
  EXPECT_THAT(FilesIn(*store_), IsEmpty());
  EXPECT_THAT(KeysIn(*store_, "_hnsw_promotions"), IsEmpty());
  EXPECT_EQ(FilesIn(*archive_), files);
  EXPECT_EQ(Search().size(), 3u);
}

}  // namespace
}  // namespace lake::vector
