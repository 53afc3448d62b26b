// The lists of the API as tables that statements read: system.datasets, system.columns, system.files,
// system.versions, system.jobs, system.trials, system.promotions, system.keys, system.audit. What a caller
// sees in a list is what they see in the table, decided by the same functions; members are columns of the
// same name.
#pragma once

#include "lake/query/relation_provider.h"

namespace lake::access {
class AuditLog;
class KeyService;
}  // namespace lake::access
namespace lake::jobs {
class JobService;
}
namespace lake::tuning {
class TrialService;
}
namespace lake::vector {
class IndexService;
}

namespace lake::gateway {

/// Datasets, and their columns, files and versions, of the request's snapshot.
void AddDatasetTables(query::RelationProviders& tables);
/// The caller's own jobs; for administrators all. `jobs` must outlive the table.
void AddJobTable(query::RelationProviders& tables, const jobs::JobService& jobs);
/// The trials of the indexes that the caller may know of. The references must outlive the table.
void AddTrialTable(query::RelationProviders& tables, const vector::IndexService& indexes,
                   const tuning::TrialService& trials);
/// Keys and the newest kMostAuditRows of the audit log, for administrators: others get
/// permission_denied/forbidden. The references must outlive the tables.
void AddAccessTables(query::RelationProviders& tables, const access::KeyService& keys,
                     access::AuditLog& audit);

/// What is and was promoted for the indexes whose dataset the caller may know of. `indexes` must outlive the
/// table.
void AddPromotionTable(query::RelationProviders& tables, const vector::IndexService& indexes);

inline constexpr size_t kMostAuditRows = 10'000;

}  // namespace lake::gateway
