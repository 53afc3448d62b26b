#include "commit_log.h"

#include <algorithm>

#include "backoff.h"
#include "lake/common/check.h"

namespace lake::catalog {
namespace {

using storage::ObjectKey;

constexpr std::string_view kPrefix = "_catalog/log/";
constexpr std::string_view kSuffix = ".json";

// A put whose outcome stays open after these is left open: each waits for a store that is in trouble.
constexpr size_t kMaxPuts = 4;

Error Locate(const Error& error, const ObjectKey& key) {
  if (error.Is("damaged"))
    return DataLoss("log_damaged", "the commit log object {} is damaged: {}", key.text(), error.message());
  return Error(error).Within(fmt::format("commit log object {}", key.text()));
}

bool IsLogName(std::string_view key) {
  if (key.size() != kPrefix.size() + kVersionDigits + kSuffix.size() || !key.ends_with(kSuffix)) return false;
  return std::ranges::all_of(key.substr(kPrefix.size(), kVersionDigits),
                             [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

ObjectKey CommitLog::KeyOf(Version version) {
  auto key = ObjectKey::Parse(fmt::format("{}{:020}{}", kPrefix, version.number, kSuffix));
  LAKE_CHECK(key.ok());
  return *key;
}

CommitLog::CreateOutcome CommitLog::Create(const Context& context, Version version,
                                           std::string_view commit_id, std::string_view bytes) {
  std::optional<Error> open_end;  // Set when this object may be there, or may still come.
  for (size_t attempt = 0; attempt < kMaxPuts; ++attempt) {
    if (attempt > 0) BackOff(random_, attempt);
    auto put = store_->Put(context, KeyOf(version), bytes, storage::IfAbsent{});
    if (put.ok()) return Committed{};
    const Error& why = put.error();
    if (why.Is("outcome_unknown") || why.Is("object_exists")) open_end = why;
    const auto holder = HolderOf(context, version, commit_id);
    if (holder.ok() && *holder == Holder::kAnother) return LostRace{};
    if (holder.ok() && *holder == Holder::kUs) {
      if (open_end) return Committed{};
      return Unknown{why};
    }
    if (!open_end) return Refused{why};
  }
  return Unknown{*open_end};
}

Result<CommitLog::Holder> CommitLog::HolderOf(const Context& context, Version version,
                                              std::string_view commit_id) const {
  LAKE_ASSIGN_OR_RETURN(const std::optional<CommitObject> commit, Read(context, version));
  if (!commit) return Holder::kNobody;
  return commit->commit_id == commit_id ? Holder::kUs : Holder::kAnother;
}

Result<std::optional<CommitObject>> CommitLog::Read(const Context& context, Version version) const {
  const ObjectKey key = KeyOf(version);
  const auto bytes = store_->Get(context, key, storage::ByteRange{});
  if (!bytes.ok()) {
    if (bytes.error().Is(ErrorCode::kNotFound)) return std::optional<CommitObject>();
    return Locate(bytes.error(), key);
  }
  auto commit = DecodeCommit(*bytes, version);
  if (!commit.ok()) return Locate(commit.error(), key);
  return std::optional(std::move(commit).value());
}

Result<bool> CommitLog::HasCommitAfter(const Context& context, Version version) const {
  storage::ListOptions options{
      .prefix = std::string(kPrefix), .delimiter = "", .after = KeyOf(version).text()};
  while (true) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store_->List(context, options));
    if (std::ranges::any_of(page.objects, [](const auto& object) { return IsLogName(object.key.text()); }))
      return true;
    if (!page.next_after) return false;
    options.after = *page.next_after;
  }
}

}  // namespace lake::catalog
