// User SQL: one SELECT in, the rows this caller may see at one snapshot out.
//
// The statement is parsed to a tree, checked by the gate, every table node is replaced by its relation
// (governed below everything the user wrote), and the tree is executed; the user's text never is.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lake/access/audit.h"
#include "lake/access/hash_key.h"
#include "lake/access/request.h"
#include "lake/access/rights_change.h"
#include "lake/catalog/version.h"
#include "lake/common/id.h"
#include "lake/common/json.h"
#include "lake/common/random.h"
#include "lake/engine/engine.h"
#include "lake/query/provided_function.h"
#include "lake/query/relation_provider.h"
#include "lake/storage/bucket_registry.h"

namespace lake::query {

using QueryId = Id<struct QueryTag>;

struct QueryLimits {
  size_t max_running = 0;   ///< 0 = twice the cores: slots divide the engine's memory.
  size_t max_waiting = 64;  ///< More get resource_exhausted/too_many_queries.
  uint64_t max_statement_bytes = 1u << 20;
  size_t max_parameters = 1000;
  uint64_t max_tree_nodes = 100'000;  ///< A statement after parsing; bounds rewriting.
  size_t max_tables = 256;            ///< Table references in one statement.
  std::chrono::milliseconds timeout{
      0};                    ///< From the start, waiting included; 0 = the request's deadline alone.
  uint64_t cache_bytes = 0;  ///< Of answers kept for those who ask the same again; 0 keeps none.
};

struct QueryRequest {
  std::string sql;
  std::vector<JsonValue> parameters;  ///< Bound to $1, $2… in order.
  /// One condition on the columns of a statement that has no WHERE: rows for which it fails or is not true
  /// are left out. It cannot say more than that (see row_filter.h). Error: invalid_argument/bad_condition.
  std::string condition;
  /// How the answer is written down, its limit included: an answer of the same form may be given again.
  /// Empty: the statement runs, and its answer is not kept.
  std::string form;
};

/// An answer written down, but for what tells of its own run.
struct KeptAnswer {
  std::string body;
  uint64_t rows = 0;
  bool truncated = false;  ///< By the limit in its form.
};

struct QueryEnd {
  uint64_t rows = 0;  ///< Sent.
  std::string error;  ///< Slug; empty when all went well.
};

/// One running query. Destroying it stops it. One thread at a time, except progress.
class RunningQuery {
 public:
  virtual ~RunningQuery() = default;
  virtual const QueryId& id() const = 0;
  virtual catalog::Version version() const = 0;  ///< Snapshot it reads.
  /// What was answered to the same question about the same content under the same rules; nothing runs then.
  /// Null otherwise.
  virtual std::shared_ptr<const KeptAnswer> kept() const = 0;
  virtual engine::ResultStream& rows() = 0;  ///< Not when there is a kept() answer.
  /// Largest body that Keep takes; 0 when the answer is not to be kept.
  virtual size_t keepable_bytes() const = 0;
  virtual void Keep(KeptAnswer answer) = 0;
  /// Gives back slot, session and memory, and takes the query off the list of running ones; rows() must not
  /// be used any more. Before the last bytes of an answer go out: who has all of it finds nothing running.
  virtual void EndRun() = 0;
  /// For the audit log, when the answer is over. A query that is destroyed without has been abandoned.
  virtual void Conclude(const QueryEnd& end) = 0;
};

/// How a statement would run. Nothing of it was run.
struct QueryPlan {
  catalog::Version version;                   ///< Snapshot it would read.
  std::vector<engine::ResultColumn> columns;  ///< Of the rows it would give.
  /// What the tree shows. kEngine: everything the engine knows, files and statistics too. kStatement: the
  /// operators that the caller's own text asks for, and nothing that is not in it.
  enum class View { kEngine, kStatement } view = View::kStatement;
  engine::PlanOperator root;
};

struct QueryInfo {
  QueryId id;
  std::string caller;
  Timestamp started_at;
  engine::StatementProgress progress;
};

/// What the service works with; all of it must outlive the service.
struct QueryParts {
  engine::Engine& engine;
  const storage::BucketRegistry& buckets;
  const access::HashKeys& hash_keys;
  access::AuditLog& audit;
  Clock& clock;
  RandomSource& random;
  RelationProviders relations;  ///< Names unlike each other; "queries" is the service's own.
  ProvidedFunctions functions = {};
};

class QueryService {
 public:
  static std::unique_ptr<QueryService> Make(const QueryParts& parts, QueryLimits limits);
  virtual ~QueryService() = default;

  /// Waits for a slot, then starts. Errors: those of Engine::Parse and Session::Execute;
  /// permission_denied/not_allowed_in_sql naming the function or construct; not_found/dataset_not_found and
  /// permission_denied/dataset_forbidden with position; not_found/system_table_not_found, and what the
  /// provider of a relation says; invalid_argument/bad_argument, resource_exhausted/calls_too_large and what
  /// a provided function says, with position; failed_precondition/row_filter_unusable;
  /// cancelled/rights_changed; resource_exhausted/too_many_queries; unavailable/audit_not_written.
  virtual Result<std::unique_ptr<RunningQuery>> Start(const access::Request& request, QueryRequest query) = 0;
  /// The plan of what Start would run, as far as the caller may see it (explain.h); provided functions are
  /// not asked for rows or vectors. Errors as Start's, but for those that show in answering such a call.
  virtual Result<QueryPlan> Explain(const access::Request& request, QueryRequest query) = 0;
  /// Stops a running query of the same caller (an admin: of anyone). Error: not_found/query_not_found.
  virtual Status Cancel(const access::Request& request, const QueryId& id) = 0;
  /// Stops what runs on rights that are gone, also what is only about to start: cancelled/rights_changed.
  /// Does not block.
  virtual void OnRightsChange(const access::RightsChange& change) = 0;
  /// Running queries the caller may see, oldest first.
  virtual std::vector<QueryInfo> Running(const access::Request& request) const = 0;
};

}  // namespace lake::query
