#include "lake/query/query_service.h"

#include <algorithm>
#include <deque>
#include <map>
#include <thread>
#include <utility>

#include "admission.h"
#include "explain.h"
#include "gate.h"
#include "lake/common/mutex.h"
#include "relation_compiler.h"

namespace lake::query {
namespace {

/// What the registry of running queries knows of one; shared with the query itself.
struct Entry {
  QueryId id;
  access::Principal caller;
  catalog::Version version;  // Of its snapshot.
  Timestamp started_at;
  CancelSource cancel;
  engine::Session* session =
      nullptr;  // Guarded by the registry's mutex; null before it runs and after it ended.
};

class Registry {
 public:
  void Add(std::shared_ptr<Entry> entry) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (const access::RightsChange& change : changes_)
      if (Concerns(change, *entry)) entry->cancel.Cancel("rights_changed");
    entries_.emplace(entry->id, std::move(entry));
  }
  void Apply(const access::RightsChange& change) LAKE_EXCLUDES(mutex_) {
    std::vector<std::shared_ptr<Entry>> concerned;
    {
      MutexLock lock(mutex_);
      changes_.push_back(change);
      if (changes_.size() > kRememberedChanges) changes_.pop_front();
      for (const auto& [id, entry] : entries_)
        if (Concerns(change, *entry)) concerned.push_back(entry);
    }
    for (const auto& entry : concerned) entry->cancel.Cancel("rights_changed");
  }
  void SetSession(Entry& entry, engine::Session* session) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    entry.session = session;
  }
  void Remove(const QueryId& id) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    entries_.erase(id);
  }
  std::shared_ptr<Entry> Find(const QueryId& id) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->second;
  }
  /// progress() neither blocks nor calls back, so it may run under the lock that keeps the session alive.
  std::vector<QueryInfo> List() LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    std::vector<QueryInfo> infos;
    for (const auto& [id, entry] : entries_) {
      QueryInfo info{.id = id, .caller = entry->caller.name, .started_at = entry->started_at, .progress = {}};
      if (entry->session != nullptr) info.progress = entry->session->progress();
      infos.push_back(std::move(info));
    }
    return infos;
  }

 private:
  /// A request authenticated before a change registers its query within moments of it.
  static constexpr size_t kRememberedChanges = 1000;

  static bool Concerns(const access::RightsChange& change, const Entry& entry) {
    if (entry.version >= change.version) return false;
    return change.caller.empty() ? entry.caller.role == change.role : entry.caller.name == change.caller;
  }

  Mutex mutex_;
  std::map<QueryId, std::shared_ptr<Entry>> entries_ LAKE_GUARDED_BY(mutex_);
  std::deque<access::RightsChange> changes_ LAKE_GUARDED_BY(mutex_);
};

/// Holds a slot and a place in the registry for as long as it lives.
class Ticket {
 public:
  Ticket(Admission& admission, Registry& registry, std::shared_ptr<Entry> entry)
      : admission_(admission), registry_(registry), entry_(std::move(entry)) {
    registry_.Add(entry_);
  }
  ~Ticket() {
    registry_.Remove(entry_->id);
    admission_.Release();
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  Entry& entry() { return *entry_; }
  Registry& registry() { return registry_; }

 private:
  Admission& admission_;
  Registry& registry_;
  std::shared_ptr<Entry> entry_;
};

class RunningStatement final : public RunningQuery {
 public:
  RunningStatement(std::unique_ptr<Ticket> ticket, CancelRegistration from_request, catalog::Version version,
                   std::unique_ptr<engine::Session> session, std::unique_ptr<engine::ResultStream> rows)
      : ticket_(std::move(ticket)),
        from_request_(std::move(from_request)),
        version_(version),
        session_(std::move(session)),
        rows_(std::move(rows)) {
    ticket_->registry().SetSession(ticket_->entry(), session_.get());
  }
  ~RunningStatement() override { ticket_->registry().SetSession(ticket_->entry(), nullptr); }

  const QueryId& id() const override { return ticket_->entry().id; }
  catalog::Version version() const override { return version_; }
  engine::ResultStream& rows() override { return *rows_; }

 private:
  // In this order: the rows go before their session, the slot is given back last.
  std::unique_ptr<Ticket> ticket_;
  CancelRegistration from_request_;
  catalog::Version version_;
  std::unique_ptr<engine::Session> session_;
  std::unique_ptr<engine::ResultStream> rows_;
};

class Service final : public QueryService {
 public:
  Service(engine::Engine& engine, const storage::BucketRegistry& buckets, const access::HashKeys& hash_keys,
          Clock& clock, RandomSource& random, QueryLimits limits)
      : engine_(engine),
        buckets_(buckets),
        hash_keys_(hash_keys),
        clock_(clock),
        random_(random),
        limits_(limits),
        admission_({.max_running = limits.max_running, .max_waiting = limits.max_waiting}) {}

  Result<std::unique_ptr<RunningQuery>> Start(const access::Request& request, QueryRequest query) override {
    LAKE_ASSIGN_OR_RETURN(Admitted admitted, Admit(request, query));
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<engine::ResultStream> rows,
                          admitted.session->Execute(admitted.tree, query.parameters));
    return std::make_unique<RunningStatement>(std::move(admitted.ticket), std::move(admitted.from_request),
                                              request.snapshot->version(), std::move(admitted.session),
                                              std::move(rows));
  }

  Result<QueryPlan> Explain(const access::Request& request, QueryRequest query) override {
    LAKE_ASSIGN_OR_RETURN(Admitted admitted, Admit(request, query));
    LAKE_ASSIGN_OR_RETURN(engine::StatementPlan plan,
                          admitted.session->Explain(admitted.tree, query.parameters));
    QueryPlan shown = {.version = request.snapshot->version(),
                       .columns = std::move(plan.columns),
                       .view = PlanViewFor(request),
                       .root = std::move(plan.root)};
    if (shown.view == QueryPlan::View::kEngine) return shown;
    // The tree that ran has relations in the place of tables; what may be seen is made from the text alone.
    LAKE_ASSIGN_OR_RETURN(const engine::SelectTree written, engine_.Parse(request.context, query.sql));
    shown.root = OutlineStatement(written);
    return shown;
  }

  Status Cancel(const access::Request& request, const QueryId& id) override {
    std::shared_ptr<Entry> entry = registry_.Find(id);
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
  /// A statement with its slot, checked and rewritten. In this order: the session goes first, the slot is
  /// given back last.
  struct Admitted {
    std::unique_ptr<Ticket> ticket;
    CancelRegistration from_request;
    engine::SelectTree tree;
    std::unique_ptr<engine::Session> session;
  };

  Result<Admitted> Admit(const access::Request& request, const QueryRequest& query) {
    LAKE_RETURN_IF_ERROR(CheckSize(query));
    LAKE_RETURN_IF_ERROR(admission_.Acquire(request.context));
    const Timestamp now = clock_.Now();
    auto entry = std::make_shared<Entry>();
    entry->id = QueryId(random_.NextUuid(now.micros / 1000));
    entry->caller = request.caller;
    entry->version = request.snapshot->version();
    entry->started_at = now;
    auto ticket = std::make_unique<Ticket>(admission_, registry_, entry);

    // The query has its own token, so that it can be cancelled by id; the request's token passes through to
    // it.
    Context context = request.context;
    context.cancel = entry->cancel.token();
    CancelRegistration from_request =
        request.context.cancel.OnCancel([cancel = entry->cancel, token = request.context.cancel]() mutable {
          cancel.Cancel(token.error().reason());
        });

    LAKE_ASSIGN_OR_RETURN(engine::SelectTree tree, engine_.Parse(context, query.sql));
    LAKE_RETURN_IF_ERROR(CheckStatement(
        tree.root, {.max_tree_nodes = limits_.max_tree_nodes, .max_tables = limits_.max_tables}));
    LAKE_ASSIGN_OR_RETURN(
        CompiledStatement compiled,
        CompileRelations({.context = context, .engine = engine_, .buckets = buckets_, .request = request},
                         tree.root));
    compiled.read_set.SetHashKey(hash_keys_.current());
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<engine::Session> session,
                          engine_.StartSession(context, std::move(compiled.read_set)));
    return Admitted{std::move(ticket), std::move(from_request), std::move(tree), std::move(session)};
  }

  static bool MaySee(const access::Request& request, const std::string& caller) {
    return request.caller.name == caller || request.Has(access::Permission::kAdmin);
  }

  Status CheckSize(const QueryRequest& query) const {
    if (query.sql.size() > limits_.max_statement_bytes)
      return InvalidArgument("statement_too_large", "the statement has {} bytes; at most {} are allowed",
                             query.sql.size(), limits_.max_statement_bytes);
    if (query.parameters.size() > limits_.max_parameters)
      return InvalidArgument("too_many_parameters", "{} parameters were given; at most {} are allowed",
                             query.parameters.size(), limits_.max_parameters);
    return {};
  }

  engine::Engine& engine_;
  const storage::BucketRegistry& buckets_;
  const access::HashKeys& hash_keys_;
  Clock& clock_;
  RandomSource& random_;
  const QueryLimits limits_;
  Admission admission_;
  mutable Registry registry_;
};

}  // namespace

std::unique_ptr<QueryService> QueryService::Make(engine::Engine& engine,
                                                 const storage::BucketRegistry& buckets,
                                                 const access::HashKeys& hash_keys, Clock& clock,
                                                 RandomSource& random, QueryLimits limits) {
  if (limits.max_running == 0) limits.max_running = std::max(2u, 2 * std::thread::hardware_concurrency());
  return std::make_unique<Service>(engine, buckets, hash_keys, clock, random, limits);
}

}  // namespace lake::query
