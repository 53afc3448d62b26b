#include "local_list.h"

#include <algorithm>
#include <limits>

#include "list_options.h"
#include "local_names.h"

namespace lake::storage {
namespace {

constexpr size_t kAllEntries = std::numeric_limits<size_t>::max();
// Enough to meet a file in nearly every directory that has one.
constexpr size_t kFirstLook = 64;

/// "a/b/" → "a/b", the disk's name of a directory.
std::string DiskPath(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

class Walk {
 public:
  Walk(const Context& context, Disk& disk, const ListOptions& options)
      : context_(context), disk_(disk), options_(options) {}

  Result<ObjectPage> Run() {
    const size_t slash = options_.prefix.rfind('/');
    const std::string start =
        slash == std::string::npos ? std::string() : options_.prefix.substr(0, slash + 1);
    // What cannot be a key's beginning has no keys.
    if (!start.empty() && !ObjectKey::Parse(DiskPath(start)).ok()) return ObjectPage{};
    LAKE_RETURN_IF_ERROR(Visit(start));
    return std::move(page_);
  }

 private:
  /// A file by its key, a directory by its keys' common beginning, which ends with '/'. Sorting these texts
  /// and going down in that order gives the byte order of keys.
  struct Node {
    std::string text;
    bool is_directory() const { return text.ends_with('/'); }
    bool operator<(const Node& other) const { return text < other.text; }
  };

  Status Visit(const std::string& beginning);
  Status Emit(const Node& node);
  Status EmitObject(const std::string& text);
  Result<std::vector<Node>> Children(const std::string& beginning);
  Result<bool> HoldsObject(const std::string& beginning);

  /// `text` is below the directory that the prefix ends in, so a directory cannot lie above the prefix.
  bool MayMatter(const std::string& text) const {
    if (!text.starts_with(options_.prefix)) return false;
    const bool may_reach_beyond_after = text.ends_with('/') && !folds() && options_.after.starts_with(text);
    return may_reach_beyond_after || text > options_.after;
  }
  /// With a delimiter every directory below that one is a common prefix.
  bool folds() const { return !options_.delimiter.empty(); }
  bool full() const { return page_.objects.size() + page_.common_prefixes.size() == options_.limit; }
  /// True when the page has no room for `text`; the page then says where to go on.
  bool EndsBefore() {
    if (!full()) return false;
    page_.next_after = last_;
    return true;
  }

  const Context& context_;
  Disk& disk_;
  const ListOptions& options_;
  ObjectPage page_;
  std::string last_;
};

Status Walk::Visit(const std::string& beginning) {
  LAKE_RETURN_IF_ERROR(context_.CheckAlive());
  LAKE_ASSIGN_OR_RETURN(const std::vector<Node> nodes, Children(beginning));
  for (const Node& node : nodes) {
    if (page_.next_after.has_value()) return {};
    LAKE_RETURN_IF_ERROR(Emit(node));
  }
  return {};
}

Status Walk::Emit(const Node& node) {
  if (!node.is_directory()) return EmitObject(node.text);
  if (!folds()) return Visit(node.text);
  LAKE_ASSIGN_OR_RETURN(const bool holds_object, HoldsObject(node.text));
  if (!holds_object || EndsBefore()) return {};
  page_.common_prefixes.push_back(node.text);
  last_ = node.text;
  return {};
}

Status Walk::EmitObject(const std::string& text) {
  Result<ObjectKey> key = ObjectKey::Parse(text);
  if (!key.ok()) return {};  // a file that no store wrote
  Result<FileStatus> status = disk_.Stat(text);
  if (!status.ok() && status.error().Is(ErrorCode::kNotFound)) return {};  // deleted meanwhile
  if (!status.ok()) return std::move(status).error();
  if (status->kind != FileKind::kFile || EndsBefore()) return {};
  page_.objects.push_back(InfoOf(*std::move(key), *status));
  last_ = text;
  return {};
}

Result<std::vector<Walk::Node>> Walk::Children(const std::string& beginning) {
  std::vector<Node> nodes;
  if (beginning.size() >= ObjectKey::kMaxBytes) return nodes;
  Result<std::vector<DirectoryEntry>> entries = disk_.ListDirectory(DiskPath(beginning), kAllEntries);
  if (!entries.ok() && entries.error().Is(ErrorCode::kNotFound)) return nodes;
  if (!entries.ok()) return std::move(entries).error();
  for (const DirectoryEntry& entry : *entries) {
    if (entry.kind == FileKind::kOther || !ObjectKey::Parse(entry.name).ok()) continue;
    std::string text = beginning + entry.name + (entry.kind == FileKind::kDirectory ? "/" : "");
    if (MayMatter(text)) nodes.push_back({std::move(text)});
  }
  std::ranges::sort(nodes, std::less<Node>());
  return nodes;
}

Result<bool> Walk::HoldsObject(const std::string& beginning) {
  LAKE_RETURN_IF_ERROR(context_.CheckAlive());
  if (beginning.size() >= ObjectKey::kMaxBytes) return false;
  for (const size_t look : {kFirstLook, kAllEntries}) {
    Result<std::vector<DirectoryEntry>> entries = disk_.ListDirectory(DiskPath(beginning), look);
    if (!entries.ok() && entries.error().Is(ErrorCode::kNotFound)) return false;
    if (!entries.ok()) return std::move(entries).error();
    for (const DirectoryEntry& entry : *entries) {
      if (entry.kind == FileKind::kFile && ObjectKey::Parse(beginning + entry.name).ok()) return true;
    }
    if (look == kFirstLook && entries->size() == kFirstLook) continue;
    for (const DirectoryEntry& entry : *entries) {
      if (entry.kind != FileKind::kDirectory || !ObjectKey::Parse(entry.name).ok()) continue;
      LAKE_ASSIGN_OR_RETURN(const bool holds, HoldsObject(fmt::format("{}{}/", beginning, entry.name)));
      if (holds) return true;
    }
    return false;
  }
  return false;
}

}  // namespace

Result<ObjectPage> ListLocal(const Context& context, Disk& disk, const ListOptions& options) {
  LAKE_RETURN_IF_ERROR(CheckListOptions(options));
  return Walk(context, disk, options).Run();
}

}  // namespace lake::storage
