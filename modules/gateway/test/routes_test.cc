// Goal: the routes hand requests to their services and back as documented.
// Method: a real catalog and job service over a store in memory, a file ingest that only remembers, all over
// sockets. What the services do is tested where they live, and end to end by the API goldens.
#include "lake/gateway/routes.h"

#include <gtest/gtest.h>

#include "ingest_request.h"
#include "lake/catalog/catalog.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/gateway/wire/list.h"
#include "lake/gateway_testing/raw_client.h"
#include "lake/gateway_testing/test_server.h"
#include "lake/ingest/file_ingest.h"
#include "lake/jobs/job_service.h"
#include "lake/storage/memory_store.h"
#include "lake/tables/dataset_service.h"

namespace lake::gateway::routes_test {
namespace {

/// Receives files and forgets them.
class FakeIngest final : public ingest::FileIngest {
 public:
  const ingest::IngestOptions& options() const override { return options_; }
  Status Check(const access::Request&, const ingest::FileRequest& file) const override {
    if (file.bucket != "primary") return NotFound("bucket_not_found", "there is no bucket '{}'", file.bucket);
    if (file.mode == ingest::IngestMode::kCreate) return AlreadyExists("dataset_exists", "it is there");
    return {};
  }
  Result<ingest::Upload> Receive(const access::Request&, ingest::ByteSource& source,
                                 ingest::UploadHold hold) override {
    ingest::Upload upload = {.store = nullptr,
                             .key = hold == ingest::UploadHold::kDurable ? "durable" : "held"};
    std::string buffer(1000, '\0');
    for (;;) {
      LAKE_ASSIGN_OR_RETURN(const size_t count, source.Read(buffer));
      upload.bytes += count;
      if (count == 0) return upload;
    }
  }
  void Discard(const ingest::Upload&) override {}
  Result<ingest::IngestResult> Run(const access::Request&, const ingest::FileRequest& file,
                                   const ingest::Upload& upload,
                                   const std::function<void(uint64_t, uint64_t)>&) override {
    return ingest::IngestResult{.dataset = file.dataset + "|" + file.file_name + "|" +
                                           std::string(NameOf(file.mode)) + "|" +
                                           file.idempotency_key.value_or("-"),
                                .bytes = upload.bytes};
  }
  jobs::JobKind Kind() override {
    return {.work = [](jobs::JobRun&) -> Result<JsonValue> { return JsonValue("done"); }, .cleanup = {}};
  }
  JsonValue MakeJobPayload(const access::Request&, const ingest::FileRequest& file,
                           const ingest::Upload& upload) const override {
    return JsonValue::MakeObject({{"dataset", file.dataset}, {"key", upload.key}});
  }
  Status CollectSpool(const Context&) override { return {}; }

 private:
  const ingest::IngestOptions options_ = {.async_bytes = 100, .max_upload_bytes = 10'000};
};

class RoutesTest : public testing::Test {
 protected:
  RoutesTest() {
    auto catalog = catalog::Catalog::Open({}, store_, clock_, random_, log_, {}, {.writer = "test"});
    LAKE_CHECK(catalog.ok());
    catalog_ = std::move(*catalog);
    LAKE_CHECK(buckets_.Attach(storage::kPrimaryBucket, store_).ok());
    datasets_.emplace(*catalog_, buckets_, clock_, random_);
    std::map<std::string, jobs::JobKind> kinds;
    kinds.emplace(ingest::kIngestFileJob, ingest_.Kind());
    kinds.emplace("steps",
                  jobs::JobKind{.work = [this](jobs::JobRun& run) { return Step(run); }, .cleanup = {}});
    auto jobs = jobs::JobService::Open({}, *store_, clock_, random_, log_, pool_, std::move(kinds), {});
    LAKE_CHECK(jobs.ok());
    jobs_ = std::move(*jobs);
    AddHealthRoutes(api_, {.version = "1.2.3", .revision = "abc", .engine = "v1"},
                    {{.component = "catalog", .check = [](const Context&) { return Status(); }},
                     {.component = "storage", .check = [this](const Context&) { return storage_; }}});
    AddOpenApiRoute(api_, "1.2.3");
    AddDatasetRoutes(api_, *datasets_);
    AddJobRoutes(api_, *jobs_);
    AddIngestRoutes(api_, ingest_, *jobs_);
    server_.emplace(api_, HttpServerOptions{},
                    [this](const RequestHead&, Context context) -> Result<access::Request> {
                      return access::Request{.caller = {.name = "ann", .role = "admin"},
                                             .role = access::BuiltInRole("admin"),
                                             .context = std::move(context),
                                             .snapshot = catalog_->snapshot()};
                    });
  }
  ~RoutesTest() override {
    server_.reset();
    jobs_.reset();
  }

  RawResponse Ask(std::string_view request) { return RawClient(server_->port()).Ask(request); }
  RawResponse Create(std::string_view name) {
    return Ask(Post("/catalog/datasets",
                    fmt::format(R"({{"name":"{}","columns":[{{"name":"id","type":"BIGINT"}}]}})", name)));
  }
  /// The names of every page of a list, pages apart by '|'.
  std::string Pages(std::string_view path, std::string_view member) {
    std::string names;
    std::string token;
    do {
      const RawResponse response =
          Ask(Get(std::string(path) + (token.empty() ? "" : "&page_token=" + token)));
      EXPECT_EQ(response.status, 200) << response.body;
      for (const JsonValue& item : response.json().Find("items")->as_array()) {
        const JsonValue& value = *item.Find(member);
        names += (value.is_string() ? value.as_string() : WriteJson(value)) + " ";
      }
      token = response.json().FindString("next_page_token");
      EXPECT_TRUE(!token.empty() || response.json().Find("next_page_token")->is_null());
      names += "|";
    } while (!token.empty());
    return names;
  }

  /// Reports progress, then waits for the test.
  Result<JsonValue> Step(jobs::JobRun& run) {
    run.ReportProgress(1, 2, "steps");
    const CancelRegistration wake = run.context().cancel.OnCancel([this] {
      MutexLock lock(mutex_);
      changed_.NotifyAll();
    });
    MutexLock lock(mutex_);
    while (!go_on_ && !run.context().cancel.cancelled()) changed_.Wait(mutex_);
    if (!go_on_) return run.context().cancel.error();
    return JsonValue("stepped");
  }
  void GoOn() {
    MutexLock lock(mutex_);
    go_on_ = true;
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  bool go_on_ LAKE_GUARDED_BY(mutex_) = false;

  FakeClock clock_;
  SeededRandom random_{7};
  CaptureLog log_;
  std::shared_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
  std::unique_ptr<catalog::Catalog> catalog_;
  storage::BucketRegistry buckets_;
  std::optional<tables::DatasetService> datasets_;
  FakeIngest ingest_;
  WorkerPool pool_{{.name = "jobs", .threads = 1, .queue_limit = 10}};
  std::unique_ptr<jobs::JobService> jobs_;
  Status storage_;
  Api api_;
  std::optional<TestServer> server_;
};

TEST_F(RoutesTest, HealthSaysWhatIsOutOfOrder) {
  EXPECT_EQ(Ask(Get("/health")).body, R"({"status":"ok"})");
  EXPECT_EQ(Ask(Get("/version")).body,
            R"({"name":"lakehouse","version":"1.2.3","revision":"abc","engine":"v1"})");
  EXPECT_EQ(
      Ask(Get("/readyz")).body,
      R"({"ready":true,"components":[{"component":"catalog","ready":true},{"component":"storage","ready":true}]})");
  storage_ = Unavailable("store_unreachable", "no store").WithCause("secret path");
  const RawResponse response = Ask(Get("/readyz"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body,
            R"({"ready":false,"components":[{"component":"catalog","ready":true},{"component":"storage",)"
            R"("ready":false,"code":"store_unreachable","detail":"no store"}]})");
}

TEST_F(RoutesTest, EveryRouteIsInTheDocument) {
  const JsonValue document = Ask(Get("/openapi.json")).json();
  const JsonValue& paths = *document.Find("paths");
  EXPECT_EQ(paths.Find("/openapi.json")->Find("get")->FindString("x-permission"), "public");
  EXPECT_EQ(paths.Find("/ingest/file")->Find("post")->FindString("x-permission"), "write");
  std::set<std::string> ids;
  for (const auto& [path, item] : paths.as_object())
    for (const auto& [method, operation] : item.as_object())
      EXPECT_TRUE(ids.insert(std::string(operation.FindString("operationId"))).second) << path;
  EXPECT_EQ(ids.size(), api_.routes().all().size());
}

TEST_F(RoutesTest, DatasetsLiveTheirLife) {
  const RawResponse created = Create("orders");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.json().FindString("name"), "orders");
  EXPECT_EQ(created.json().Find("columns")->as_array()[0].FindString("type"), "BIGINT");
  EXPECT_EQ(Ask(Get("/catalog/datasets/by-name/orders")).body, created.body);
  EXPECT_EQ(Create("orders").code(), "dataset_exists");
  EXPECT_EQ(Ask("DELETE /catalog/datasets/by-name/orders HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 204);
  EXPECT_EQ(Ask(Get("/catalog/datasets/by-name/orders")).code(), "dataset_not_found");
  EXPECT_EQ(Ask(Post("/catalog/datasets/by-name/orders/undrop", "")).json().FindString("id"),
            created.json().FindString("id"));
  EXPECT_EQ(Pages("/catalog/datasets/by-name/orders/versions?limit=2", "operation"), "undrop drop |create |");
  EXPECT_EQ(Ask(Get("/catalog/datasets/by-name/nothing/versions")).code(), "dataset_not_found");
}

TEST_F(RoutesTest, ListsComeInPages) {
  EXPECT_EQ(Pages("/catalog/datasets?limit=10", "name"), "|");
  for (const std::string_view name : {"b", "D", "a", "c", "e"}) ASSERT_EQ(Create(name).status, 201);
  EXPECT_EQ(Pages("/catalog/datasets?limit=2", "name"), "a b |c D |e |");
  EXPECT_EQ(Pages("/catalog/datasets?limit=5", "name"), "a b c D e |");
  EXPECT_EQ(Ask(Get("/catalog/datasets?limit=0")).status, 400);
  EXPECT_EQ(Ask(Get("/catalog/datasets?limit=1001")).status, 400);
  EXPECT_EQ(Ask(Get("/catalog/datasets?page_token=abc")).code(), "bad_page_token");
  const std::string other_list = wire::MakePageToken("versions", "1");
  EXPECT_EQ(Ask(Get("/catalog/datasets?page_token=" + other_list)).code(), "bad_page_token");
}

TEST_F(RoutesTest, TombstonesAreKept) {
  ASSERT_EQ(Create("people").status, 201);
  const std::string path = "/catalog/datasets/by-name/people/tombstone";
  EXPECT_EQ(Pages(path + "?limit=2", "row_key_value"), "|");
  const RawResponse added =
      Ask(Post(path, R"({"row_key_column":"id","row_key_values":["3","1","2"],"reason":"asked to"})"));
  EXPECT_EQ(added.status, 200);
  EXPECT_EQ(added.json().Find("items")->as_array().size(), 3u);
  EXPECT_EQ(added.json().Find("items")->as_array()[0].FindString("actor"), "ann");
  EXPECT_EQ(Pages(path + "?limit=2", "row_key_value"), "1 2 |3 |");
  EXPECT_EQ(Ask(Post(path, R"({"row_key_column":"id","row_key_values":[],"reason":"x"})")).status, 400);
  EXPECT_EQ(Ask(Post(path, R"({"row_key_column":"no","row_key_values":["1"],"reason":"x"})")).status, 400);
}

TEST_F(RoutesTest, JobsCanBeFollowedAndCancelled) {
  const auto job = jobs_->Submit({}, "steps", "ann", JsonValue::MakeObject());
  ASSERT_THAT(job, IsOk());
  const std::string path = "/jobs/" + job->id.value();
  RawClient follower(server_->port());
  follower.Send(Get(path + "/events"));
  std::string events;
  while (events.find("\"done\":1") == std::string::npos) events += follower.ReadSome();
  GoOn();
  while (!events.ends_with("0\r\n\r\n")) events += follower.ReadSome();
  EXPECT_TRUE(events.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  EXPECT_TRUE(events.find("event: job\ndata: {") != std::string::npos);
  EXPECT_TRUE(events.find(R"("state":"succeeded")") != std::string::npos);
  EXPECT_EQ(Ask(Get(path)).json().FindString("state"), "succeeded");
  EXPECT_EQ(Ask("DELETE " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").json().FindString("state"),
            "succeeded");
  EXPECT_EQ(Ask(Get("/jobs/none")).code(), "job_not_found");
  EXPECT_EQ(Ask(Get("/jobs/none/events")).code(), "job_not_found");
}

TEST_F(RoutesTest, JobsAreListedNewestFirst) {
  std::string newest_first;
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(std::chrono::seconds(1));
    const auto job = jobs_->Submit({}, "steps", "ann", JsonValue::MakeObject());
    ASSERT_THAT(job, IsOk());
    newest_first.insert(0, job->id.value() + (i == 1 ? " |" : " "));
  }
  EXPECT_EQ(Pages("/jobs?limit=2", "id"), newest_first + "|");
  GoOn();
}

std::string Upload(std::string_view target, std::string_view headers, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\n{}Content-Length: {}\r\n\r\n{}", target, headers,
                     body.size(), body);
}

std::string Form(std::string_view field, std::string_view file_name, std::string_view file) {
  return fmt::format(
      "--b\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n\r\n{}\r\n--b--\r\n", field,
      file_name, file);
}

TEST_F(RoutesTest, FilesComeAsFormsOrAlone) {
  const std::string form = "Content-Type: multipart/form-data; boundary=b\r\n";
  const std::string csv = "Content-Type: text/csv; charset=utf-8\r\n";
  const auto dataset = [&](const std::string& request) {
    const RawResponse response = Ask(request);
    return response.status == 200 ? std::string(response.json().FindString("dataset")) : response.code();
  };
  EXPECT_EQ(dataset(Upload("/ingest/file", form, Form("file", "My Orders 2026.csv", "a\r\n1"))),
            "my_orders_2026|My Orders 2026.csv|auto|-");
  EXPECT_EQ(dataset(Upload("/ingest/file?name=x&mode=append", form + "Idempotency-Key: k1\r\n",
                           Form("file", "/tmp/o.csv", "a"))),
            "x|o.csv|append|k1");
  EXPECT_EQ(dataset(Upload("/ingest/file?name=x", csv, "a,b")), "x||auto|-");
  EXPECT_EQ(Ask(Upload("/ingest/file?name=x", csv, "a,b")).json().Find("bytes")->as_int(), 3);

  EXPECT_EQ(dataset(Upload("/ingest/file", csv, "a,b")), "name_required");
  EXPECT_EQ(dataset(Upload("/ingest/file", form, Form("data", "a.csv", "a"))), "unexpected_part");
  EXPECT_EQ(dataset(Upload("/ingest/file", form, "a,b")), "bad_multipart");
  EXPECT_EQ(dataset(Upload("/ingest/file", "Content-Type: multipart/form-data\r\n", "a")), "bad_multipart");
  EXPECT_EQ(dataset(Upload("/ingest/file?name=x", "Content-Type: application/json\r\n", "{}")),
            "unsupported_media_type");
  EXPECT_EQ(dataset(Upload("/ingest/file?name=x&mode=upsert", csv, "a")), "invalid_request");
  EXPECT_EQ(dataset(Upload("/ingest/file?name=x&mode=create", csv, "a")), "dataset_exists");
  EXPECT_EQ(dataset(Upload("/ingest/file?name=x", csv + "Idempotency-Key: \xc3\xa4\r\n", "a")),
            "bad_idempotency_key");
  const RawResponse large = Ask(Upload("/ingest/file?name=x", csv, std::string(100'000, 'a')));
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.code(), "upload_too_large");
  const RawResponse bucket = Ask(Upload("/ingest/file?name=x", csv + "X-Lakehouse-Bucket: far\r\n", "a"));
  EXPECT_EQ(bucket.status, 503);
  EXPECT_EQ(bucket.code(), "bucket_not_found");
}

TEST_F(RoutesTest, LargeFilesBecomeJobsUnlessTheClientWaits) {
  const std::string csv = "Content-Type: text/csv\r\n";
  const std::string large(200, 'a');
  const RawResponse accepted = Ask(Upload("/ingest/file?name=x", csv, large));
  EXPECT_EQ(accepted.status, 202);
  EXPECT_EQ(accepted.json().FindString("kind"), "ingest_file");
  EXPECT_EQ(accepted.header("location"), "/jobs/" + std::string(accepted.json().FindString("id")));
  EXPECT_EQ(Ask(Get(accepted.header("location"))).status, 200);
  const RawResponse waited = Ask(Upload("/ingest/file?name=x", csv + "Prefer: wait=5\r\n", large));
  EXPECT_EQ(waited.status, 200);
  EXPECT_EQ(waited.header("preference-applied"), "wait");
  const RawResponse sent_off = Ask(Upload("/ingest/file?name=x", csv + "Prefer: a, Respond-Async\r\n", "a"));
  EXPECT_EQ(sent_off.status, 202);
  EXPECT_EQ(sent_off.header("preference-applied"), "respond-async");
}

TEST(DatasetNameTest, ComesFromTheFilesName) {
  EXPECT_EQ(DatasetNameOf("Candidates (final).CSV"), "candidates__final_");
  EXPECT_EQ(DatasetNameOf("a.b.csv"), "a_b");
  EXPECT_EQ(DatasetNameOf("_.x-1"), "");
  EXPECT_EQ(DatasetNameOf("__Überstunden.csv"), "berstunden");
  EXPECT_EQ(DatasetNameOf("Fähren.csv"), "f_hren");
  EXPECT_EQ(DatasetNameOf("noext"), "noext");
  EXPECT_EQ(DatasetNameOf(""), "");
}

TEST(PageTokenTest, OnlyOwnTokensAreRead) {
  for (const std::string_view position : {"", "a", "ab", "abc", "ä:ö"})
    EXPECT_THAT(wire::ReadPageToken("l", wire::MakePageToken("l", position)),
                HasValue(std::string(position)));
  EXPECT_THAT(wire::ReadPageToken("l", std::nullopt), HasValue(std::string()));
  for (const std::string& bad : {std::string(""), std::string("!"), wire::MakePageToken("other", "a"),
                                 wire::MakePageToken("l", "\xff")})
    EXPECT_THAT(wire::ReadPageToken("l", bad), IsError(ErrorCode::kInvalidArgument, "bad_page_token")) << bad;
}

}  // namespace
}  // namespace lake::gateway::routes_test
