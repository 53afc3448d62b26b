// Reading checkpoints.
#include <algorithm>
#include <atomic>
#include <ranges>
#include <thread>

#include "checkpoint_keys.h"
#include "checkpoints.h"

namespace lake::catalog {
namespace {

constexpr size_t kLoadThreads =
    2;  // Parsing is the longer part; two cores are the smallest machine we serve.

/// The store has no answer now, which says nothing about the checkpoint.
bool IsTrouble(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kCancelled:
    case ErrorCode::kDeadlineExceeded:
    case ErrorCode::kUnavailable:
    case ErrorCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<std::shared_ptr<const State>> Checkpoints::Load(const Context& context, const CommitLog& commits) {
  const std::optional<Version> hint = ReadHint(context);
  LAKE_ASSIGN_OR_RETURN(std::vector<Version> candidates, ListVersions(context, hint.value_or(Version{})));
  if (hint) candidates.insert(candidates.begin(), *hint);
  LAKE_ASSIGN_OR_RETURN(auto state, LoadNewest(context, commits, candidates));
  if (state != nullptr || !hint) return state;
  // The hint was wrong or what it names is damaged: whatever lies before it.
  LAKE_ASSIGN_OR_RETURN(candidates, ListVersions(context, Version{}));
  std::erase_if(candidates, [&](Version version) { return version >= *hint; });
  return LoadNewest(context, commits, candidates);
}

Result<std::shared_ptr<const State>> Checkpoints::LoadNewest(const Context& context, const CommitLog& commits,
                                                             const std::vector<Version>& ascending) {
  for (const Version version : std::views::reverse(ascending)) {
    auto state = LoadOne(context, commits, version);
    if (state.ok()) return state;
    if (IsTrouble(state.error())) return state;
    // Directories outlive their root when later checkpoints share their shards: that is no news.
    if (!state.error().Is("no_root"))
      log_.Warning("catalog.checkpoint_unusable",
                   {{"version", version.number}, {"error", state.error().ToString()}});
  }
  return std::shared_ptr<const State>();
}

Result<std::shared_ptr<const State>> Checkpoints::LoadOne(const Context& context, const CommitLog& commits,
                                                          Version version) {
  const auto bytes = store_->Get(context, RootKey(version), storage::ByteRange{});
  if (!bytes.ok()) {
    if (bytes.error().Is(ErrorCode::kNotFound)) return NotFound("no_root", "there is no root");
    return bytes.error();
  }
  LAKE_ASSIGN_OR_RETURN(const CheckpointRoot root, DecodeRoot(*bytes));
  LAKE_ASSIGN_OR_RETURN(const auto commit, commits.Read(context, version));
  if (root.version != version.number || !commit || commit->commit_id != root.commit_id)
    return FailedPrecondition("foreign_checkpoint", "the log has no such commit");
  LAKE_ASSIGN_OR_RETURN(Shards shards, LoadShards(context, root.shards));
  last_ = {.version = version, .shards = shards, .locations = root.shards};
  {
    MutexLock lock(mutex_);
    next_version_ = version.number + every_;
  }
  return std::make_shared<const State>(
      Head{.version = version, .time = root.time, .commit_id = root.commit_id}, std::move(shards));
}

Result<Shards> Checkpoints::LoadShards(const Context& context,
                                       const std::vector<ShardLocation>& locations) const {
  const auto none = std::make_shared<const Shard>();
  std::vector<Result<std::shared_ptr<const Shard>>> loaded(locations.size(), none);
  std::atomic<size_t> next = 0;
  const auto load = [&] {
    for (size_t i = next++; i < locations.size(); i = next++)
      if (!locations[i].object.empty()) loaded[i] = LoadShard(context, i, locations[i]);
  };
  {
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < kLoadThreads; ++i) threads.emplace_back(load);
    load();
  }
  Shards shards;
  for (size_t i = 0; i < shards.size(); ++i) {
    LAKE_ASSIGN_OR_RETURN(shards[i], loaded[i]);
  }
  return shards;
}

Result<std::shared_ptr<const Shard>> Checkpoints::LoadShard(const Context& context, size_t index,
                                                            const ShardLocation& location) const {
  LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, storage::ObjectKey::Parse(location.object));
  LAKE_ASSIGN_OR_RETURN(const std::string bytes, store_->Get(context, key, storage::ByteRange{}));
  if (bytes.size() != location.bytes || ChecksumOf(bytes) != location.crc32c)
    return DataLoss("damaged", "{} is not what the root means", location.object);
  auto shard = DecodeShard(index, bytes);
  if (!shard.ok()) return Error(shard.error()).Within(location.object);
  return shard;
}

std::optional<Version> Checkpoints::ReadHint(const Context& context) const {
  const auto bytes = store_->Get(context, HintKey(), storage::ByteRange{});
  if (!bytes.ok()) return std::nullopt;
  const auto version = DecodeHint(*bytes);
  return version.ok() ? std::optional(*version) : std::nullopt;
}

Result<std::vector<Version>> Checkpoints::ListVersions(const Context& context, Version after) const {
  std::vector<Version> versions;
  storage::ListOptions options{
      .prefix = std::string(kCheckpointPrefix), .delimiter = "/", .after = DirectoryOf(after)};
  while (true) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store_->List(context, options));
    for (const std::string& directory : page.common_prefixes)
      if (const auto version = VersionOfKey(directory)) versions.push_back(*version);
    if (!page.next_after) return versions;
    options.after = *page.next_after;
  }
}

}  // namespace lake::catalog
