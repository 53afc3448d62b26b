// Goal: rows reach the client exactly, in every format, with what is missing said; errors before the first
// byte are problems, later ones are seen in the format's own way. Method: a query service that runs the text
// on a real engine as it is, over sockets; large results are held back by a client that does not read, so
// that they can be stopped in the middle.
#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/engine/engine.h"
#include "lake/gateway/routes.h"
#include "lake/gateway_testing/raw_client.h"
#include "lake/gateway_testing/test_server.h"
#include "lake/query/query_service.h"
#include "query_result.h"

namespace lake::gateway::query_route_test {
namespace {

constexpr size_t kKeepableBytes = 300u << 10;

/// The list of running queries, and what keeps a query whose answer is sent from being destroyed.
struct RunningList {
  std::atomic<int> size = 0;
  std::atomic<bool> lingers = false;
  std::counting_semaphore<> may_go{0};
};

class EngineQuery final : public query::RunningQuery {
 public:
  EngineQuery(query::QueryId id, std::unique_ptr<engine::Session> session,
              std::unique_ptr<engine::ResultStream> rows, std::shared_ptr<const query::KeptAnswer>* keep,
              RunningList& list)
      : id_(std::move(id)), session_(std::move(session)), rows_(std::move(rows)), keep_(keep), list_(list) {
    ++list_.size;
  }
  ~EngineQuery() override {
    EndRun();
    if (list_.lingers) list_.may_go.acquire();
  }
  const query::QueryId& id() const override { return id_; }
  catalog::Version version() const override { return {7}; }
  std::shared_ptr<const query::KeptAnswer> kept() const override {
    return keep_ == nullptr ? nullptr : *keep_;
  }
  engine::ResultStream& rows() override { return *rows_; }
  size_t keepable_bytes() const override { return keep_ == nullptr ? 0 : kKeepableBytes; }
  void Keep(query::KeptAnswer answer) override {
    if (keep_ != nullptr) *keep_ = std::make_shared<const query::KeptAnswer>(std::move(answer));
  }
  void EndRun() override {
    if (session_ == nullptr) return;
    rows_.reset();
    session_.reset();
    --list_.size;
  }
  void Conclude(const query::QueryEnd&) override {}

 private:
  const query::QueryId id_;
  std::unique_ptr<engine::Session> session_;
  std::unique_ptr<engine::ResultStream> rows_;
  std::shared_ptr<const query::KeptAnswer>* const keep_;  // By form; null when nothing is kept.
  RunningList& list_;
};

/// Runs what it is given; knows one query at a time. Keeps one answer of each form, whatever was asked, once
/// `keeps` is set.
class EngineQueries final : public query::QueryService {
 public:
  explicit EngineQueries(engine::Engine& engine) : engine_(engine) {}

  Result<std::unique_ptr<query::RunningQuery>> Start(const access::Request& request,
                                                     query::QueryRequest query) override {
    Context context = request.context;
    {
      MutexLock lock(mutex_);
      stop_ = CancelSource();
      context.cancel = stop_.token();
    }
    LAKE_ASSIGN_OR_RETURN(const engine::SelectTree tree, engine_.Parse(context, query.sql));
    LAKE_ASSIGN_OR_RETURN(auto session, engine_.StartSession(context, {}));
    LAKE_ASSIGN_OR_RETURN(auto rows, session->Execute(tree, query.parameters));
    return std::make_unique<EngineQuery>(query::QueryId("q-1"), std::move(session), std::move(rows),
                                         keeps && !query.form.empty() ? &kept_[query.form] : nullptr, list);
  }
  Result<query::QueryPlan> Explain(const access::Request& request, query::QueryRequest query) override {
    LAKE_ASSIGN_OR_RETURN(const engine::SelectTree tree, engine_.Parse(request.context, query.sql));
    LAKE_ASSIGN_OR_RETURN(auto session, engine_.StartSession(request.context, {}));
    LAKE_ASSIGN_OR_RETURN(engine::StatementPlan plan, session->Explain(tree, query.parameters));
    return query::QueryPlan{.version = {7},
                            .columns = std::move(plan.columns),
                            .view = query::QueryPlan::View::kEngine,
                            .root = std::move(plan.root)};
  }
  Status Cancel(const access::Request&, const query::QueryId& id) override {
    if (id.value() != "q-1") return NotFound("query_not_found", "there is no such query");
    MutexLock lock(mutex_);
    stop_.Cancel("by_request");
    return {};
  }
  void OnRightsChange(const access::RightsChange&) override {}
  std::vector<query::QueryInfo> Running(const access::Request&) const override { return {}; }

  bool keeps = false;
  RunningList list;

 private:
  engine::Engine& engine_;
  std::map<std::string, std::shared_ptr<const query::KeptAnswer>> kept_;
  Mutex mutex_;
  CancelSource stop_ LAKE_GUARDED_BY(mutex_);
};

constexpr std::string_view kEndless =
    R"json({"sql":"SELECT range AS n FROM range(1000000000)","limit":1000000000})json";

class QueryRouteTest : public testing::Test {
 protected:
  QueryRouteTest() {
    auto opened = engine::Engine::Open(
        {.threads = 2, .memory_limit_bytes = 512u << 20, .spill_directory = (directory_ / "spill").string()});
    LAKE_CHECK(opened.ok());
    engine_ = std::move(*opened);
    queries_.emplace(*engine_);
    Serve({});
  }
  void Serve(AnswerLimits limits) {
    server_.reset();
    api_ = std::make_unique<Api>();
    AddQueryRoutes(*api_, *queries_, limits);
    server_.emplace(*api_);
  }

  static std::string Request(std::string_view accept, std::string_view json) {
    return fmt::format(
        "POST /query/sql HTTP/1.1\r\nHost: localhost\r\nAccept: {}\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{}",
        accept, json.size(), json);
  }
  RawResponse Query(std::string_view accept, std::string_view json) {
    return RawClient(server_->port()).Ask(Request(accept, json));
  }
  /// Starts a statement without an end and stops it by the id in its head.
  RawResponse Stopped(std::string_view accept, std::string_view json) {
    RawClient client(server_->port());
    client.Send(Request(accept, json));
    RawClient other(server_->port());
    RawResponse response = client.ReadHead();
    EXPECT_EQ(response.header("x-lakehouse-query-id"), "q-1");
    EXPECT_EQ(other.Ask("DELETE /query/q-1 HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 204);
    client.ReadBody(&response);
    return response;
  }

  TempDir directory_;
  std::unique_ptr<engine::Engine> engine_;
  std::optional<EngineQueries> queries_;
  std::unique_ptr<Api> api_;
  std::optional<TestServer> server_;
};

TEST_F(QueryRouteTest, RowsComeAsOneDocument) {
  const RawResponse response = Query(
      "*/*", R"json({"sql":"SELECT 9007199254740993 AS big, NULL AS none, $1 AS given","params":["x"]})json");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-type"), "application/json");
  EXPECT_EQ(response.header("x-lakehouse-query-id"), "q-1");
  EXPECT_EQ(response.header("x-lakehouse-version"), "7");
  EXPECT_TRUE(response.body.starts_with(
      R"({"columns":[{"name":"big","type":"BIGINT"},{"name":"none","type":"INTEGER"},)"
      R"({"name":"given","type":"VARCHAR"}],"rows":[["9007199254740993",null,"x"]],"row_count":1,)"
      R"("truncated":false,"elapsed_ms":)"))
      << response.body;
  EXPECT_TRUE(response.body.ends_with(R"(,"version":7})"));
  EXPECT_EQ(Query("*/*", R"json({"sql":"SELECT 1 WHERE false"})json").json().Find("rows")->as_array().size(),
            0u);
}

TEST_F(QueryRouteTest, WhoHasTheAnswerFindsNothingRunning) {
  queries_->list.lingers = true;
  const auto still_running = [&](std::string_view accept, std::string_view json) {
    const RawResponse response = Query(accept, json);
    EXPECT_EQ(response.status, 200);
    const int running = queries_->list.size;
    queries_->list.may_go.release();
    return running;
  };
  for (const std::string_view accept :
       {"application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.arrow.stream",
        "application/vnd.apache.parquet"})
    EXPECT_EQ(still_running(accept, R"json({"sql":"SELECT 1 AS n"})json"), 0) << accept;
}

TEST_F(QueryRouteTest, WhatIsCutOffIsSaid) {
  const auto rows = [&](std::string_view json) {
    const JsonValue document = Query("application/json", json).json();
    return fmt::format("{} {} {}", document.Find("rows")->as_array().size(),
                       document.Find("row_count")->as_int(), document.Find("truncated")->as_bool());
  };
  EXPECT_EQ(rows(R"json({"sql":"FROM range(10)","limit":3})json"), "3 3 true");
  EXPECT_EQ(rows(R"json({"sql":"FROM range(10)","limit":10})json"), "10 10 false");
  EXPECT_EQ(rows(R"json({"sql":"FROM range(2048)","limit":2048})json"), "2048 2048 false");
  EXPECT_EQ(rows(R"json({"sql":"FROM range(2049)","limit":2048})json"), "2048 2048 true");
  EXPECT_EQ(rows(R"json({"sql":"FROM range(10001)"})json"), "10000 10000 true");
  EXPECT_EQ(rows(R"json({"sql":"FROM range(10000)"})json"), "10000 10000 false");
}

TEST_F(QueryRouteTest, OtherFormatsHaveNoDefaultLimit) {
  const RawResponse lines =
      Query("application/x-ndjson", R"json({"sql":"SELECT range AS n FROM range(20000)"})json");
  EXPECT_EQ(std::ranges::count(lines.body, '\n'), 20000);
  EXPECT_TRUE(lines.body.starts_with("{\"n\":0}\n"));
  EXPECT_EQ(lines.trailers.at("x-lakehouse-row-count"), "20000");
  EXPECT_EQ(lines.trailers.at("x-lakehouse-truncated"), "false");
  const RawResponse csv =
      Query("text/csv", R"json({"sql":"SELECT 'a,b' AS \"x y\", NULL AS z, '' AS e","limit":5})json");
  EXPECT_EQ(csv.body, "x y,z,e\r\n\"a,b\",,\"\"\r\n");
  const RawResponse cut = Query("text/csv", R"json({"sql":"FROM range(10)","limit":2})json");
  EXPECT_EQ(cut.trailers.at("x-lakehouse-truncated"), "true");
  const RawResponse arrow =
      Query("application/vnd.apache.arrow.stream", R"json({"sql":"FROM range(3)"})json");
  EXPECT_EQ(arrow.header("content-type"), "application/vnd.apache.arrow.stream");
  EXPECT_TRUE(arrow.complete);
  EXPECT_TRUE(arrow.body.starts_with("\xff\xff\xff\xff"));
  EXPECT_TRUE(arrow.body.ends_with(std::string("\xff\xff\xff\xff\0\0\0\0", 8)));
}

TEST_F(QueryRouteTest, EarlyErrorsAreProblems) {
  EXPECT_EQ(Query("*/*", R"json({"sql":"SELEC 1"})json").code(), "sql_syntax");
  EXPECT_EQ(Query("text/csv", R"json({"sql":"SELECT nothing"})json").status, 400);
  const RawResponse late =
      Query("*/*", R"json({"sql":"SELECT CAST(range || 'x' AS INTEGER) FROM range(3)"})json");
  EXPECT_EQ(late.status, 400);  // Found when the first row was made.
  EXPECT_EQ(late.header("content-type"), "application/problem+json");
  EXPECT_EQ(Query("image/png", R"json({"sql":"SELECT 1"})json").status, 406);
  EXPECT_EQ(Query("*/*", R"json({"sql":"SELECT 1","engine":"spark"})json").code(), "unknown_engine");
  EXPECT_EQ(Query("*/*", R"json({"sql":""})json").code(), "invalid_request");
  EXPECT_EQ(Query("*/*", R"json({"sql":"SELECT 1","limit":0})json").code(), "invalid_request");
  EXPECT_EQ(Query("*/*", R"json({"sql":"SELECT 1","params":{}})json").code(), "invalid_request");
}

TEST_F(QueryRouteTest, LateErrorsAreSaidWhereTheFormatCan) {
  const RawResponse json = Stopped("application/json", kEndless);
  EXPECT_TRUE(json.complete);
  const size_t tail = json.body.rfind("],\"row_count\":");
  ASSERT_NE(tail, std::string::npos);
  const Result<JsonValue> end = ParseJson("{" + json.body.substr(tail + 2));
  ASSERT_THAT(end, IsOk());
  EXPECT_TRUE(end->Find("truncated")->as_bool());
  EXPECT_EQ(end->Find("error")->FindString("code"), "by_request");
  EXPECT_EQ(end->Find("error")->FindString("request_id"), json.header("x-request-id"));

  const RawResponse lines = Stopped("application/x-ndjson", kEndless);
  EXPECT_TRUE(lines.complete);
  const size_t last = lines.body.rfind('\n', lines.body.size() - 2);
  const Result<JsonValue> line = ParseJson(std::string_view(lines.body).substr(last + 1));
  ASSERT_THAT(line, IsOk());
  EXPECT_EQ(line->Find("error")->FindString("code"), "by_request");

  EXPECT_FALSE(Stopped("text/csv", kEndless).complete);
  EXPECT_FALSE(Stopped("application/vnd.apache.arrow.stream", kEndless).complete);
  const RawResponse parquet = Stopped("application/vnd.apache.parquet", kEndless);
  EXPECT_FALSE(parquet.complete);
  EXPECT_FALSE(parquet.body.ends_with("PAR1") && parquet.body.size() > 4);
}

TEST_F(QueryRouteTest, LateErrorsAreTheSameInACoding) {
  const RawResponse json = Stopped("application/json\r\nAccept-Encoding: gzip", kEndless);
  EXPECT_EQ(json.header("content-encoding"), "gzip");
  EXPECT_TRUE(json.complete);
  EXPECT_FALSE(Stopped("text/csv\r\nAccept-Encoding: zstd", kEndless).complete);
}

TEST_F(QueryRouteTest, ParquetIsAFileWithItsEnd) {
  const RawResponse parquet =
      Query("application/vnd.apache.parquet", R"json({"sql":"FROM range(300000)","limit":250000})json");
  EXPECT_EQ(parquet.status, 200);
  EXPECT_EQ(parquet.header("content-type"), "application/vnd.apache.parquet");
  EXPECT_TRUE(parquet.complete);
  EXPECT_TRUE(parquet.body.starts_with("PAR1") && parquet.body.ends_with("PAR1"));
  EXPECT_EQ(parquet.trailers.at("x-lakehouse-row-count"), "250000");
  EXPECT_EQ(parquet.trailers.at("x-lakehouse-truncated"), "true");
  const RawResponse empty =
      Query("application/vnd.apache.parquet", R"json({"sql":"SELECT 1 AS a WHERE false"})json");
  EXPECT_TRUE(empty.complete && empty.body.ends_with("PAR1"));
  const RawResponse refused =
      Query("application/vnd.apache.parquet", R"json({"sql":"SELECT 5::HUGEINT AS big"})json");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "type_not_storable");
  EXPECT_EQ(Query("application/vnd.apache.parquet",
                  R"json({"sql":"SELECT CAST(range || 'x' AS INTEGER) FROM range(3)"})json")
                .code(),
            "sql_error");
}

TEST_F(QueryRouteTest, AStatementCanBeStoppedBeforeItsFirstRow) {
  const RawResponse json = Stopped(
      "application/json", R"json({"sql":"SELECT count(*) FROM range(1000000) a, range(1000000) b"})json");
  EXPECT_TRUE(json.complete);
  EXPECT_EQ(json.json().Find("rows")->as_array().size(), 0u);
  EXPECT_EQ(json.json().Find("error")->FindString("code"), "by_request");
}

/// Without what tells of its own run: "elapsed_ms".
std::string RowsOf(const RawResponse& response) {
  return response.body.substr(0, response.body.rfind(",\"elapsed_ms\":"));
}

TEST_F(QueryRouteTest, AKeptAnswerIsTheSameInEveryFormat) {
  queries_->keeps = true;
  constexpr std::string_view kSql =
      R"json({"sql":"SELECT range AS n, 'x' AS t FROM range(9000)","limit":8000})json";
  for (const std::string_view accept : kResultTypes) {
    const RawResponse first = Query(accept, kSql);
    const RawResponse again = Query(accept, kSql);
    EXPECT_EQ(first.header("x-lakehouse-cache"), "miss") << accept;
    EXPECT_EQ(again.header("x-lakehouse-cache"), "hit") << accept;
    EXPECT_EQ(again.header("content-type"), accept);
    EXPECT_TRUE(first.complete && again.complete) << accept;
    EXPECT_EQ(RowsOf(again), RowsOf(first)) << accept;
    EXPECT_EQ(again.trailers, first.trailers) << accept;
    if (accept != "application/json") EXPECT_EQ(again.trailers.at("x-lakehouse-row-count"), "8000") << accept;
  }
  const JsonValue json = Query("application/json", kSql).json();
  EXPECT_EQ(json.Find("row_count")->as_int(), 8000);
  EXPECT_TRUE(json.Find("truncated")->as_bool());
}

TEST_F(QueryRouteTest, NoCacheRunsTheStatement) {
  queries_->keeps = true;
  constexpr std::string_view kSql = R"json({"sql":"SELECT 1 AS one"})json";
  EXPECT_EQ(Query("*/*", kSql).header("x-lakehouse-cache"), "miss");
  for (const char* control : {"no-cache", "No-Store", "max-age=0, no-cache"})
    EXPECT_EQ(Query(fmt::format("*/*\r\nCache-Control: {}", control), kSql).header("x-lakehouse-cache"), "")
        << control;
  EXPECT_EQ(Query("*/*\r\nCache-Control: max-age=5", kSql).header("x-lakehouse-cache"), "hit");
}

TEST_F(QueryRouteTest, LongAndBrokenAnswersAreNotKept) {
  queries_->keeps = true;
  constexpr std::string_view kLong = R"json({"sql":"SELECT range AS n FROM range(100000)"})json";
  for (int i = 0; i < 2; ++i) {
    const RawResponse response = Query("text/csv", kLong);
    EXPECT_GT(response.body.size(), kKeepableBytes);
    EXPECT_EQ(response.header("x-lakehouse-cache"), "miss");
  }
  for (int i = 0; i < 2; ++i) {
    const RawResponse broken = Stopped("application/json", kEndless);
    EXPECT_TRUE(broken.complete);
    EXPECT_EQ(broken.header("x-lakehouse-cache"), "miss");
  }
}

TEST_F(QueryRouteTest, AnswersHaveAtMostSoManyRows) {
  Serve({.max_rows = 100, .max_bytes = 0});
  for (const std::string_view accept : kResultTypes) {
    const RawResponse over = Query(accept, R"json({"sql":"FROM range(101)","limit":101})json");
    EXPECT_EQ(over.code(), "limit_too_large");
    EXPECT_EQ(Query(accept, R"json({"sql":"FROM range(101)","limit":100})json").status, 200) << accept;
  }
  EXPECT_EQ(Query("text/csv", R"json({"sql":"FROM range(100)"})json").trailers.at("x-lakehouse-row-count"),
            "100");
  const RawResponse csv = Query("text/csv", R"json({"sql":"FROM range(101)"})json");
  EXPECT_EQ(csv.status, 400);
  EXPECT_EQ(csv.code(), "result_too_large");
  // JSON cuts at its default limit, which is no larger than that of the server, and says so.
  const JsonValue json = Query("*/*", R"json({"sql":"FROM range(101)"})json").json();
  EXPECT_EQ(json.Find("row_count")->as_int(), 100);
  EXPECT_TRUE(json.Find("truncated")->as_bool());
}

TEST_F(QueryRouteTest, AnswersHaveAtMostSoManyBytes) {
  Serve({.max_rows = 0, .max_bytes = 1u << 20});
  EXPECT_TRUE(Query("text/csv", R"json({"sql":"FROM range(10000)"})json").complete);
  EXPECT_FALSE(Query("text/csv", R"json({"sql":"FROM range(10000000)"})json").complete);
  const RawResponse json = Query("*/*", R"json({"sql":"FROM range(10000000)","limit":10000000})json");
  EXPECT_TRUE(json.complete);
  EXPECT_LT(json.body.size(), 4u << 20);
  EXPECT_EQ(json.json().Find("error")->FindString("code"), "result_too_large");
}

TEST_F(QueryRouteTest, UnknownQueriesCannotBeStopped) {
  EXPECT_EQ(RawClient(server_->port()).Ask("DELETE /query/x HTTP/1.1\r\nHost: localhost\r\n\r\n").code(),
            "query_not_found");
}

}  // namespace
}  // namespace lake::gateway::query_route_test
