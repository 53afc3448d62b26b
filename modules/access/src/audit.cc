#include "lake/access/audit.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>
#include <variant>

#include "lake/common/json_io.h"
#include "lake/common/mutex.h"
#include "lake/common/worker_pool.h"
#include "lake/storage/append_log.h"

namespace lake::access {
namespace {

constexpr std::string_view kAuditPrefix = "_audit/";
/// Records that are written at once share an object; more threads make larger groups, not more of them.
constexpr size_t kWriters = 4;
constexpr size_t kMaxWaiting = 10'000;
/// One log an hour bounds what one page of the list has to read; its objects are merged now and then.
constexpr size_t kBatchesBetweenCompactions = 256;
constexpr std::chrono::milliseconds kWriteTimeout{10'000};
constexpr size_t kOpenLogs = 2;  // The hour that is, and the one before it.

struct AuditLine {
  std::variant<AuditRecord, AuditEnd> line;
};

/// The beginning of a long statement, without half a character at its end.
AuditRecord Shortened(AuditRecord record) {
  std::string& text = record.statement;
  if (text.size() <= kAuditedStatementBytes) return record;
  size_t end = kAuditedStatementBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return record;
}

/// "2026-11-21T18" of a time.
std::string HourOf(Timestamp time) { return FormatTimestamp(time).substr(0, 13); }

/// When a UUID version 7 was made.
Result<Timestamp> TimeOfId(std::string_view id) {
  std::string digits;
  for (const char c : id)
    if (c != '-' && digits.size() < 12) digits.push_back(c);
  int64_t millis = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), millis, 16);
  if (digits.size() < 12 || error != std::errc() || end != digits.data() + digits.size())
    return InvalidArgument("bad_page_token", "the page token is not one of this list");
  return Timestamp{millis * 1000};
}

bool Matches(const AuditRecord& record, const AuditQuery& query) {
  if (!query.before.empty() && record.id >= query.before) return false;
  if (query.caller && record.caller != *query.caller) return false;
  if (query.decision && record.decision != *query.decision) return false;
  return !query.dataset || std::ranges::any_of(record.tables, [&](const AuditedTable& table) {
    return table.dataset == *query.dataset;
  });
}

}  // namespace
}  // namespace lake::access

template <>
struct lake::Describe<lake::access::AuditLine> {
  using T = lake::access::AuditLine;
  static constexpr auto kFields =
      std::tuple{Required("audit", &T::line, "The beginning or the end of a query.")};
};

namespace lake::access {
namespace {

/// The records of one hour, newest first.
std::vector<AuditRecord> Merge(const storage::LogContents& contents) {
  std::map<std::string, AuditRecord, std::greater<>> records;
  std::vector<AuditEnd> ends;
  for (const storage::LogRecord& stored : contents.records) {
    Result<AuditLine> line = ReadJson<AuditLine>(stored.payload, Reading::kTolerant);
    if (!line.ok()) continue;  // Of a later version.
    if (auto* end = std::get_if<AuditEnd>(&line->line)) {
      ends.push_back(std::move(*end));
    } else {
      auto& record = std::get<AuditRecord>(line->line);
      records.insert_or_assign(record.id, std::move(record));
    }
  }
  for (AuditEnd& end : ends)
    if (const auto found = records.find(end.id); found != records.end()) {
      found->second.rows = end.rows;
      found->second.elapsed_ms = end.elapsed_ms;
      if (end.error) found->second.error = std::move(end.error);
    }
  std::vector<AuditRecord> merged;
  merged.reserve(records.size());
  for (auto& [id, record] : records) merged.push_back(std::move(record));
  return merged;
}

class StoredAuditLog final : public AuditLog {
 public:
  StoredAuditLog(storage::ObjectStore& store, Log& log)
      : store_(store), log_(log), pool_({.name = "audit", .threads = kWriters, .queue_limit = kMaxWaiting}) {}

  ~StoredAuditLog() override { pool_.Shutdown(); }

  std::future<Status> Begin(const AuditRecord& record) override {
    auto done = std::make_shared<std::promise<Status>>();
    std::future<Status> written = done->get_future();
    Status submitted = pool_.Submit(
        [this, done, hour = HourOf(record.time), text = WriteJson(AuditLine{Shortened(record)})] {
          done->set_value(Write(hour, text));
        });
    if (!submitted.ok()) done->set_value(NotWritten(submitted.error()));
    return written;
  }

  void End(const AuditEnd& end) override {
    Status submitted = pool_.Submit([this, hour = HourOf(end.time), text = WriteJson(AuditLine{end})] {
      if (Status written = Write(hour, text); !written.ok()) Complain(written.error());
    });
    if (!submitted.ok()) Complain(submitted.error());
  }

  Result<std::vector<AuditRecord>> Read(const Context& context, const AuditQuery& query,
                                        size_t limit) override {
    std::string newest = "~";
    if (!query.before.empty()) {
      LAKE_ASSIGN_OR_RETURN(const Timestamp time, TimeOfId(query.before));
      newest = HourOf(time);
    }
    LAKE_ASSIGN_OR_RETURN(std::vector<std::string> hours, Hours(context));
    std::vector<AuditRecord> found;
    for (auto hour = hours.rbegin(); hour != hours.rend() && found.size() < limit; ++hour) {
      if (*hour > newest) continue;
      LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::AppendLog> log, LogOf(context, *hour));
      LAKE_ASSIGN_OR_RETURN(const storage::LogContents contents, log->ReadAll(context));
      for (AuditRecord& record : Merge(contents))
        if (found.size() < limit && Matches(record, query)) found.push_back(std::move(record));
    }
    return found;
  }

 private:
  static Error NotWritten(const Error& cause) {
    return Unavailable("audit_not_written", "the audit log cannot be written, so nothing is read")
        .WithCause(cause.ToString());
  }

  void Complain(const Error& error) { log_.Failure("audit_end_not_written", {{"error", error.ToString()}}); }

  Status Write(const std::string& hour, const std::string& text) {
    Context context;
    context.deadline = Deadline::After(kWriteTimeout);
    Result<std::shared_ptr<storage::AppendLog>> log = LogOf(context, hour);
    if (!log.ok()) return NotWritten(log.error());
    Result<uint64_t> sequence = (*log)->Append(context, text);
    return sequence.ok() ? Status() : Status(NotWritten(sequence.error()));
  }

  /// Hours with records, ascending.
  Result<std::vector<std::string>> Hours(const Context& context) {
    std::vector<std::string> hours;
    storage::ListOptions options = {.prefix = std::string(kAuditPrefix), .delimiter = "/", .after = {}};
    for (;;) {
      LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store_.List(context, options));
      for (const std::string& prefix : page.common_prefixes)
        hours.push_back(prefix.substr(kAuditPrefix.size(), prefix.size() - kAuditPrefix.size() - 1));
      if (!page.next_after) return hours;
      options.after = *page.next_after;
    }
  }

  /// Under a lock while it opens: two writers of one log would get in each other's way.
  Result<std::shared_ptr<storage::AppendLog>> LogOf(const Context& context, const std::string& hour)
      LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (const auto found = open_.find(hour); found != open_.end()) return found->second;
    LAKE_ASSIGN_OR_RETURN(std::shared_ptr<storage::AppendLog> log,
                          storage::AppendLog::Open(context, store_,
                                                   {.prefix = std::string(kAuditPrefix) + hour,
                                                    .compaction_threshold = kBatchesBetweenCompactions}));
    open_.emplace(hour, log);
    // Only what nobody holds may go: there is never a second writer of one log.
    for (auto oldest = open_.begin(); oldest != open_.end() && open_.size() > kOpenLogs;)
      oldest = oldest->second.use_count() == 1 ? open_.erase(oldest) : std::next(oldest);
    return log;
  }

  storage::ObjectStore& store_;
  Log& log_;
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<storage::AppendLog>> open_ LAKE_GUARDED_BY(mutex_);
  WorkerPool pool_;  // Last: its tasks use the rest.
};

}  // namespace

std::unique_ptr<AuditLog> AuditLog::Make(storage::ObjectStore& store, Log& log) {
  return std::make_unique<StoredAuditLog>(store, log);
}

}  // namespace lake::access
