#include "append_log_objects.h"

#include <algorithm>
#include <charconv>

#include "lake/common/digest.h"

namespace lake::storage {
namespace {

constexpr size_t kSequenceDigits = 20;  // of 2^64 - 1, so that keys sort as numbers do
constexpr std::string_view kSuffix = ".jsonl";
constexpr std::string_view kMergedDirectory = "merged/";
constexpr size_t kPage = 1000;  // the most a store gives
// A read starts over when a compaction overtook it. Each costs several synced writes and a read mostly one
// list, so this many in a row mean that something else is wrong.
constexpr int kMaxReadAttempts = 32;

std::optional<uint64_t> TakeSequence(std::string_view* text) {
  uint64_t sequence = 0;
  if (text->size() < kSequenceDigits) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + kSequenceDigits, sequence);
  if (error != std::errc() || end != text->data() + kSequenceDigits) return std::nullopt;
  text->remove_prefix(kSequenceDigits);
  return sequence;
}

ObjectKey KnownKey(const std::string& text) { return ObjectKey::Parse(text).value(); }

bool ByFirst(const LogObject& left, const LogObject& right) {
  return left.first != right.first ? left.first < right.first : left.last > right.last;
}

/// Moves what a merged object covers to `superseded`.
void Supersede(LogListing* listing) {
  std::ranges::sort(listing->merged, ByFirst);
  std::ranges::sort(listing->batches, ByFirst);
  std::vector<LogObject> merged;
  const auto is_covered = [&](uint64_t from, uint64_t to) {
    return std::ranges::any_of(merged, [&](const LogObject& object) { return object.Covers(from, to); });
  };
  for (LogObject& object : listing->merged) {
    (is_covered(object.first, object.last) ? listing->superseded : merged).push_back(std::move(object));
  }
  std::vector<LogObject> batches;
  for (LogObject& batch : listing->batches) {
    (is_covered(batch.first, batch.first) ? listing->superseded : batches).push_back(std::move(batch));
  }
  listing->merged = std::move(merged);
  listing->batches = std::move(batches);
}

void AddContents(const ObjectKey& key, const LogObjectBody& body, LogContents* contents) {
  contents->records.insert(contents->records.end(), body.records.begin(), body.records.end());
  if (body.damaged.empty()) return;
  contents->skipped_lines += body.damaged.size();
  contents->warnings.push_back(fmt::format("{}: {} damaged lines skipped", key.text(), body.damaged.size()));
}

/// Sorts, and says what is there twice with different contents and what is missing.
void Arrange(LogContents* contents) {
  std::multimap<uint64_t, LogRecord> sorted;  // keeps the order of equals
  for (LogRecord& record : contents->records) {
    sorted.emplace_hint(sorted.end(), record.sequence, std::move(record));
  }
  contents->records.clear();
  uint64_t expected = 1;
  for (auto& [sequence, record] : sorted) {
    if (sequence == 0) {
      contents->records.push_back(std::move(record));
      continue;
    }
    if (sequence < expected) {
      if (record.payload == contents->records.back().payload) continue;
      ++contents->skipped_lines;
      contents->warnings.push_back(fmt::format("record {} is there twice; the second is skipped", sequence));
      continue;
    }
    if (sequence > expected) {
      contents->warnings.push_back(fmt::format("records {} to {} are missing", expected, sequence - 1));
    }
    expected = sequence + 1;
    contents->records.push_back(std::move(record));
  }
}

}  // namespace

uint64_t LastIntact(const LogObjectBody& body, uint64_t first) {
  uint64_t last = first;
  for (const LogRecord& record : body.records) last = std::max(last, record.sequence);
  return last;
}

Status AppendLogObjects::CheckPrefix(const std::string& prefix) {
  LAKE_RETURN_IF_ERROR(ObjectKey::Parse(prefix + std::string(kSuffix)));
  LAKE_RETURN_IF_ERROR(ObjectKey::Parse(prefix));
  const std::string longest = fmt::format("{}/{}{:020}-{:020}{}", prefix, kMergedDirectory, 0, 0, kSuffix);
  LAKE_RETURN_IF_ERROR(ObjectKey::Parse(longest));
  return {};
}

ObjectKey AppendLogObjects::BatchKey(uint64_t first) const {
  return KnownKey(fmt::format("{}/{:020}{}", prefix_, first, kSuffix));
}

ObjectKey AppendLogObjects::MergedKey(uint64_t first, uint64_t last) const {
  return KnownKey(fmt::format("{}/{}{:020}-{:020}{}", prefix_, kMergedDirectory, first, last, kSuffix));
}

std::optional<LogObject> AppendLogObjects::Classify(const ObjectInfo& info) const {
  LogObject object{.key = info.key, .kind = LogObjectKind::kEarlier, .size = info.size};
  std::string_view name = info.key.text();
  name.remove_prefix(prefix_.size() + 1);
  if (!name.ends_with(kSuffix)) return std::nullopt;  // not a log's
  const bool is_merged = name.starts_with(kMergedDirectory);
  std::string_view rest = name.substr(is_merged ? kMergedDirectory.size() : 0);
  const std::optional<uint64_t> first = TakeSequence(&rest);
  if (!is_merged) {
    if (!first.has_value() || rest != kSuffix) return object;
    object.kind = LogObjectKind::kBatch;
    object.first = *first;
    return object;
  }
  if (!first.has_value() || !rest.starts_with('-')) return std::nullopt;
  rest.remove_prefix(1);
  const std::optional<uint64_t> last = TakeSequence(&rest);
  if (!last.has_value() || rest != kSuffix || *last < *first) return std::nullopt;
  object.kind = LogObjectKind::kMerged;
  object.first = *first;
  object.last = *last;
  return object;
}

Status AppendLogObjects::ListBelow(const Context& context, const std::string& beginning,
                                   std::vector<LogObject>* objects) const {
  std::optional<std::string> after = "";
  while (after.has_value()) {
    LAKE_ASSIGN_OR_RETURN(
        const ObjectPage page,
        store_.List(context, {.prefix = beginning, .delimiter = "/", .after = *after, .limit = kPage}));
    for (const ObjectInfo& info : page.objects) {
      if (std::optional<LogObject> object = Classify(info)) objects->push_back(*std::move(object));
    }
    after = page.next_after;
  }
  return {};
}

Result<std::vector<LogObject>> AppendLogObjects::ListMerged(const Context& context) const {
  std::vector<LogObject> merged;
  LAKE_RETURN_IF_ERROR(ListBelow(context, fmt::format("{}/{}", prefix_, kMergedDirectory), &merged));
  return merged;
}

Result<LogListing> AppendLogObjects::List(const Context& context) const {
  LogListing listing;
  const ObjectKey single_file = KnownKey(prefix_ + std::string(kSuffix));
  Result<ObjectInfo> single = store_.Head(context, single_file);
  if (!single.ok() && !single.error().Is(ErrorCode::kNotFound)) return std::move(single).error();
  if (single.ok()) {
    listing.earlier.push_back({.key = single_file, .kind = LogObjectKind::kEarlier, .size = single->size});
  }
  std::vector<LogObject> objects;
  LAKE_RETURN_IF_ERROR(ListBelow(context, prefix_ + "/", &objects));
  // After the batches: whoever deletes a batch has put the merged object before.
  LAKE_ASSIGN_OR_RETURN(listing.merged, ListMerged(context));
  for (LogObject& object : objects) {
    (object.kind == LogObjectKind::kBatch ? listing.batches : listing.earlier).push_back(std::move(object));
  }
  Supersede(&listing);
  return listing;
}

Result<AppendLogObjects::Loaded> AppendLogObjects::Load(const Context& context, const ObjectKey& key) const {
  LAKE_ASSIGN_OR_RETURN(const std::string bytes, store_.Get(context, key, ByteRange{}));
  LAKE_ASSIGN_OR_RETURN(LogObjectBody body, DecodeLogObject(bytes));
  return Loaded{.body = std::move(body), .identity = {.key = key.text(), .checksum = Crc32c(bytes, 0)}};
}

Status AppendLogObjects::LoadMissing(const Context& context, const std::vector<LogObject>& objects,
                                     LoadedObjects* loaded) const {
  for (const LogObject& object : objects) {
    // Objects are written once, so what an earlier attempt loaded is still right; single files are not.
    if (object.kind != LogObjectKind::kEarlier && loaded->contains(object.key)) continue;
    LAKE_ASSIGN_OR_RETURN(Loaded now, Load(context, object.key));
    loaded->insert_or_assign(object.key, std::move(now));
  }
  return {};
}

/// Nothing when a compaction changed the objects meanwhile.
Result<std::optional<LogContents>> AppendLogObjects::TryReadAll(const Context& context,
                                                                LoadedObjects* loaded) const {
  LAKE_ASSIGN_OR_RETURN(LogListing listing, List(context));
  Status read = LoadMissing(context, listing.merged, loaded);
  if (read.ok()) read = LoadMissing(context, listing.batches, loaded);
  if (read.ok()) read = LoadMissing(context, listing.earlier, loaded);
  if (!read.ok() && read.error().Is(ErrorCode::kNotFound)) return std::optional<LogContents>();
  LAKE_RETURN_IF_ERROR(std::move(read));
  // A list is no snapshot: what was deleted while it ran shows as a merged object that it did not see.
  LAKE_ASSIGN_OR_RETURN(const std::vector<LogObject> merged_now, ListMerged(context));
  LogListing now{.merged = merged_now};
  Supersede(&now);
  if (!std::ranges::equal(now.merged, listing.merged, {}, &LogObject::key, &LogObject::key)) {
    return std::optional<LogContents>();
  }

  LogContents contents;
  std::vector<ReplacedObject> replaced;
  for (const LogObject& object : listing.merged) {
    const LogObjectBody& body = loaded->at(object.key).body;
    AddContents(object.key, body, &contents);
    replaced.insert(replaced.end(), body.replaces.begin(), body.replaces.end());
  }
  for (const LogObject& object : listing.earlier) {
    const Loaded& earlier = loaded->at(object.key);
    const bool is_leftover = std::ranges::find(replaced, earlier.identity) != replaced.end();
    if (!is_leftover) AddContents(object.key, earlier.body, &contents);
  }
  for (const LogObject& object : listing.batches) {
    AddContents(object.key, loaded->at(object.key).body, &contents);
  }
  Arrange(&contents);
  return std::optional(std::move(contents));
}

Result<LogContents> AppendLogObjects::ReadAll(const Context& context) const {
  LoadedObjects loaded;
  for (int attempt = 0; attempt < kMaxReadAttempts; ++attempt) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(std::optional<LogContents> contents, TryReadAll(context, &loaded));
    if (contents.has_value()) return *std::move(contents);
  }
  return Unavailable("log_changing", "the log was compacted again and again while it was read");
}

}  // namespace lake::storage
