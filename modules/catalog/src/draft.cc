#include "draft.h"

#include <set>
#include <string_view>

#include "entry_applier.h"

namespace lake::catalog {
namespace {

Status CheckDependency(const Overlay& overlay, const ReadDependency& dependency) {
  const auto dataset = overlay.FindDataset(dependency.dataset);
  if (dataset == nullptr || dataset->dropped)
    return Aborted("conflict", "dataset {} does not exist any more", dependency.dataset.value());
  if (dependency.schema_id && *dependency.schema_id != dataset->schema().id)
    return Aborted("conflict", "dataset '{}' has schema {} now, not {}", dataset->name, dataset->schema().id,
                   *dependency.schema_id);
  if (dependency.files.empty()) return {};
  std::set<std::string_view> missing;
  for (const FileId& file : dependency.files) missing.insert(file.value());
  for (const auto& file : dataset->files)
    if (!file->removed) missing.erase(file->id.value());
  if (missing.empty()) return {};
  return Aborted("conflict", "{} files of dataset '{}' that were read are not live any more", missing.size(),
                 dataset->name);
}

}  // namespace

Result<std::optional<CommitOutcome>> Draft::Add(const Transaction& transaction, const EntityKinds& kinds) {
  if (const auto& key = transaction.idempotency_key) {
    LAKE_ASSIGN_OR_RETURN(std::optional<CommitOutcome> earlier,
                          OutcomeOf(overlay_.FindKey(*key).get(), transaction.request_fingerprint, time_));
    if (earlier) return earlier;
  }
  Status status = CheckReadSet(transaction);
  if (status.ok()) status = Apply(transaction, &kinds);
  if (!status.ok()) {
    overlay_.Discard();
    return std::move(status).error();
  }
  return std::optional<CommitOutcome>();
}

Status Draft::Replay(const Transaction& transaction) { return Apply(transaction, nullptr); }

Status Draft::CheckReadSet(const Transaction& transaction) const {
  for (const ReadDependency& dependency : transaction.read_set)
    LAKE_RETURN_IF_ERROR(CheckDependency(overlay_, dependency));
  return {};
}

Status Draft::Apply(const Transaction& transaction, const EntityKinds* kinds) {
  EntryApplier applier(
      overlay_,
      {.version = version_, .time = time_, .operation = transaction.operation, .actor = transaction.actor},
      kinds);
  for (const Action& action : transaction.actions) LAKE_RETURN_IF_ERROR(std::visit(applier, action));
  applier.RecordChanges();
  if (transaction.idempotency_key)
    overlay_.PutKey({.key = *transaction.idempotency_key,
                     .fingerprint = transaction.request_fingerprint,
                     .version = version_,
                     .time = time_,
                     .result = transaction.result});
  overlay_.Accept();
  ++entries_;
  return {};
}

std::shared_ptr<const State> Draft::MakeState(std::string commit_id) const {
  return overlay_.MakeState({.version = version_, .time = time_, .commit_id = std::move(commit_id)});
}

}  // namespace lake::catalog
