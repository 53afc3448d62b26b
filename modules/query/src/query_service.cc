#include "lake/query/query_service.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "answer_key.h"
#include "explain.h"
#include "gate.h"
#include "lake/query/row_filter.h"
#include "provided_calls.h"
#include "query_audit.h"
#include "relation_compiler.h"
#include "result_cache.h"
#include "running_queries.h"
#include "running_table.h"

namespace lake::query {
namespace {

/// A statement with its slot, checked and rewritten. In this order: the session goes first, the slot is
/// given back last.
struct Admitted {
  std::unique_ptr<Ticket> ticket;
  CancelRegistration from_request;
  engine::SelectTree tree;
  std::optional<std::string> answer_key;  // None: the answer is not kept.
  std::shared_ptr<const KeptAnswer> kept;
  std::unique_ptr<engine::Session> session;  // Null when there is a kept answer.
};

class RunningStatement final : public RunningQuery {
 public:
  RunningStatement(std::unique_ptr<QueryAudit> audit, Admitted admitted, catalog::Version version,
                   std::unique_ptr<engine::ResultStream> rows, ResultCache& cache)
      : audit_(std::move(audit)),
        ticket_(std::move(admitted.ticket)),
        id_(ticket_->entry().id),
        from_request_(std::move(admitted.from_request)),
        version_(version),
        cache_(cache),
        answer_key_(std::move(admitted.answer_key)),
        kept_(std::move(admitted.kept)),
        session_(std::move(admitted.session)),
        rows_(std::move(rows)) {
    ticket_->registry().SetSession(ticket_->entry(), session_.get());
  }
  ~RunningStatement() override { EndRun(); }

  const QueryId& id() const override { return id_; }
  catalog::Version version() const override { return version_; }
  std::shared_ptr<const KeptAnswer> kept() const override { return kept_; }
  engine::ResultStream& rows() override { return *rows_; }
  size_t keepable_bytes() const override { return answer_key_ ? cache_.max_answer_bytes() : 0; }
  void Keep(KeptAnswer answer) override {
    if (answer_key_) cache_.Put(*answer_key_, std::move(answer));
  }
  void EndRun() override {
    if (ticket_ == nullptr) return;
    ticket_->registry().SetSession(ticket_->entry(), nullptr);
    // In this order: the rows go before their session, the slot is given back last.
    rows_.reset();
    session_.reset();
    from_request_ = {};
    ticket_.reset();
  }
  void Conclude(const QueryEnd& end) override { audit_->End(end.rows, end.error); }

 private:
  std::unique_ptr<QueryAudit> audit_;
  std::unique_ptr<Ticket> ticket_;  ///< Null when the run has ended.
  const QueryId id_;
  CancelRegistration from_request_;
  catalog::Version version_;
  ResultCache& cache_;
  const std::optional<std::string> answer_key_;
  const std::shared_ptr<const KeptAnswer> kept_;
  std::unique_ptr<engine::Session> session_;
  std::unique_ptr<engine::ResultStream> rows_;
};

class Service final : public QueryService {
 public:
  Service(const QueryParts& parts, QueryLimits limits)
      : parts_(parts),
        limits_(limits),
        cache_(limits.cache_bytes),
        admission_({.max_running = limits.max_running, .max_waiting = limits.max_waiting}) {
    parts_.relations.push_back(
        MakeRunningTable([this](const access::Request& request) { return Running(request); }));
  }

  Result<std::unique_ptr<RunningQuery>> Start(const access::Request& request, QueryRequest query) override {
    auto audit = std::make_unique<QueryAudit>(parts_.audit, MakeRecord(request, query, "query"));
    Result<Admitted> admitted = Admit(request, query, CompilePurpose::kRun, *audit);
    if (!admitted.ok()) return audit->Refuse(admitted.error());
    audit->Begin();
    Result<std::unique_ptr<engine::ResultStream>> rows = Execute(*admitted, query);
    if (!rows.ok()) audit->End(0, rows.error().reason());
    LAKE_RETURN_IF_ERROR(audit->WaitUntilDurable());
    if (!rows.ok()) return std::move(rows).error();
    return std::make_unique<RunningStatement>(std::move(audit), std::move(*admitted),
                                              request.snapshot->version(), std::move(*rows), cache_);
  }

  Result<QueryPlan> Explain(const access::Request& request, QueryRequest query) override {
    query.form.clear();  // A plan is no answer that could be kept.
    QueryAudit audit(parts_.audit, MakeRecord(request, query, "explain"));
    Result<Admitted> admitted = Admit(request, query, CompilePurpose::kExplain, audit);
    if (!admitted.ok()) return audit.Refuse(admitted.error());
    audit.Begin();
    Result<QueryPlan> plan = ExplainAdmitted(request, query, *admitted);
    audit.End(0, plan.ok() ? "" : plan.error().reason());
    LAKE_RETURN_IF_ERROR(audit.WaitUntilDurable());
    return plan;
  }

  Status Cancel(const access::Request& request, const QueryId& id) override {
    std::shared_ptr<RunningEntry> entry = registry_.Find(id);
    if (entry == nullptr || !MaySee(request, entry->caller.name))
      return NotFound("query_not_found", "no running query has the id '{}'", id.value().substr(0, 100));
    entry->cancel.Cancel("by_request");
    return {};
  }

  void OnRightsChange(const access::RightsChange& change) override { registry_.Apply(change); }

  std::vector<QueryInfo> Running(const access::Request& request) const override {
    std::vector<QueryInfo> infos = registry_.List();
    std::erase_if(infos, [&](const QueryInfo& info) { return !MaySee(request, info.caller); });
    std::ranges::sort(infos, {}, &QueryInfo::started_at);
    return infos;
  }

 private:
  access::AuditRecord MakeRecord(const access::Request& request, const QueryRequest& query,
                                 std::string operation) {
    const Timestamp now = parts_.clock.Now();
    return {.id = parts_.random.NextUuid(now.micros / 1000),
            .time = now,
            .caller = request.caller.name,
            .role = request.caller.role,
            .operation = std::move(operation),
            .statement =
                query.condition.empty() ? query.sql : fmt::format("{} WHERE {}", query.sql, query.condition),
            .tables = {},
            .decision = access::AuditDecision::kAllowed,
            .error = {},
            .rows = {},
            .elapsed_ms = {}};
  }

  Status AddCondition(const Context& context, const std::string& condition, engine::SelectTree& tree) {
    if (condition.empty()) return {};
    Result<JsonValue> expression = ParseRowFilter(parts_.engine, context, condition);
    if (!expression.ok()) return InvalidArgument("bad_condition", "{}", expression.error().message());
    JsonValue* where = WhereOf(tree);
    if (where == nullptr || !where->is_null())
      return Internal("condition_without_place", "the statement takes no condition");
    *where = std::move(*expression);
    return {};
  }

  Result<Admitted> Admit(const access::Request& request, const QueryRequest& query, CompilePurpose purpose,
                         QueryAudit& audit) {
    LAKE_RETURN_IF_ERROR(CheckSize(query));
    Context within = WithinTimeout(request.context);
    LAKE_RETURN_IF_ERROR(admission_.Acquire(within));
    auto entry = std::make_shared<RunningEntry>();
    entry->id = QueryId(audit.record().id);
    entry->caller = request.caller;
    entry->version = request.snapshot->version();
    entry->started_at = audit.record().time;
    auto ticket = std::make_unique<Ticket>(admission_, registry_, entry);

    // The query has its own token, so that it can be cancelled by id; the request's token passes through to
    // it.
    access::Request own = request;
    own.context = std::move(within);
    own.context.cancel = entry->cancel.token();
    CancelRegistration from_request =
        request.context.cancel.OnCancel([cancel = entry->cancel, token = request.context.cancel]() mutable {
          cancel.Cancel(token.error().reason());
        });

    LAKE_ASSIGN_OR_RETURN(engine::SelectTree tree, parts_.engine.Parse(own.context, query.sql));
    LAKE_RETURN_IF_ERROR(AddCondition(own.context, query.condition, tree));
    LAKE_RETURN_IF_ERROR(CheckStatement(tree.root, {.max_tree_nodes = limits_.max_tree_nodes,
                                                    .max_tables = limits_.max_tables,
                                                    .functions = &parts_.functions}));
    std::optional<std::string> digest =
        cache_.max_answer_bytes() > 0 && !query.form.empty() ? StatementDigest(tree.root) : std::nullopt;
    LAKE_ASSIGN_OR_RETURN(CompiledStatement compiled, CompileRelations({.engine = parts_.engine,
                                                                        .buckets = parts_.buckets,
                                                                        .relations = parts_.relations,
                                                                        .request = own},
                                                                       tree.root));
    // After the relations: who may not read a table makes no model and no index work.
    LAKE_ASSIGN_OR_RETURN(const std::vector<ProvidedCall> calls,
                          FindProvidedCalls(tree.root, parts_.functions, query.parameters));
    AddReads(calls, own, compiled.tables);
    audit.Reads(compiled.tables);
    if (!calls.empty()) {
      digest.reset();  // What functions give has no version.
      LAKE_RETURN_IF_ERROR(ticket->WithoutSlot(own.context, [&] {
        return ReplaceProvidedCalls(parts_.engine, own, purpose, calls, compiled.read_set);
      }));
    }
    const access::HashKey hash_key = parts_.hash_keys.current();
    Admitted admitted = {.ticket = std::move(ticket),
                         .from_request = std::move(from_request),
                         .tree = std::move(tree),
                         .answer_key = digest ? AnswerKey(*digest, query, compiled, hash_key) : std::nullopt,
                         .kept = nullptr,
                         .session = nullptr};
    if (admitted.answer_key) admitted.kept = cache_.Find(*admitted.answer_key);
    if (admitted.kept != nullptr) return admitted;
    compiled.read_set.SetHashKey(hash_key);
    LAKE_ASSIGN_OR_RETURN(admitted.session,
                          parts_.engine.StartSession(own.context, std::move(compiled.read_set)));
    return admitted;
  }

  /// What such a call read is in a record of its own.
  static void AddReads(const std::vector<ProvidedCall>& calls, const access::Request& request,
                       std::vector<TableRead>& tables) {
    std::set<std::string_view> names;
    for (const ProvidedCall& call : calls)
      if (call.relation != nullptr && names.insert(call.signature().name).second)
        tables.push_back({.name = std::string(call.signature().name),
                          .version = request.snapshot->version(),
                          .decision = {},
                          .content = {}});
  }

  /// Null when there is a kept answer.
  static Result<std::unique_ptr<engine::ResultStream>> Execute(Admitted& admitted,
                                                               const QueryRequest& query) {
    if (admitted.kept != nullptr) return std::unique_ptr<engine::ResultStream>();
    return admitted.session->Execute(admitted.tree, query.parameters);
  }

  Context WithinTimeout(Context context) const {
    if (limits_.timeout.count() == 0) return context;
    const Deadline own = Deadline::After(limits_.timeout);
    if (own.when() < context.deadline.when()) context.deadline = own;
    return context;
  }

  Result<QueryPlan> ExplainAdmitted(const access::Request& request, const QueryRequest& query,
                                    Admitted& admitted) {
    LAKE_ASSIGN_OR_RETURN(engine::StatementPlan plan,
                          admitted.session->Explain(admitted.tree, query.parameters));
    QueryPlan shown = {.version = request.snapshot->version(),
                       .columns = std::move(plan.columns),
                       .view = PlanViewFor(request),
                       .root = std::move(plan.root)};
    if (shown.view == QueryPlan::View::kEngine) return shown;
    // The tree that ran has relations in the place of tables; what may be seen is made from the text alone.
    LAKE_ASSIGN_OR_RETURN(const engine::SelectTree written, parts_.engine.Parse(request.context, query.sql));
    shown.root = OutlineStatement(written);
    return shown;
  }

  static bool MaySee(const access::Request& request, const std::string& caller) {
    return request.caller.name == caller || request.Has(access::Permission::kAdmin);
  }

  Status CheckSize(const QueryRequest& query) const {
    if (query.sql.size() + query.condition.size() > limits_.max_statement_bytes)
      return InvalidArgument("statement_too_large", "the statement has {} bytes; at most {} are allowed",
                             query.sql.size() + query.condition.size(), limits_.max_statement_bytes);
    if (query.parameters.size() > limits_.max_parameters)
      return InvalidArgument("too_many_parameters", "{} parameters were given; at most {} are allowed",
                             query.parameters.size(), limits_.max_parameters);
    return {};
  }

  QueryParts parts_;
  const QueryLimits limits_;
  ResultCache cache_;
  Admission admission_;
  mutable RunningQueries registry_;
};

}  // namespace

std::unique_ptr<QueryService> QueryService::Make(const QueryParts& parts, QueryLimits limits) {
  if (limits.max_running == 0) limits.max_running = std::max(2u, 2 * std::thread::hardware_concurrency());
  return std::make_unique<Service>(parts, limits);
}

}  // namespace lake::query
