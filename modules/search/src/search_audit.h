// The audit of one search: on record before an answer leaves.
#pragma once

#include <chrono>
#include <future>
#include <string>

#include "lake/access/audit.h"
#include "lake/access/decision.h"
#include "lake/common/clock.h"
#include "lake/common/random.h"
#include "lake/search/search_service.h"

namespace lake::search {

/// One thread. When it goes without End, the search ended in an error nobody named.
class SearchAudit {
 public:
  SearchAudit(const SearchParts& parts, const access::Request& request, const SearchRequest& wanted);

  /// What it reads, under which rules.
  void Reads(const access::Request& request, const catalog::Dataset& dataset,
             const access::Decision& decision);
  /// Durable on ok. Gives `answer` back, or why it is not on record.
  Result<SearchAnswer> Conclude(Result<SearchAnswer> answer);

 private:
  access::AuditLog& log_;
  access::AuditRecord record_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace lake::search
