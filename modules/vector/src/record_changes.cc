#include "record_changes.h"

#include <utility>

#include "lake/common/fold.h"
#include "lake/common/json_io.h"

namespace lake::vector {
namespace {

constexpr int kMaxRecordAttempts = 10;

}  // namespace

Status PutIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& operation,
                      const std::string& actor, const IndexRecord& record, uint64_t expected_version) {
  catalog::Transaction transaction;
  transaction.operation = operation;
  transaction.actor = actor;
  transaction.actions.emplace_back(catalog::PutEntity{.kind = std::string(kIndexKind),
                                                      .id = Fold(record.name),
                                                      .expected_version = expected_version,
                                                      .document = ToJson(record)});
  LAKE_RETURN_IF_ERROR(catalog.Commit(context, std::move(transaction)));
  return {};
}

Status ChangeIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& operation,
                         const std::string& actor, std::string_view name, const RecordChange& change) {
  for (int attempt = 1;; ++attempt) {
    const catalog::SnapshotRef snapshot = catalog.snapshot();
    LAKE_ASSIGN_OR_RETURN(IndexRecord record, FindIndexRecord(*snapshot, name));
    LAKE_RETURN_IF_ERROR(change(record));
    const uint64_t version = snapshot->FindEntity(kIndexKind, Fold(name))->version;
    Status put = PutIndexRecord(catalog, context, operation, actor, record, version);
    // Somebody else was quicker: the change is made to what they left.
    if (put.ok() || !put.error().Is(ErrorCode::kAborted) || attempt == kMaxRecordAttempts) return put;
  }
}

Status DeleteIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& actor,
                         std::string_view name, uint64_t expected_version) {
  catalog::Transaction transaction;
  transaction.operation = "drop_index";
  transaction.actor = actor;
  transaction.actions.emplace_back(catalog::DeleteEntity{
      .kind = std::string(kIndexKind), .id = Fold(name), .expected_version = expected_version});
  LAKE_RETURN_IF_ERROR(catalog.Commit(context, std::move(transaction)));
  return {};
}

Result<IndexRecord> TakeIndexRecord(catalog::Catalog& catalog, const Context& context,
                                    const std::string& actor, std::string_view name) {
  for (int attempt = 1;; ++attempt) {
    const catalog::SnapshotRef snapshot = catalog.snapshot();
    LAKE_ASSIGN_OR_RETURN(IndexRecord record, FindIndexRecord(*snapshot, name));
    const uint64_t version = snapshot->FindEntity(kIndexKind, Fold(name))->version;
    Status gone = DeleteIndexRecord(catalog, context, actor, name, version);
    if (gone.ok()) return record;
    if (!gone.error().Is(ErrorCode::kAborted) || attempt == kMaxRecordAttempts)
      return std::move(gone).error();
  }
}

}  // namespace lake::vector
