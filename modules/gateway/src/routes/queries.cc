#include <algorithm>
#include <chrono>

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

uint64_t LimitFor(ResultFormat format, const wire::RunQuery& run) {
  return run.limit.value_or(format == ResultFormat::kJson ? wire::kDefaultJsonRows : UINT64_MAX);
}

/// Sends the rows of one running query.
class RowSender {
 public:
  RowSender(query::RunningQuery& running, ResultFormat format, uint64_t limit, const RequestHead& head,
            Clock::time_point started, ResponseWriter& writer)
      : running_(running), format_(format), limit_(limit), head_(head), started_(started), writer_(writer) {}

  Status Send() {
    Status sent = SendRows();
    running_.Conclude({.rows = summary_.row_count, .error = sent.ok() ? failure_ : sent.error().reason()});
    return sent;
  }

 private:
  Status SendRows() {
    LAKE_ASSIGN_OR_RETURN(encoder_, MakeResultEncoder(format_, running_.rows()));
    LAKE_RETURN_IF_ERROR(writer_.Start(MakeHead()));
    Result<std::unique_ptr<engine::Batch>> batch = running_.rows().Next();
    if (!batch.ok() && writer_.Withdraw()) return std::move(batch).error();
    LAKE_RETURN_IF_ERROR(encoder_->Begin(&out_));
    while (batch.ok() && *batch) {
      const size_t count =
          static_cast<size_t>(std::min<uint64_t>((*batch)->rows(), limit_ - summary_.row_count));
      summary_.truncated = count < (*batch)->rows();
      if (count > 0) LAKE_RETURN_IF_ERROR(encoder_->Rows(**batch, count, &out_));
      summary_.row_count += count;
      if (summary_.truncated) break;
      if (out_.size() >= kFlushBytes) LAKE_RETURN_IF_ERROR(Flush());
      batch = running_.rows().Next();
    }
    summary_.elapsed_ms = std::chrono::duration<double, std::milli>(Clock::now() - started_).count();
    return batch.ok() ? End() : Fail(batch.error());
  }

  ResponseHead MakeHead() {
    summary_.version = running_.version().number;
    ResponseHead head = {.content_type = std::string(kResultTypes[static_cast<size_t>(format_)])};
    head.headers = {{"X-Lakehouse-Query-Id", running_.id().value()},
                    {"X-Lakehouse-Version", fmt::to_string(summary_.version)},
                    {"Vary", "Accept"}};
    if (format_ != ResultFormat::kJson)
      head.headers.push_back({"Trailer", fmt::format("{}, {}", kRowCountTrailer, kTruncatedTrailer)});
    return head;
  }

  Status Flush() {
    LAKE_RETURN_IF_ERROR(writer_.Write(out_));
    out_.clear();
    return {};
  }

  Status End() {
    LAKE_RETURN_IF_ERROR(encoder_->End(summary_, &out_));
    LAKE_RETURN_IF_ERROR(Flush());
    if (format_ == ResultFormat::kJson) return writer_.Finish({});
    return writer_.Finish(
        {.trailers = {{std::string(kRowCountTrailer), fmt::to_string(summary_.row_count)},
                      {std::string(kTruncatedTrailer), summary_.truncated ? "true" : "false"}}});
  }

  /// Not everything was sent, and the client is told.
  Status Fail(const Error& error) {
    summary_.truncated = true;
    if (!encoder_->Fail(summary_, MakeProblem(error, head_.request_id), &out_)) return error;
    failure_ = error.reason();
    LAKE_RETURN_IF_ERROR(Flush());
    return writer_.Finish({.failure = failure_});
  }

  query::RunningQuery& running_;
  const ResultFormat format_;
  const uint64_t limit_;
  const RequestHead& head_;
  const Clock::time_point started_;
  ResponseWriter& writer_;
  std::unique_ptr<ResultEncoder> encoder_;
  ResultSummary summary_;
  std::string out_;
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
  answer.elapsed_ms = std::chrono::duration<double, std::milli>(Clock::now() - started).count();
  answer.version = plan.version.number;
  LAKE_RETURN_IF_ERROR(writer.Start(
      {.content_type = std::string(kResultTypes.front()),
       .headers = {{"X-Lakehouse-Version", fmt::to_string(answer.version)}, {"Vary", "Accept"}}}));
  LAKE_RETURN_IF_ERROR(writer.Write(WriteJson(ToJson(answer))));
  return writer.Finish({});
}

Status RunSql(QueryService& queries, const Request& request, wire::RunQuery run, const RequestHead& head,
              ResponseWriter& writer) {
  const auto started = Clock::now();
  if (run.engine && *run.engine != "duckdb")
    return InvalidArgument("unknown_engine", "there is no query engine '{}'", *run.engine)
        .WithDetail("/engine", "expected \"duckdb\"");
  query::QueryRequest wanted = {.sql = std::move(run.sql), .parameters = std::move(run.params)};
  if (run.explain) return SendPlan(queries, request, std::move(wanted), head, writer);
  LAKE_ASSIGN_OR_RETURN(const ResultFormat format, ChooseFormat(head));
  const uint64_t limit = LimitFor(format, run);
  LAKE_ASSIGN_OR_RETURN(const auto running, queries.Start(request, std::move(wanted)));
  return RowSender(*running, format, limit, head, started, writer).Send();
}

std::vector<DocumentedAnswer> ResultAnswers() {
  std::vector<DocumentedAnswer> answers = {
      {.status = 200,
       .description =
           "The rows; X-Lakehouse-Query-Id names the query while it runs. With \"explain\" the plan.",
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

void AddQueryRoutes(Api& api, QueryService& queries) {
  api.AddStream<wire::RunQuery>(
      {Method::kPost, "/query/sql", "Run one SELECT statement.", Permission::kRead},
      {.request = {}, .answers = ResultAnswers()},
      [&queries](const Request& request, wire::RunQuery run, const RequestHead& head,
                 ResponseWriter& writer) { return RunSql(queries, request, std::move(run), head, writer); });
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
