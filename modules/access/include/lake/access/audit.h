// The audit log: one record for every statement somebody ran or was refused — who, what, which tables and
// columns under which rules, when, and what came of it. Layout: docs/formats/audit-log.md.
//
// A record is durable before the first row of the statement leaves, so no row is read without one. How many
// rows there were is added when the statement ends; a server that is killed in between leaves it out.
#pragma once

#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/context.h"
#include "lake/common/describe.h"
#include "lake/common/log.h"
#include "lake/common/result.h"
#include "lake/storage/object_store.h"

namespace lake::access {

enum class AuditDecision {
  kAllowed,
  kDenied,   ///< The caller may not.
  kRefused,  ///< The statement could not be run, whoever asks.
};

struct AuditedTable {
  std::string dataset;
  uint64_t version = 0;                      ///< Catalog version that was read.
  std::map<std::string, std::string> rules;  ///< Columns that were not clear: "email": "hash".
  bool rows_filtered = false;
};

struct AuditRecord {
  std::string id;  ///< Of the query: a UUID version 7, so ids are in the order of time.
  Timestamp time;
  std::string caller;
  std::string role;
  std::string operation;  ///< "query", "explain", "search", "answer".
  std::string statement;  ///< Kept are at most kAuditedStatementBytes of it.
  std::vector<AuditedTable> tables;
  AuditDecision decision = AuditDecision::kAllowed;
  std::optional<std::string> error;  ///< Slug; also when it failed after it began.
  std::optional<uint64_t> rows;      ///< Sent; none while it runs, or when nobody knows.
  std::optional<double> elapsed_ms;
};

inline constexpr size_t kAuditedStatementBytes = 16u << 10;

/// What came of a statement whose record is there.
struct AuditEnd {
  std::string id;
  Timestamp time;                ///< Of the record, which it is kept with.
  std::optional<uint64_t> rows;  ///< Sent.
  double elapsed_ms = 0;
  std::optional<std::string> error;
};

struct AuditQuery {
  std::string before;  ///< An id: only earlier ones; empty: from the newest.
  std::optional<std::string> caller;
  std::optional<std::string> dataset;
  std::optional<AuditDecision> decision;
};

/// Any thread.
class AuditLog {
 public:
  /// The references must outlive the log.
  static std::unique_ptr<AuditLog> Make(storage::ObjectStore& store, Log& log);
  virtual ~AuditLog() = default;  ///< Writes what was handed over.

  /// Ok when the record is durable. Error: unavailable/audit_not_written. The writing goes on meanwhile.
  virtual std::future<Status> Begin(const AuditRecord& record) = 0;
  /// Written soon; a failure is only logged, for the rows have gone out already.
  virtual void End(const AuditEnd& end) = 0;
  /// Newest first, at most `limit`. Errors: those of the store.
  virtual Result<std::vector<AuditRecord>> Read(const Context& context, const AuditQuery& query,
                                                size_t limit) = 0;
};

}  // namespace lake::access

template <>
struct lake::DescribeEnum<lake::access::AuditDecision> {
  using D = lake::access::AuditDecision;
  static constexpr std::array kNames = {EnumName(D::kAllowed, "allowed"), EnumName(D::kDenied, "denied"),
                                        EnumName(D::kRefused, "refused")};
};
template <>
struct lake::Describe<lake::access::AuditedTable> {
  using T = lake::access::AuditedTable;
  static constexpr std::string_view kName = "AuditedTable";
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "Dataset name."),
                 Required("version", &T::version, "Catalog version that was read."),
                 Required("rules", &T::rules, "Columns that were not clear, with their rule."),
                 Required("rows_filtered", &T::rows_filtered, "Whether a row filter applied.")};
};
template <>
struct lake::Describe<lake::access::AuditEnd> {
  using T = lake::access::AuditEnd;
  static constexpr std::string_view kTag = "end";
  static constexpr auto kFields = std::tuple{
      Required("id", &T::id, "Query id."), Required("time", &T::time, "Of the record."),
      Optional("rows", &T::rows, "Rows sent."), Required("elapsed_ms", &T::elapsed_ms, "How long it took."),
      Optional("error", &T::error, "What went wrong.")};
};
template <>
struct lake::Describe<lake::access::AuditRecord> {
  using T = lake::access::AuditRecord;
  static constexpr std::string_view kTag = "begin";
  static constexpr std::string_view kName = "AuditRecord";
  static constexpr auto kFields = std::tuple{
      Required("id", &T::id, "Query id."),
      Required("time", &T::time, "When it was asked."),
      Required("caller", &T::caller, "Who asked."),
      Required("role", &T::role, "In which role."),
      Required("operation", &T::operation,
               "query, explain, search or answer: what was asked of the statement."),
      Required("statement", &T::statement, "What was asked; the beginning of a long one."),
      Required("tables", &T::tables, "What it reads, under which rules."),
      Required("decision", &T::decision, "Whether the caller might."),
      Optional("error", &T::error, "What went wrong."),
      Optional("rows", &T::rows, "Rows sent; absent while it runs, or when nobody knows.").NullWhenNone(),
      Optional("elapsed_ms", &T::elapsed_ms, "How long it took.").NullWhenNone()};
};
