#include <algorithm>
#include <chrono>

#include "elapsed.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/query.h"
#include "lake/query/query_service.h"
#include "media_type.h"
#include "problem.h"
#include "query_result.h"

namespace lake::gateway {
namespace {

using access::Request;
using query::QueryService;
using Clock = std::chrono::steady_clock;

/// Bytes handed to the client at once; a batch of narrow rows is smaller.
constexpr size_t kFlushBytes = 64u << 10;
constexpr std::string_view kRowCountTrailer = "X-Lakehouse-Row-Count";
constexpr std::string_view kTruncatedTrailer = "X-Lakehouse-Truncated";

Result<ResultFormat> ChooseFormat(const RequestHead& head) {
  if (const auto chosen = ChooseByAccept(head.Find("accept"), kResultTypes))
    return static_cast<ResultFormat>(*chosen);
  return InvalidArgument("not_acceptable", "rows can be had as {}", fmt::join(kResultTypes, ", "));
}

/// "Cache-Control: no-cache" asks for a run of the statement, no-store for no trace of it.
bool MayReuse(const RequestHead& head) {
  const std::string control = Fold(head.Find("cache-control"));
  return control.find("no-cache") == std::string::npos && control.find("no-store") == std::string::npos;
}

/// How one answer is written, and how much of it.
struct AnswerPlan {
  ResultFormat format;
  uint64_t limit;  ///< Rows to send; further ones are cut off.
  AnswerLimits limits;
};

Result<AnswerPlan> PlanAnswer(const RequestHead& head, const wire::RunQuery& run, AnswerLimits limits) {
  LAKE_ASSIGN_OR_RETURN(const ResultFormat format, ChooseFormat(head));
  if (limits.max_rows == 0) limits.max_rows = UINT64_MAX;
  if (limits.max_bytes == 0) limits.max_bytes = UINT64_MAX;
  if (run.limit.value_or(0) > limits.max_rows)
    return InvalidArgument("limit_too_large", "an answer may have {} rows", limits.max_rows)
        .WithDetail("/limit", fmt::format("expected at most {}", limits.max_rows));
  const uint64_t limit = run.limit.value_or(
      format == ResultFormat::kJson ? std::min(wire::kDefaultJsonRows, limits.max_rows) : UINT64_MAX);
  return AnswerPlan{.format = format, .limit = limit, .limits = limits};
}

/// Sends the answer of one query, from its rows or as it was kept.
class AnswerSender {
 public:
  AnswerSender(query::RunningQuery& running, const AnswerPlan& plan, const RequestHead& head,
               Clock::time_point started, ResponseWriter& writer)
      : running_(running), plan_(plan), head_(head), started_(started), writer_(writer) {}

  Status Send() {
    Status sent = running_.kept() != nullptr ? SendKept(*running_.kept()) : SendRows();
    running_.Conclude({.rows = summary_.row_count, .error = sent.ok() ? failure_ : sent.error().reason()});
    return sent;
  }

 private:
  Status SendKept(const query::KeptAnswer& kept) {
    LAKE_RETURN_IF_ERROR(writer_.Start(MakeHead()));
    LAKE_RETURN_IF_ERROR(writer_.Write(kept.body));
    summary_.row_count = kept.rows;
    summary_.truncated = kept.truncated;
    return Finish();
  }

  Status SendRows() {
    LAKE_ASSIGN_OR_RETURN(encoder_, MakeResultEncoder(plan_.format, running_.rows()));
    LAKE_RETURN_IF_ERROR(writer_.Start(MakeHead()));
    Result<std::unique_ptr<engine::Batch>> batch = NextBatch();
    if (!batch.ok() && writer_.Withdraw()) return std::move(batch).error();
    LAKE_RETURN_IF_ERROR(encoder_->Begin(&out_));
    while (batch.ok() && *batch) {
      const size_t count =
          static_cast<size_t>(std::min<uint64_t>((*batch)->rows(), plan_.limit - summary_.row_count));
      summary_.truncated = count < (*batch)->rows();
      if (count > 0) LAKE_RETURN_IF_ERROR(encoder_->Rows(**batch, count, &out_));
      summary_.row_count += count;
      if (summary_.truncated) break;
      if (out_.size() >= kFlushBytes) LAKE_RETURN_IF_ERROR(Flush());
      batch = NextBatch();
    }
    return batch.ok() ? End() : Fail(batch.error());
  }

  /// Error: beside those of the statement, resource_exhausted/result_too_large.
  Result<std::unique_ptr<engine::Batch>> NextBatch() {
    if (flushed_bytes_ + out_.size() > plan_.limits.max_bytes)
      return ResourceExhausted("result_too_large",
                               "the answer has more than {} bytes; select fewer rows or columns",
                               plan_.limits.max_bytes);
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<engine::Batch> batch, running_.rows().Next());
    if (batch != nullptr && plan_.limit > plan_.limits.max_rows &&
        summary_.row_count + batch->rows() > plan_.limits.max_rows)
      return ResourceExhausted("result_too_large",
                               "the answer has more than {} rows; select fewer, or ask for the first ones "
                               "with \"limit\"",
                               plan_.limits.max_rows);
    return batch;
  }

  ResponseHead MakeHead() {
    summary_.version = running_.version().number;
    ResponseHead head = {.content_type = std::string(kResultTypes[static_cast<size_t>(plan_.format)])};
    head.headers = {{"X-Lakehouse-Query-Id", running_.id().value()},
                    {"X-Lakehouse-Version", fmt::to_string(summary_.version)},
                    {"Vary", "Accept"}};
    if (running_.keepable_bytes() > 0)
      head.headers.push_back({"X-Lakehouse-Cache", running_.kept() != nullptr ? "hit" : "miss"});
    if (plan_.format != ResultFormat::kJson)
      head.headers.push_back({"Trailer", fmt::format("{}, {}", kRowCountTrailer, kTruncatedTrailer)});
    return head;
  }

  /// What is sent is remembered for as long as it is small enough to be kept.
  Status Flush() {
    Remember();
    flushed_bytes_ += out_.size();
    LAKE_RETURN_IF_ERROR(writer_.Write(out_));
    out_.clear();
    return {};
  }

  /// Whether all of the body so far is remembered.
  bool Remember() {
    const bool fits = flushed_bytes_ + out_.size() <= running_.keepable_bytes();
    if (fits)
      body_.append(out_);
    else
      body_ = {};
    return fits;
  }

  Status End() {
    LAKE_RETURN_IF_ERROR(encoder_->End(&out_));
    if (Remember())
      running_.Keep({.body = std::move(body_), .rows = summary_.row_count, .truncated = summary_.truncated});
    return Finish();
  }

  void EndRun() {
    encoder_.reset();  // It writes rows that go with the run.
    running_.EndRun();
  }

  Status Finish() {
    EndRun();
    summary_.elapsed_ms = MillisSince(started_);
    AppendSummary(plan_.format, summary_, &out_);
    LAKE_RETURN_IF_ERROR(writer_.Write(out_));
    if (plan_.format == ResultFormat::kJson) return writer_.Finish({});
    return writer_.Finish(
        {.trailers = {{std::string(kRowCountTrailer), fmt::to_string(summary_.row_count)},
                      {std::string(kTruncatedTrailer), summary_.truncated ? "true" : "false"}}});
  }

  /// Not everything was sent, and the client is told.
  Status Fail(const Error& error) {
    summary_.truncated = true;
    summary_.elapsed_ms = MillisSince(started_);
    if (!encoder_->Fail(summary_, MakeProblem(error, head_.request_id), &out_)) return error;
    EndRun();
    failure_ = error.reason();
    LAKE_RETURN_IF_ERROR(writer_.Write(out_));
    return writer_.Finish({.failure = failure_});
  }

  query::RunningQuery& running_;
  const AnswerPlan& plan_;
  const RequestHead& head_;
  const Clock::time_point started_;
  ResponseWriter& writer_;
  std::unique_ptr<ResultEncoder> encoder_;
  ResultSummary summary_;
  std::string out_;
  uint64_t flushed_bytes_ = 0;
  std::string body_;     ///< What was sent so far, unless it is too much to be kept.
  std::string failure_;  ///< Of an answer that is complete and tells of it.
};

wire::PlanOperator ToWire(engine::PlanOperator op) {
  wire::PlanOperator wire = {.name = std::move(op.name),
                             .estimated_rows = op.estimated_rows,
                             .details = std::move(op.details),
                             .children = {}};
  for (engine::PlanOperator& child : op.children) wire.children.push_back(ToWire(std::move(child)));
  return wire;
}

Status SendPlan(QueryService& queries, const Request& request, query::QueryRequest wanted,
                const RequestHead& head, ResponseWriter& writer) {
  const auto started = Clock::now();
  if (!ChooseByAccept(head.Find("accept"), std::span(kResultTypes).first(1)))
    return InvalidArgument("not_acceptable", "a plan can be had as {}", kResultTypes.front());
  LAKE_ASSIGN_OR_RETURN(query::QueryPlan plan, queries.Explain(request, std::move(wanted)));
  wire::PlanAnswer answer;
  for (engine::ResultColumn& column : plan.columns)
    answer.columns.push_back({std::move(column.name), std::move(column.type)});
  answer.view =
      plan.view == query::QueryPlan::View::kEngine ? wire::PlanView::kEngine : wire::PlanView::kStatement;
  answer.plan = ToWire(std::move(plan.root));
  answer.elapsed_ms = MillisSince(started);
  answer.version = plan.version.number;
  LAKE_RETURN_IF_ERROR(writer.Start(
      {.content_type = std::string(kResultTypes.front()),
       .headers = {{"X-Lakehouse-Version", fmt::to_string(answer.version)}, {"Vary", "Accept"}}}));
  LAKE_RETURN_IF_ERROR(writer.Write(WriteJson(ToJson(answer))));
  return writer.Finish({});
}

Status RunSql(QueryService& queries, const AnswerLimits& limits, const Request& request, wire::RunQuery run,
              const RequestHead& head, ResponseWriter& writer) {
  const auto started = Clock::now();
  if (run.engine && *run.engine != "duckdb")
    return InvalidArgument("unknown_engine", "there is no query engine '{}'", *run.engine)
        .WithDetail("/engine", "expected \"duckdb\"");
  query::QueryRequest wanted = {.sql = std::move(run.sql), .parameters = std::move(run.params), .form = {}};
  if (run.explain) return SendPlan(queries, request, std::move(wanted), head, writer);
  LAKE_ASSIGN_OR_RETURN(const AnswerPlan plan, PlanAnswer(head, run, limits));
  if (MayReuse(head))
    wanted.form = fmt::format("{} {}", kResultTypes[static_cast<size_t>(plan.format)], plan.limit);
  LAKE_ASSIGN_OR_RETURN(const auto running, queries.Start(request, std::move(wanted)));
  return AnswerSender(*running, plan, head, started, writer).Send();
}

std::vector<DocumentedAnswer> ResultAnswers() {
  std::vector<DocumentedAnswer> answers = {
      {.status = 200,
       .description = "The rows; X-Lakehouse-Query-Id names the query while it runs. X-Lakehouse-Cache says "
                      "\"hit\" when "
                      "the same was asked before and nothing that the answer depends on has changed since; "
                      "\"Cache-Control: "
                      "no-cache\" in the request lets the statement run. With \"explain\" the plan.",
       .media_type = std::string(kResultTypes.front()),
       .schema = [](SchemaComponents& components) {
         return JsonValue::MakeObject({{"oneOf", JsonValue::Array{SchemaOf<wire::QueryAnswer>(components),
                                                                  SchemaOf<wire::PlanAnswer>(components)}}});
       }}};
  for (size_t i = 1; i < kResultTypes.size(); ++i)
    answers.push_back({.status = 200,
                       .description = answers.front().description,
                       .media_type = std::string(kResultTypes[i]),
                       .schema = nullptr});
  return answers;
}

wire::RunningQueries ListRunning(const QueryService& queries, const Request& request) {
  wire::RunningQueries running;
  for (const query::QueryInfo& info : queries.Running(request))
    running.items.push_back({.id = info.id.value(),
                             .caller = info.caller,
                             .started_at = info.started_at,
                             .fraction = info.progress.fraction,
                             .rows_read = info.progress.rows_read});
  return running;
}

}  // namespace

void AddQueryRoutes(Api& api, QueryService& queries, AnswerLimits limits) {
  api.AddStream<wire::RunQuery>({Method::kPost, "/query/sql", "Run one SELECT statement.", Permission::kRead},
                                {.request = {}, .answers = ResultAnswers()},
                                [&queries, limits](const Request& request, wire::RunQuery run,
                                                   const RequestHead& head, ResponseWriter& writer) {
                                  return RunSql(queries, limits, request, std::move(run), head, writer);
                                });
  api.Add<Nothing, wire::RunningQueries>(
      {Method::kGet, "/query", "List the running queries the caller may stop, oldest first.",
       Permission::kRead},
      [&queries](const Request& request, Nothing) -> Result<wire::RunningQueries> {
        return ListRunning(queries, request);
      });
  api.Add<wire::NamedQuery, Nothing>(
      {Method::kDelete, "/query/{query_id}", "Stop a running query.", Permission::kRead},
      [&queries](const Request& request, const wire::NamedQuery& named) {
        return queries.Cancel(request, query::QueryId(named.query_id));
      });
}

}  // namespace lake::gateway
