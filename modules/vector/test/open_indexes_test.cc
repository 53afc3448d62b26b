// Goal: an open index finds what is nearest among the rows that are permitted, and damage is an error.
// Method: a small index over a store in memory, so that its files are copies; bytes changed in the store.
#include "lake/vector/open_indexes.h"

#include <filesystem>
#include <thread>

#include "lake/vector_testing/indexed_lake.h"

namespace lake::vector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OpenIndexesTest : public IndexedLake {
 protected:
  void SetUp() override {
    IndexedLake::SetUp();
    AddNotes(
        "SELECT i::BIGINT AS id, 'alpha beta. gamma ' || (i % 5) || ' delta' AS text, 1::BIGINT AS region "
        "FROM "
        "range(20) t(i)");
    LAKE_ASSERT_OK(BuildOk(Notes()));
  }

  std::vector<float> Query(const std::string& text) {
    auto embedder = models_->FindEmbedder("");
    auto made = (*embedder)->Embed(Context{}, std::vector<std::string>{text});
    return made->values;
  }
  /// An index with a graph.
  void AddMore() {
    AppendNotes("second",
                "SELECT i::BIGINT AS id, 'alpha ' || i || ' beta ' || (i * 7919 % 997) AS text, 1::BIGINT "
                "AS region FROM range(100, 2000) t(i)");
    NewIndex more = Notes();
    more.name = "more";
    LAKE_ASSERT_OK(BuildOk(more));
  }
  std::string KeyOf(const StoredFile Generation::* file) {
    auto info = service_->Find(Request(), "notes-index");
    return ((*info->record.live).*file).key;
  }
  void Damage(const std::string& key, const std::function<void(std::string&)>& change) {
    const storage::ObjectKey object = *storage::ObjectKey::Parse(key);
    auto bytes = store_->Get(Context{}, object, {});
    LAKE_ASSERT_OK(bytes);
    change(*bytes);
    LAKE_ASSERT_OK(store_->Put(Context{}, object, *bytes, storage::Overwrite{}));
  }
};

TEST_F(OpenIndexesTest, FindsTheNearestAmongThePermitted) {
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("notes-index"));
  EXPECT_EQ(index->chunks(), 20u);
  LAKE_ASSERT_OK_AND_ASSIGN(
      const ann::RowSet permitted,
      index->RowsOf(Context{}, std::vector<std::string>{"3", "8", "4", "no such document"}));
  EXPECT_EQ(permitted.count(), 3u);
  LAKE_ASSERT_OK_AND_ASSIGN(
      const ann::Answer answer,
      index->FindNearest(Query("alpha beta. gamma 3 delta"), {.k = 2, .permitted = &permitted}, {}));
  std::vector<std::string> found;
  for (const ann::Hit& hit : answer.hits) found.push_back(index->ChunkAt(hit.id)->doc_id);
  EXPECT_THAT(found, ElementsAre("3", "8"));
  EXPECT_TRUE(answer.exact);
}

TEST_F(OpenIndexesTest, FindsWordsByStemsAmongThePermitted) {
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("notes-index"));
  const auto find = [&](std::string_view question, size_t k, const ann::RowSet* permitted) {
    std::vector<std::string> found;
    auto hits = index->FindWords(Context{}, {.question = question, .k = k, .permitted = permitted});
    LAKE_CHECK(hits.ok());
    for (const WordHit& hit : *hits) found.push_back(index->ChunkAt(hit.row)->doc_id);
    return found;
  };
  EXPECT_THAT(find("betas, deltas!", 100, nullptr), testing::SizeIs(20));
  EXPECT_THAT(find("3 \"OR\" NEAR(", 100, nullptr), testing::UnorderedElementsAre("3", "8", "13", "18"));
  LAKE_ASSERT_OK_AND_ASSIGN(const ann::RowSet permitted,
                            index->RowsOf(Context{}, std::vector<std::string>{"13", "5"}));
  EXPECT_THAT(find("gamma 3", 1, &permitted), ElementsAre("13"));
  EXPECT_THAT(find("gamma 3", 100, &permitted), ElementsAre("13", "5"));
  EXPECT_THAT(find("omega", 100, nullptr), IsEmpty());
  EXPECT_THAT(find("?!", 100, nullptr), IsEmpty());
}

TEST_F(OpenIndexesTest, FindsWordsInScriptsWithoutBlanks) {
  AppendNotes(
      "second",
      "SELECT 900::BIGINT AS id, '東京の病院で看護師を募集しています' AS text, 1::BIGINT AS region UNION ALL "
      "SELECT 901, 'พนักงานขับรถบรรทุกต้องการด่วน', 1");
  NewIndex more = Notes();
  more.name = "more";
  LAKE_ASSERT_OK(BuildOk(more));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("more"));
  const auto find = [&](std::string_view question) {
    auto hits = index->FindWords(Context{}, {.question = question, .k = 10});
    LAKE_CHECK(hits.ok());
    return hits->empty() ? std::string() : index->ChunkAt(hits->front().row)->doc_id;
  };
  EXPECT_EQ(find("看護師"), "900");
  EXPECT_EQ(find("病院の仕事"), "900");
  EXPECT_EQ(find("รถบรรทุก"), "901");
  EXPECT_EQ(find("教師"), "");
}

TEST_F(OpenIndexesTest, TellsTheScoresOfRowsBehindTheBest) {
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<WordHit> all,
                            index->FindWords(Context{}, {.question = "gamma 3", .k = 1000}));
  ASSERT_GT(all.size(), 6u);
  const auto of = [](const std::vector<WordHit>& hits) {
    std::vector<std::pair<uint64_t, double>> pairs;
    for (const WordHit& hit : hits) pairs.emplace_back(hit.row, hit.score);
    return pairs;
  };
  ann::RowSet scored(index->chunks());
  scored.Add(static_cast<uint32_t>(all[0].row));  // Among the best: told once.
  scored.Add(static_cast<uint32_t>(all.back().row));
  std::vector<std::pair<uint64_t, double>> expected = of(all);
  expected.erase(expected.begin() + 3, expected.end() - 1);
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<WordHit> hits,
                            index->FindWords(Context{}, {.question = "gamma 3", .k = 3, .scored = &scored}));
  EXPECT_EQ(of(hits), expected);
}

TEST_F(OpenIndexesTest, ASmallIndexIsScanned) {
  AddMore();
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("more"));
  ASSERT_GT(index->chunks(), ann::kRowsWorthAGraph);
  LAKE_ASSERT_OK_AND_ASSIGN(const ann::Answer scanned, index->FindNearest(Query("alpha 7"), {.k = 5}, {}));
  EXPECT_TRUE(scanned.exact);
  LAKE_ASSERT_OK_AND_ASSIGN(const ann::Answer walked,
                            index->FindNearest(Query("alpha 7"), {.k = 5, .ef_search = 10}, {}));
  EXPECT_FALSE(walked.exact);
}

TEST_F(OpenIndexesTest, IsOpenedOnce) {
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> one, OpenLive("notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> two, OpenLive("notes-index"));
  EXPECT_EQ(one, two);
}

TEST_F(OpenIndexesTest, CopiesGoWithTheIndex) {
  LAKE_ASSERT_OK(OpenLive("notes-index"));
  const auto copies = [this] {
    size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_ / "cache")) ++count;
    return count;
  };
  EXPECT_EQ(copies(), 2u);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  // What verifies it may hold it for a moment.
  for (indexes_->Close(info.record.live->id); copies() > 0;) std::this_thread::yield();
  LAKE_ASSERT_OK(OpenLive("notes-index"));
  EXPECT_EQ(copies(), 2u);
  indexes_.reset();
  EXPECT_EQ(copies(), 0u);
}

TEST_F(OpenIndexesTest, WhatIsWarmStaysForAsLongAsItIsHeld) {
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> mapped, OpenLive("notes-index"));
  for (const ann::Residence residence : {ann::Residence::kCopied, ann::Residence::kMapped}) {
    LAKE_ASSERT_OK_AND_ASSIGN(std::shared_ptr<OpenIndex> warm,
                              indexes_->Warm(Context{}, info.record, residence));
    EXPECT_NE(warm, mapped);
    EXPECT_THAT(OpenLive("notes-index"), HasValue(warm));
    EXPECT_THAT(indexes_->Warm(Context{}, info.record, residence), HasValue(warm));
    LAKE_ASSERT_OK_AND_ASSIGN(const ann::Answer theirs, warm->FindNearest(Query("alpha"), {.k = 5}, {}));
    LAKE_ASSERT_OK_AND_ASSIGN(const ann::Answer ours, mapped->FindNearest(Query("alpha"), {.k = 5}, {}));
    EXPECT_EQ(theirs.hits, ours.hits);
    const std::weak_ptr<OpenIndex> gone = warm;
    warm.reset();
    while (!gone.expired()) std::this_thread::yield();  // What verifies it may hold it for a moment.
    LAKE_EXPECT_OK(OpenLive("notes-index"));
  }
  IndexRecord building = info.record;
  building.live.reset();
  EXPECT_THAT(indexes_->Warm(Context{}, building, ann::Residence::kCopied),
              IsError(ErrorCode::kFailedPrecondition, "index_not_ready"));
}

TEST_F(OpenIndexesTest, ADamagedHeaderIsAnError) {
  Damage(KeyOf(&Generation::segment), [](std::string& bytes) { bytes[20] ^= 0x40; });
  EXPECT_THAT(OpenLive("notes-index"), IsError(ErrorCode::kDataLoss, "segment_damaged"));
}

TEST_F(OpenIndexesTest, ADamagedSectionIsFoundBehindTheScenes) {
  Damage(KeyOf(&Generation::segment), [](std::string& bytes) { bytes[bytes.size() - 100] ^= 0x01; });
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("notes-index"));
  while (log_.Count("index_damaged") == 0) std::this_thread::yield();
  EXPECT_THAT(index->FindNearest(Query("alpha"), {}, {}), IsError(ErrorCode::kDataLoss, "segment_damaged"));
}

TEST_F(OpenIndexesTest, DamagedTextsAreAnError) {
  Damage(KeyOf(&Generation::chunk_store), [](std::string& bytes) { bytes.resize(100); });
  EXPECT_THAT(OpenLive("notes-index"), IsError(ErrorCode::kDataLoss, "chunk_store_damaged"));
  Damage(KeyOf(&Generation::chunk_store), [](std::string& bytes) { bytes = "this is no database"; });
  EXPECT_THAT(OpenLive("notes-index"), IsError(ErrorCode::kDataLoss, "chunk_store_damaged"));
}

TEST_F(OpenIndexesTest, AMissingFileIsAnError) {
  LAKE_ASSERT_OK(store_->Delete(Context{}, *storage::ObjectKey::Parse(KeyOf(&Generation::segment))));
  EXPECT_THAT(OpenLive("notes-index"), IsError(ErrorCode::kNotFound, "object_not_found"));
}

}  // namespace
}  // namespace lake::vector
