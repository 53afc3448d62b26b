// A dataset "notes" (id, text, region) on the real catalog, engine and job service, models without a model,
// and an index service over them.
#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lake/catalog/catalog.h"
#include "lake/common/json_io.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/models_testing/fake_models.h"
#include "lake/storage/memory_store.h"
#include "lake/vector/index_service.h"
#include "lake/vector/open_indexes.h"

namespace lake::vector {

inline constexpr const char* kFewNotes =
    "SELECT * FROM (VALUES (2::BIGINT, 'A nurse cared for patients.', 1::BIGINT), "
    "(10, 'The driver brought goods. He was late. The goods were cold and the customer was not pleased with "
    "the "
    "driver at all.', 2), "
    "(3, '', 1), (4, NULL, 1), (NULL, 'nobody', 1)) t(id, text, region)";
/// Several parts: about 2,600 chunks.
inline constexpr const char* kManyNotes =
    "SELECT i::BIGINT AS id, 'word' || (i * 7919 % 500) || ' goes with word' || (i % 37) || ' here.' || "
    "CASE WHEN i % 10 < 3 THEN ' And number' || i || ' writes a second sentence of so many words that no "
    "chunk of "
    "twenty words has room for both of them any more.' ELSE '' END AS text, (i % 3)::BIGINT AS region "
    "FROM range(2000) t(i)";

/// What an index answers to, whatever made it.
struct Contents {
  std::vector<std::string> rows;
  std::string nearest;
  bool operator==(const Contents&) const = default;
};

class IndexedLake : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = storage::MakeMemoryStore(clock_);
    LAKE_ASSERT_OK(buckets_.Attach(storage::kPrimaryBucket, store_));
    catalog::EntityKinds kinds;
    kinds.emplace(kIndexKind, CheckIndexDocument);
    AddEntityKinds(kinds);
    auto catalog =
        catalog::Catalog::Open(Context{}, store_, clock_, random_, log_, kinds, {.writer = "test"});
    LAKE_ASSERT_OK(catalog);
    catalog_ = std::move(*catalog);
    auto engine = engine::Engine::Open(
        {.threads = 2, .memory_limit_bytes = 512u << 20, .spill_directory = (folder_ / "spill").string()});
    LAKE_ASSERT_OK(engine);
    engine_ = std::move(*engine);
    models_ = std::make_unique<models::FakeModels>(models::FakeEmbedder::Options{
        .dimension = 64, .max_words = 200, .before = [this](const Context& context) {
          return before_embedding_ ? before_embedding_(context) : Status();
        }});
    Start();
  }

  /// Services and jobs as a process has them from its start.
  void Start() {
    auto service =
        IndexService::Make({.catalog = *catalog_,
                            .engine = *engine_,
                            .buckets = buckets_,
                            .models = *models_,
                            .clock = clock_,
                            .random = random_,
                            .log = log_},
                           {.work_directory = folder_ / "work",
                            .threads = 2,
                            .retry_pause = std::chrono::milliseconds(1),
                            .grace = grace_,
                            .on_removed = [this](const std::string& gone) { indexes_->Close(gone); }});
    LAKE_ASSERT_OK(service);
    service_ = std::move(*service);
    auto indexes = OpenIndexes::Make(buckets_, log_, {.cache_directory = folder_ / "cache"});
    LAKE_ASSERT_OK(indexes);
    indexes_ = std::move(*indexes);
    pool_ =
        std::make_unique<WorkerPool>(WorkerPool::Options{.name = "jobs", .threads = 2, .queue_limit = 10});
    std::map<std::string, jobs::JobKind> kinds;
    kinds.emplace(kIndexJob, service_->Kind());
    kinds.emplace(kRefreshJob, service_->RefreshKind());
    AddServices(kinds);
    auto jobs =
        jobs::JobService::Open(Context{}, *store_, clock_, random_, log_, *pool_, std::move(kinds), {});
    LAKE_ASSERT_OK(jobs);
    jobs_ = std::move(*jobs);
    LAKE_ASSERT_OK(service_->CollectGarbage(Context{}));
  }
  /// What those who build on indexes keep in the catalog.
  virtual void AddEntityKinds(catalog::EntityKinds&) {}
  /// Services of those who build on indexes, and their kinds of jobs.
  virtual void AddServices(std::map<std::string, jobs::JobKind>&) {}
  /// What a killed process leaves: jobs that have not ended.
  void Stop() {
    jobs_.reset();
    pool_.reset();
    indexes_.reset();
    service_.reset();
  }
  void TearDown() override { Stop(); }

  void Commit(const std::string& operation, catalog::Action action) {
    catalog::Transaction transaction;
    transaction.operation = operation;
    transaction.actor = "test";
    transaction.actions.push_back(std::move(action));
    LAKE_ASSERT_OK(catalog_->Commit(Context{}, std::move(transaction)));
  }

  /// `select` gives id, text and region.
  void AddNotes(const std::string& select) {
    Commit("create", catalog::CreateDataset{.dataset = catalog::DatasetId("notes-id"),
                                            .name = "notes",
                                            .bucket = "primary",
                                            .columns = Columns()});
    AppendNotes("first", select);
  }
  void AppendNotes(const std::string& file_id, const std::string& select) {
    auto session = engine_->StartSession(Context{}, {});
    LAKE_ASSERT_OK(session);
    catalog::DataFile file{
        .id = catalog::FileId(file_id), .bucket = "primary", .key = "data/" + file_id + ".parquet"};
    engine::ParquetTarget target{.store = store_, .key = *storage::ObjectKey::Parse(file.key)};
    for (const catalog::Column& column : Columns()) target.columns.push_back({column.name, column.field_id});
    auto written = (*session)->WriteParquet(select, target);
    LAKE_ASSERT_OK(written);
    file.rows = written->rows;
    file.bytes = written->bytes;
    file.checksum = written->checksum;
    file.schema_id = 1;
    Commit("ingest", catalog::AddFiles{.dataset = catalog::DatasetId("notes-id"), .files = {file}});
  }
  static std::vector<catalog::Column> Columns() {
    return {{.field_id = 1, .name = "id", .type = "BIGINT"},
            {.field_id = 2, .name = "text", .type = "VARCHAR"},
            {.field_id = 3, .name = "region", .type = "BIGINT"}};
  }

  access::Request Request() const { return access::LocalAdmin(Context{}, catalog_->snapshot()); }

  static NewIndex Notes() {
    return {.name = "notes-index",
            .source = "notes",
            .text_column = "text",
            .id_column = "id",
            .chunk = ChunkSettings{.size = 20, .overlap = 0},
            .bucket = "primary"};
  }

  Result<jobs::Job> Submit(const NewIndex& wanted) {
    LAKE_ASSIGN_OR_RETURN(JsonValue payload, service_->Prepare(Request(), wanted));
    return jobs_->Submit(Context{}, std::string(kIndexJob), "test", std::move(payload));
  }
  /// The ended job.
  Result<jobs::Job> Build(const NewIndex& wanted) {
    LAKE_ASSIGN_OR_RETURN(const jobs::Job job, Submit(wanted));
    return jobs_->WaitUntilFinished({.deadline = Deadline::After(std::chrono::seconds(120))}, job.id);
  }
  Result<IndexBuilt> BuildOk(const NewIndex& wanted) {
    LAKE_ASSIGN_OR_RETURN(const jobs::Job job, Build(wanted));
    if (job.state != jobs::JobState::kSucceeded)
      return Internal(job.error ? job.error->code : "no_error", "{}", job.error ? job.error->detail : "");
    return FromJson<IndexBuilt>(*job.result, Reading::kTolerant);
  }

  /// The dataset has these rows now.
  void ReplaceNotes(const std::string& file_id, const std::string& select) {
    Commit("replace", catalog::RemoveAllFiles{.dataset = catalog::DatasetId("notes-id")});
    AppendNotes(file_id, select);
  }
  void DeleteNotes(std::vector<std::string> ids) {
    Commit("tombstone", catalog::AddTombstones{.dataset = catalog::DatasetId("notes-id"),
                                               .row_key_column = "id",
                                               .row_key_values = std::move(ids),
                                               .actor = "test",
                                               .reason = "asked"});
  }

  Result<jobs::Job> SubmitRefresh(const RefreshRequest& wanted) {
    LAKE_ASSIGN_OR_RETURN(JsonValue payload, service_->PrepareRefresh(Request(), wanted));
    return jobs_->Submit(Context{}, std::string(kRefreshJob), "test", std::move(payload));
  }
  /// The ended job.
  Result<jobs::Job> Refresh(const RefreshRequest& wanted) {
    LAKE_ASSIGN_OR_RETURN(const jobs::Job job, SubmitRefresh(wanted));
    return jobs_->WaitUntilFinished({.deadline = Deadline::After(std::chrono::seconds(120))}, job.id);
  }
  Result<Refreshed> RefreshOk(const RefreshRequest& wanted) {
    LAKE_ASSIGN_OR_RETURN(const jobs::Job job, Refresh(wanted));
    if (job.state != jobs::JobState::kSucceeded)
      return Internal(job.error ? job.error->code : "no_error", "{}", job.error ? job.error->detail : "");
    return FromJson<Refreshed>(*job.result, Reading::kTolerant);
  }

  Result<std::shared_ptr<OpenIndex>> OpenLive(const std::string& name) {
    LAKE_ASSIGN_OR_RETURN(const IndexInfo info, service_->Find(Request(), name));
    return indexes_->Find(Context{}, info.record);
  }

  /// An embedding that begins and goes on until its context ends.
  static std::function<Status(const Context&)> UntilStopped(std::atomic<bool>* begun) {
    return [begun](const Context& context) -> Status {
      *begun = true;
      while (context.CheckAlive().ok()) std::this_thread::yield();
      return context.CheckAlive();
    };
  }

  /// "doc/number [start,end) text" of every row.
  Result<std::vector<std::string>> Rows(OpenIndex& index) {
    std::vector<std::string> rows;
    for (size_t row = 0; row < index.chunks(); ++row) {
      LAKE_ASSIGN_OR_RETURN(const StoredChunk chunk, index.ChunkAt(row));
      rows.push_back(
          fmt::format("{}/{} [{},{}) {}", chunk.doc_id, chunk.number, chunk.start, chunk.end, chunk.text));
    }
    return rows;
  }

  Result<Contents> Read(const std::string& name) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<OpenIndex> index, OpenLive(name));
    Contents contents;
    LAKE_ASSIGN_OR_RETURN(contents.rows, Rows(*index));
    std::vector<float> query(64);
    for (size_t q = 0; q < 64; ++q) {
      query.assign(64, 0.1F);
      query[q] = 1;
      LAKE_ASSIGN_OR_RETURN(const ann::Answer answer,
                            index->FindNearest(query, {.k = 5, .ef_search = 30}, {}));
      for (const ann::Hit& hit : answer.hits) contents.nearest += fmt::format("{}:{} ", hit.id, hit.distance);
    }
    return contents;
  }

  size_t Objects(const std::string& prefix) {
    const auto page = store_->List(Context{}, {.prefix = prefix});
    return page.ok() ? page->objects.size() : 0;
  }

  TempDir folder_;
  std::chrono::milliseconds grace_{0};
  FakeClock clock_;
  SeededRandom random_{1};
  CaptureLog log_;
  std::shared_ptr<storage::ObjectStore> store_;
  storage::BucketRegistry buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<engine::Engine> engine_;
  std::function<Status(const Context&)> before_embedding_;
  std::unique_ptr<models::FakeModels> models_;
  std::unique_ptr<IndexService> service_;
  std::unique_ptr<OpenIndexes> indexes_;
  std::unique_ptr<WorkerPool> pool_;
  std::unique_ptr<jobs::JobService> jobs_;
};

}  // namespace lake::vector
