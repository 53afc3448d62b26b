// Files come and go; what is gone stays for readers of earlier versions.
#include <algorithm>
#include <string_view>
#include <vector>

#include "entry_applier.h"

namespace lake::catalog {
namespace {

/// Sorted, to look up each of a dataset's many files among an action's few.
std::vector<std::string_view> SortedIds(const std::vector<FileId>& files) {
  std::vector<std::string_view> ids(files.size());
  std::ranges::transform(files, ids.begin(), &FileId::value);
  std::ranges::sort(ids);
  return ids;
}

}  // namespace

void EntryApplier::Count(const Dataset& dataset, const DataFile& file, Direction direction) {
  const auto sign = static_cast<int64_t>(direction);
  Tally& tally = tallies_[dataset.id.value()];
  tally.bytes += sign * static_cast<int64_t>(file.bytes);
  // The rows of a delete file are rows that go.
  tally.rows += (file.kind == FileKind::kDelete ? -sign : sign) * static_cast<int64_t>(file.rows);
}

void EntryApplier::Remove(const Dataset& dataset, std::shared_ptr<const DataFile>& file) {
  auto removed = std::make_shared<DataFile>(*file);
  removed->removed = stamp_.version;
  Count(dataset, *file, Direction::kRemoved);
  file = std::move(removed);
}

Status EntryApplier::operator()(const AddFiles& action) {
  LAKE_ASSIGN_OR_RETURN(Dataset * dataset, EditLive(action.dataset));
  std::vector<FileId> added;
  for (const DataFile& file : action.files) {
    if (file.schema_id > dataset->schema().id)
      return InvalidArgument("bad_file",
                             "file '{}' was written with schema {}, which dataset '{}' does not have",
                             file.id.value(), file.schema_id, dataset->name);
    added.push_back(file.id);
  }
  const std::vector<std::string_view> ids = SortedIds(added);
  for (const auto& file : dataset->files)
    if (std::ranges::binary_search(ids, std::string_view(file->id.value())))
      return Aborted("conflict", "dataset '{}' has or had a file '{}'", dataset->name, file->id.value());
  for (const DataFile& file : action.files) {
    auto copy = std::make_shared<DataFile>(file);
    copy->sequence = dataset->next_sequence++;
    copy->added = stamp_.version;
    copy->removed.reset();
    Count(*dataset, *copy, Direction::kAdded);
    dataset->files.push_back(std::move(copy));
  }
  return {};
}

Status EntryApplier::operator()(const RemoveFiles& action) {
  LAKE_ASSIGN_OR_RETURN(Dataset * dataset, EditLive(action.dataset));
  const std::vector<std::string_view> ids = SortedIds(action.files);
  size_t found = 0;
  for (auto& file : dataset->files) {
    if (file->removed || !std::ranges::binary_search(ids, std::string_view(file->id.value()))) continue;
    Remove(*dataset, file);
    ++found;
  }
  if (found == ids.size()) return {};
  return Aborted("conflict", "{} of the {} files to remove from dataset '{}' are not live any more",
                 ids.size() - found, ids.size(), dataset->name);
}

Status EntryApplier::operator()(const RemoveAllFiles& action) {
  LAKE_ASSIGN_OR_RETURN(Dataset * dataset, EditLive(action.dataset));
  for (auto& file : dataset->files)
    if (!file->removed) Remove(*dataset, file);
  return {};
}

}  // namespace lake::catalog
