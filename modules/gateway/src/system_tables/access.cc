#include <string_view>
#include <vector>

#include "lake/access/audit.h"
#include "lake/access/key_service.h"
#include "lake/gateway/system_tables.h"
#include "lake/query/described_rows.h"

namespace lake::gateway {
namespace {

using access::AuditRecord;
using access::Key;
using access::Request;
using query::DescribedRows;

constexpr size_t kKeysAtOnce = 1000;

Status RequireAdmin(const Request& request, std::string_view table) {
  if (request.Has(access::Permission::kAdmin)) return {};
  return PermissionDenied("forbidden", "role '{}' may not read 'system.{}'", request.caller.role, table);
}

Status FillKeys(const access::KeyService& keys, const Request& request, DescribedRows<Key>& rows) {
  LAKE_RETURN_IF_ERROR(RequireAdmin(request, "keys"));
  for (access::KeyId after;;) {
    const std::vector<Key> more = keys.List(*request.snapshot, after, kKeysAtOnce);
    for (const Key& key : more) LAKE_RETURN_IF_ERROR(rows.Add(key));
    if (more.size() < kKeysAtOnce) return {};
    after = more.back().id;
  }
}

Status FillAudit(access::AuditLog& audit, const Request& request, DescribedRows<AuditRecord>& rows) {
  LAKE_RETURN_IF_ERROR(RequireAdmin(request, "audit"));
  LAKE_ASSIGN_OR_RETURN(const std::vector<AuditRecord> records,
                        audit.Read(request.context, {}, kMostAuditRows));
  for (const AuditRecord& record : records) LAKE_RETURN_IF_ERROR(rows.Add(record));
  return {};
}

}  // namespace

void AddAccessTables(query::RelationProviders& tables, const access::KeyService& keys,
                     access::AuditLog& audit) {
  tables.push_back(std::make_shared<query::DescribedRelation<Key>>(
      "keys",
      [&keys](const Request& request, DescribedRows<Key>& rows) { return FillKeys(keys, request, rows); }));
  tables.push_back(std::make_shared<query::DescribedRelation<AuditRecord>>(
      "audit", [&audit](const Request& request, DescribedRows<AuditRecord>& rows) {
        return FillAudit(audit, request, rows);
      }));
}

}  // namespace lake::gateway
