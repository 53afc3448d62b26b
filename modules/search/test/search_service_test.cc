// Goal: a search finds what is nearest among what its caller may read at that moment, and nothing else.
// Method: the real query path, catalog and index over a store in memory; roles, tombstones and filters in
// between, with the index left as it is.
#include "lake/search/search_service.h"

#include <gmock/gmock.h>

#include <functional>
#include <set>

#include "lake/access/hash_key.h"
#include "lake/catalog/catalog.h"
#include "lake/common/worker_pool.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/jobs/job_service.h"
#include "lake/models_testing/fake_models.h"
#include "lake/storage/memory_store.h"
#include "lake/vector/index_service.h"

namespace lake::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::vector<catalog::Column> kColumns = {{.field_id = 1, .name = "id", .type = "BIGINT"},
                                               {.field_id = 2, .name = "text", .type = "VARCHAR"},
                                               {.field_id = 3, .name = "region", .type = "BIGINT"}};

class SearchTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = storage::MakeMemoryStore(clock_);
    LAKE_ASSERT_OK(buckets_.Attach(storage::kPrimaryBucket, store_));
    catalog::EntityKinds kinds;
    kinds.emplace(vector::kIndexKind, vector::CheckIndexDocument);
    LAKE_ASSERT_OK_AND_ASSIGN(catalog_, catalog::Catalog::Open(Context{}, store_, clock_, random_, log_,
                                                               kinds, {.writer = "test"}));
    LAKE_ASSERT_OK_AND_ASSIGN(engine_,
                              engine::Engine::Open({.threads = 2,
                                                    .memory_limit_bytes = 512u << 20,
                                                    .spill_directory = (folder_ / "spill").string()}));
    LAKE_ASSERT_OK_AND_ASSIGN(
        hash_keys_,
        access::HashKeys::Open(*catalog_->snapshot(), (folder_ / "secrets").string(), random_, log_));
    audit_ = access::AuditLog::Make(*store_, log_);
    models_ = std::make_unique<models::FakeModels>(
        models::FakeEmbedder::Options{.dimension = 1024, .max_words = 20});
    queries_ = query::QueryService::Make({.engine = *engine_,
                                          .buckets = buckets_,
                                          .hash_keys = *hash_keys_,
                                          .audit = *audit_,
                                          .clock = clock_,
                                          .random = random_,
                                          .relations = {}},
                                         {});
    LAKE_ASSERT_OK_AND_ASSIGN(
        indexes_, vector::OpenIndexes::Make(buckets_, log_, {.cache_directory = folder_ / "cache"}));
    service_ = SearchService::Make({.queries = *queries_,
                                    .indexes = *indexes_,
                                    .models = *models_,
                                    .audit = *audit_,
                                    .clock = clock_,
                                    .random = random_});
    // Regions 0, 1, 2; one word of each text is its own.
    AddFile("first",
            "SELECT i::BIGINT AS id, 'common words and word' || i AS text, (i % 3)::BIGINT AS region "
            "FROM range(30) t(i)");
    BuildIndex("index", {});
  }

  void Commit(catalog::Action action) {
    catalog::Transaction transaction;
    transaction.operation = "test";
    transaction.actor = "test";
    transaction.actions.push_back(std::move(action));
    LAKE_ASSERT_OK(catalog_->Commit(Context{}, std::move(transaction)));
  }
  void AddFile(const std::string& name, const std::string& select) {
    if (catalog_->snapshot()->FindDatasetByName("notes") == nullptr)
      Commit(catalog::CreateDataset{.dataset = catalog::DatasetId("notes-id"),
                                    .name = "notes",
                                    .bucket = "primary",
                                    .columns = kColumns});
    catalog::DataFile file{
        .id = catalog::FileId(name), .bucket = "primary", .key = "data/" + name + ".parquet", .schema_id = 1};
    engine::ParquetTarget target{.store = store_, .key = *storage::ObjectKey::Parse(file.key)};
    for (const catalog::Column& column : kColumns) target.columns.push_back({column.name, column.field_id});
    LAKE_ASSERT_OK_AND_ASSIGN(const auto session, engine_->StartSession(Context{}, {}));
    LAKE_ASSERT_OK_AND_ASSIGN(const auto written, session->WriteParquet(select, target));
    file.rows = written.rows;
    file.bytes = written.bytes;
    file.checksum = written.checksum;
    Commit(catalog::AddFiles{.dataset = catalog::DatasetId("notes-id"), .files = {file}});
  }
  void BuildIndex(const std::string& name, std::optional<vector::ChunkSettings> chunk) {
    LAKE_ASSERT_OK_AND_ASSIGN(const auto service,
                              vector::IndexService::Make({.catalog = *catalog_,
                                                          .engine = *engine_,
                                                          .buckets = buckets_,
                                                          .models = *models_,
                                                          .clock = clock_,
                                                          .random = random_,
                                                          .log = log_},
                                                         {.work_directory = folder_ / "work", .threads = 1}));
    WorkerPool pool({.name = "jobs", .threads = 1, .queue_limit = 1});
    std::map<std::string, jobs::JobKind> kinds;
    kinds.emplace(vector::kIndexJob, service->Kind());
    LAKE_ASSERT_OK_AND_ASSIGN(const auto jobs, jobs::JobService::Open(Context{}, *store_, clock_, random_,
                                                                      log_, pool, std::move(kinds), {}));
    LAKE_ASSERT_OK_AND_ASSIGN(JsonValue payload, service->Prepare(Admin(), {.name = name,
                                                                            .source = "notes",
                                                                            .text_column = "text",
                                                                            .id_column = "id",
                                                                            .chunk = chunk,
                                                                            .bucket = "primary"}));
    LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, jobs->Submit(Context{}, std::string(vector::kIndexJob),
                                                                "test", std::move(payload)));
    LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs->WaitUntilFinished(Context{}, job.id));
    ASSERT_EQ(ended.state, jobs::JobState::kSucceeded) << ended.error->detail;
  }

  access::Request Admin() const { return access::LocalAdmin(Context{}, catalog_->snapshot()); }
  access::Request As(access::Role role) const {
    access::Request request = Admin();
    request.caller = {.name = "somebody", .role = role.name};
    request.role = std::make_shared<access::Role>(std::move(role));
    return request;
  }
  void Tombstone(const std::string& id) {
    Commit(catalog::AddTombstones{.dataset = catalog::DatasetId("notes-id"),
                                  .row_key_column = "id",
                                  .row_key_values = {id},
                                  .actor = "test",
                                  .reason = "asked"});
  }
  static SearchRequest Question(const std::string& query, size_t k) {
    return {.index_name = "index", .query = query, .k = k};
  }
  static std::vector<std::string> Ids(const SearchAnswer& answer) {
    std::vector<std::string> ids;
    for (const Hit& hit : answer.hits) ids.push_back(hit.doc_id);
    return ids;
  }
  static std::set<std::string> DocumentsOf(const SearchAnswer& answer) {
    const std::vector<std::string> ids = Ids(answer);
    return {ids.begin(), ids.end()};
  }
  uint64_t QueriesOnRecord() {
    const auto records = audit_->Read(Context{}, {}, 1000);
    LAKE_CHECK(records.ok());
    return static_cast<uint64_t>(std::ranges::count(*records, "query", &access::AuditRecord::operation));
  }

  TempDir folder_;
  FakeClock clock_;
  SeededRandom random_{1};
  CaptureLog log_;
  std::shared_ptr<storage::ObjectStore> store_;
  storage::BucketRegistry buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<access::HashKeys> hash_keys_;
  std::unique_ptr<access::AuditLog> audit_;
  std::unique_ptr<models::FakeModels> models_;
  std::unique_ptr<query::QueryService> queries_;
  std::unique_ptr<vector::OpenIndexes> indexes_;
  std::unique_ptr<SearchService> service_;
};

access::Role Reader() {
  access::Role role;
  role.name = "reader";
  role.permissions = {access::Permission::kRead};
  role.columns["notes"] = {{"id", access::Clear{}}, {"text", access::Clear{}}, {"region", access::Clear{}}};
  return role;
}

TEST_F(SearchTest, FindsTheNearest) {
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(Admin(), Question("word7", 1)));
  ASSERT_THAT(answer.hits, SizeIs(1));
  EXPECT_EQ(answer.hits[0].doc_id, "7");
  EXPECT_EQ(answer.hits[0].text, "common words and word7");
  EXPECT_EQ(answer.hits[0].source, "notes");
  EXPECT_NEAR(answer.hits[0].score, 0.5, 0.01);
  EXPECT_TRUE(answer.exact);
  EXPECT_FALSE(answer.short_of_k);
  EXPECT_FALSE(answer.stale);
}

TEST_F(SearchTest, TellsTheRecallOfWalksWithAsMuchEffortAsItWasMeasuredWith) {
  AddFile("more",
          "SELECT i::BIGINT AS id, 'word' || i || ' and word' || (i % 7) AS text, 0::BIGINT AS region "
          "FROM range(100, 1200) t(i)");
  BuildIndex("more", {});
  SearchRequest question = Question("word300", 10);
  question.index_name = "more";
  question.ef_search = 30;
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer usual, service_->Search(Admin(), question));
  EXPECT_FALSE(usual.exact);
  EXPECT_TRUE(usual.recall_low.has_value());
  question.ef_search = 29;
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer quick, service_->Search(Admin(), question));
  EXPECT_FALSE(quick.exact);
  EXPECT_FALSE(quick.recall_low.has_value());
}

TEST_F(SearchTest, FindsByWordsAndByBoth) {
  SearchRequest by_words = Question("the word12 of all", 5);
  by_words.mode = SearchMode::kText;
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer words, service_->Search(Admin(), by_words));
  EXPECT_THAT(Ids(words), ElementsAre("12"));
  EXPECT_TRUE(words.exact && words.short_of_k);
  EXPECT_EQ(words.hits[0].text_score, words.hits[0].score);
  EXPECT_FALSE(words.hits[0].vector_score.has_value());
  SearchRequest by_both = Question("word12", 3);
  by_both.mode = SearchMode::kHybrid;
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer both, service_->Search(Admin(), by_both));
  ASSERT_THAT(both.hits, SizeIs(3));
  EXPECT_EQ(both.hits[0].doc_id, "12");
  EXPECT_TRUE(both.hits[0].vector_score && both.hits[0].text_score);
  EXPECT_TRUE(both.hits[1].vector_score && !both.hits[1].text_score);
  EXPECT_EQ(both.hits[0].score, 1);  // It stands out in both.
  by_both.fusion = Fusion::kRanks;
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer by_ranks, service_->Search(Admin(), by_both));
  EXPECT_EQ(by_ranks.hits[0].doc_id, "12");
  EXPECT_NEAR(by_ranks.hits[0].score, 2.0 / 61, 1e-9);
}

// The words are behind the first hundred by meaning, for a reader of one half too.
TEST_F(SearchTest, WhatOneListHasIsScoredByTheOther) {
  AddFile("second",
          "SELECT (100 + i)::BIGINT AS id, CASE WHEN i < 200 THEN 'the query is near this text' "
          "ELSE 'rare and far, far from there ' || i END AS text, (i % 2)::BIGINT AS region "
          "FROM range(204) t(i)");
  BuildIndex("more", {});
  SearchRequest wanted = Question("rare: the query is near this text", 204);
  wanted.index_name = "more";
  wanted.mode = SearchMode::kHybrid;
  access::Role half = Reader();
  half.row_filters["notes"] = "region = 1";
  for (const access::Request& request : {Admin(), As(half)}) {
    wanted.k = 3;
    LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(request, wanted));
    wanted.k = 300;  // Every text is a candidate.
    LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer all, service_->Search(request, wanted));
    for (const Hit& hit : answer.hits) {
      const auto same = std::ranges::find(all.hits, hit.doc_id, &Hit::doc_id);
      ASSERT_NE(same, all.hits.end());
      EXPECT_EQ(hit.vector_score, same->vector_score);
      EXPECT_EQ(hit.text_score, same->text_score);
    }
    const auto rare = std::ranges::find(all.hits, "301", &Hit::doc_id);
    ASSERT_NE(rare, all.hits.end());
    EXPECT_TRUE(rare->vector_score && rare->text_score);
  }
}

TEST_F(SearchTest, ADocumentHasAsManyHitsAsWanted) {
  AddFile("second",
          "SELECT (100 + i)::BIGINT AS id, repeat('Common words of a sentence that is ten words long. ', 3) "
          "AS text, "
          "0::BIGINT AS region FROM range(10) t(i)");
  BuildIndex("sentences", vector::ChunkSettings{.size = 10, .overlap = 0});
  SearchRequest wanted = Question("common words of a sentence", 1000);
  wanted.index_name = "sentences";
  for (const SearchMode mode : {SearchMode::kVector, SearchMode::kText, SearchMode::kHybrid}) {
    wanted.mode = mode;
    wanted.k = 12;  // The best 12 rows are of 4 documents.
    wanted.per_document = {};
    LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer every, service_->Search(Admin(), wanted));
    EXPECT_EQ(DocumentsOf(every).size(), 4u);
    wanted.per_document = 1;
    LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer one, service_->Search(Admin(), wanted));
    EXPECT_EQ(DocumentsOf(one).size(), 12u);
    EXPECT_FALSE(one.short_of_k);
    EXPECT_TRUE(std::ranges::is_sorted(one.hits, std::greater(), &Hit::score));
    wanted.k = 100;
    wanted.per_document = 2;
    LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer two, service_->Search(Admin(), wanted));
    EXPECT_THAT(two.hits, SizeIs(50));
    EXPECT_EQ(DocumentsOf(two).size(), 40u);
    EXPECT_TRUE(two.short_of_k);
  }
}

TEST_F(SearchTest, TellsWhereItsTimeWent) {
  SearchRequest wanted = Question("2 word7", 2);
  wanted.mode = SearchMode::kHybrid;
  wanted.rerank = Rerank{};
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(Admin(), wanted));
  std::vector<std::string_view> stages;
  for (const StageTime& stage : answer.stages) stages.push_back(stage.stage);
  EXPECT_THAT(stages, ElementsAre("rights", "embed", "vector", "words", "texts", "rerank", "audit"));
}

TEST_F(SearchTest, WordsOfADeletedRowAreFoundNoMore) {
  Tombstone("12");
  for (const SearchMode mode : {SearchMode::kText, SearchMode::kHybrid}) {
    SearchRequest wanted = Question("word12", 30);
    wanted.mode = mode;
    LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(Admin(), wanted));
    EXPECT_THAT(Ids(answer), testing::Not(testing::Contains("12")));
  }
}

TEST_F(SearchTest, ADeletedRowIsInNoAnswer) {
  LAKE_ASSERT_OK(service_->Search(Admin(), Question("word7", 30)));
  Tombstone("7");
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(Admin(), Question("word7", 30)));
  EXPECT_THAT(answer.hits, SizeIs(29));
  EXPECT_TRUE(answer.short_of_k);
  EXPECT_THAT(Ids(answer), testing::Not(testing::Contains("7")));
  SearchRequest named = Question("word7", 30);
  named.doc_ids = {"7"};
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer none, service_->Search(Admin(), named));
  EXPECT_THAT(none.hits, IsEmpty());
}

TEST_F(SearchTest, RowsOutsideOfTheRolesFilterAreNotFound) {
  access::Role role = Reader();
  role.row_filters["notes"] = "region = 1";
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(As(role), Question("word7", 30)));
  EXPECT_THAT(Ids(answer), UnorderedElementsAre("1", "4", "7", "10", "13", "16", "19", "22", "25", "28"));
  SearchRequest more = Question("word6", 30);
  more.filter = "id < 10 OR region = 0";
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer filtered, service_->Search(As(role), more));
  EXPECT_THAT(Ids(filtered), UnorderedElementsAre("1", "4", "7"));
}

TEST_F(SearchTest, AMaskedColumnClosesTheIndexAndCannotBeFilteredBy) {
  access::Role role = Reader();
  role.columns["notes"]["region"] = access::Null{};
  SearchRequest by_region = Question("word7", 30);
  by_region.filter = "region = 1";
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(As(role), by_region));
  EXPECT_THAT(answer.hits, IsEmpty());  // The mask is the value.
  for (const char* column : {"text", "id"}) {
    access::Role masked = Reader();
    masked.columns["notes"][column] = access::Hash{};
    EXPECT_THAT(service_->Search(As(masked), Question("word7", 1)),
                IsError(ErrorCode::kPermissionDenied, "column_not_clear"))
        << column;
  }
}

TEST_F(SearchTest, TheSameQuestionOfTheSameContentIsAskedOnce) {
  const uint64_t before = QueriesOnRecord();
  LAKE_ASSERT_OK(service_->Search(Admin(), Question("word7", 3)));
  EXPECT_EQ(QueriesOnRecord() - before, 0u);  // Nothing has changed since the index was built.
  SearchRequest filtered = Question("word7", 3);
  filtered.filter = "region = 1";
  LAKE_ASSERT_OK(service_->Search(Admin(), filtered));
  LAKE_ASSERT_OK(service_->Search(Admin(), filtered));
  EXPECT_EQ(QueriesOnRecord() - before, 1u);
  Tombstone("1");
  LAKE_ASSERT_OK(service_->Search(Admin(), filtered));
  EXPECT_EQ(QueriesOnRecord() - before, 2u);
  LAKE_ASSERT_OK(service_->Search(As(Reader()), filtered));
  LAKE_ASSERT_OK(service_->Search(Admin(), filtered));
  // Another role with the same rules sees the same.
  EXPECT_LE(QueriesOnRecord() - before, 3u);
}

TEST_F(SearchTest, NewRowsMakeTheIndexStaleAndAreNotFound) {
  AddFile("second", "SELECT 99::BIGINT AS id, 'common words and word7' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(Admin(), Question("word7", 1)));
  EXPECT_TRUE(answer.stale);
  EXPECT_THAT(Ids(answer), ElementsAre("7"));
}

TEST_F(SearchTest, RowsThatWereReplacedAreGone) {
  Commit(catalog::RemoveAllFiles{.dataset = catalog::DatasetId("notes-id")});
  AddFile("second", "SELECT 5::BIGINT AS id, 'other' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(Admin(), Question("word7", 30)));
  EXPECT_THAT(Ids(answer), ElementsAre("5"));
}

TEST_F(SearchTest, AnotherModelIsRefused) {
  models_ =
      std::make_unique<models::FakeModels>(models::FakeEmbedder::Options{.dimension = 32, .max_words = 20});
  service_ = SearchService::Make({.queries = *queries_,
                                  .indexes = *indexes_,
                                  .models = *models_,
                                  .audit = *audit_,
                                  .clock = clock_,
                                  .random = random_});
  EXPECT_THAT(service_->Search(Admin(), Question("word7", 1)),
              IsError(ErrorCode::kFailedPrecondition, "model_changed"));
}

// The fake reranker counts the query's first letter: of all texts, that of 22 has the most.
TEST_F(SearchTest, ARerankerOrdersTheCandidatesAnew) {
  SearchRequest wanted = Question("2 word7", 2);
  wanted.rerank = Rerank{.depth = 30};
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer answer, service_->Search(Admin(), wanted));
  ASSERT_THAT(answer.hits, SizeIs(2));
  EXPECT_EQ(answer.hits[0].doc_id, "22");
  EXPECT_EQ(answer.hits[0].score, 2);
  EXPECT_EQ(answer.hits[0].rerank_score, 2);
  EXPECT_TRUE(answer.hits[0].vector_score.has_value());
  EXPECT_FALSE(answer.short_of_k);
  // Of fewer candidates than hits are wanted there are as many as hits, in the order they had.
  SearchRequest shallow = Question("_ word7", 3);
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer before, service_->Search(Admin(), shallow));
  shallow.rerank = Rerank{.depth = 1};
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer after, service_->Search(Admin(), shallow));
  EXPECT_EQ(Ids(before)[0], "7");
  EXPECT_EQ(Ids(after), Ids(before));
  EXPECT_EQ(after.hits[0].score, 0);
}

TEST_F(SearchTest, WhatARerankerDoesNotReadOfTheQueryIsSaid) {
  SearchRequest wanted = Question("word7" + std::string(models::FakeReranker::kQueryBytes, ' '), 1);
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer without, service_->Search(Admin(), wanted));
  EXPECT_FALSE(without.query_truncated);
  wanted.rerank = Rerank{};
  LAKE_ASSERT_OK_AND_ASSIGN(const SearchAnswer with, service_->Search(Admin(), wanted));
  EXPECT_TRUE(with.query_truncated);
}

TEST_F(SearchTest, ARerankerNeedsAQueryAndAModel) {
  SearchRequest by_vector = {.index_name = "index", .vector = std::vector<float>(1024, 1)};
  by_vector.rerank = Rerank{};
  EXPECT_THAT(service_->Search(Admin(), by_vector), IsError(ErrorCode::kInvalidArgument, "query_needed"));
  SearchRequest unknown = Question("word7", 1);
  unknown.rerank = Rerank{.model = "none"};
  const Result<SearchAnswer> refused = service_->Search(Admin(), unknown);
  ASSERT_THAT(refused, IsError(ErrorCode::kNotFound, "model_not_found"));
  EXPECT_EQ(refused.error().details()[0].pointer, "/rerank/model");
}

TEST_F(SearchTest, RefusalsAreOnRecordToo) {
  EXPECT_THAT(service_->Search(Admin(), {.index_name = "none", .query = "a"}),
              IsError(ErrorCode::kNotFound, "index_not_found"));
  SearchRequest bad = Question("word7", 1);
  bad.filter = "nothing = 1";
  EXPECT_THAT(service_->Search(Admin(), bad), IsError(ErrorCode::kInvalidArgument, "bad_filter"));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<access::AuditRecord> records, audit_->Read(Context{}, {}, 10));
  EXPECT_EQ(std::ranges::count(records, "search", &access::AuditRecord::operation), 2);
}

}  // namespace
}  // namespace lake::search
