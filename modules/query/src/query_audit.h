// The audit of one statement, from the attempt to its end.
#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <string_view>
#include <vector>

#include "lake/access/audit.h"
#include "lake/common/result.h"
#include "relation_compiler.h"

namespace lake::query {

/// One thread at a time. When it goes after Begin and without End, the statement was abandoned.
class QueryAudit {
 public:
  QueryAudit(access::AuditLog& log, access::AuditRecord record);
  ~QueryAudit();
  QueryAudit(const QueryAudit&) = delete;
  QueryAudit& operator=(const QueryAudit&) = delete;

  const access::AuditRecord& record() const { return record_; }
  /// What it reads, under which rules.
  void Reads(const std::vector<TableRead>& tables);
  /// It may run: the record is on its way to storage while the statement is planned.
  void Begin();
  /// Nothing of it may leave before. Error: unavailable/audit_not_written.
  Status WaitUntilDurable();
  /// It does not run. Gives `why` back when that is on record, else why it is not.
  Error Refuse(const Error& why);
  /// Once; `error` is a slug, empty when all went well.
  void End(uint64_t rows, std::string_view error);

 private:
  void Write(std::optional<uint64_t> rows, std::string_view error);

  access::AuditLog& log_;
  access::AuditRecord record_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::future<Status> durable_;
  enum class State { kAsked, kBegun, kEnded } state_ = State::kAsked;
};

}  // namespace lake::query
