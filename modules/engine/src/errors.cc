#include "errors.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "session_state.h"

namespace lake::engine {
namespace {

using duckdb::ExceptionType;

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Parquet's reader reports damage as wrong input, in these words.
bool SaysFileDamaged(std::string_view message) {
  static constexpr auto kTexts = std::to_array<std::string_view>(
      {"No magic bytes found", "too small to be a Parquet file", "Footer length error",
       "ailed to read Parquet file", "Failed to read file", "footer length", "Malformed Parquet",
       "Parquet file", "corrupt", "Corrupt", "Incorrect stats size", "Mismatch in parquet read", "bitpack",
       "is encrypted", "is not encrypted"});
  return std::ranges::any_of(kTexts, [&](std::string_view text) { return Contains(message, text); });
}

Error Damaged(const duckdb::ErrorData& error) {
  return DataLoss("file_damaged", "a data file is damaged").WithCause(error.RawMessage());
}

Error Failed(const duckdb::ErrorData& error) {
  return Internal("engine_failed", "internal error").WithCause(error.RawMessage());
}

Error Positioned(Error error, const duckdb::ErrorData& from) {
  const auto position = from.ExtraInfo().find("position");
  if (position == from.ExtraInfo().end()) return error;
  return std::move(error).WithDetail("/sql", "at byte " + position->second);
}

Error OutOfMemory(const duckdb::ErrorData& error) {
  if (Contains(error.RawMessage(), "max_temp_directory_size"))
    return ResourceExhausted("spill_full", "the statement needs more disk space than it may use")
        .WithCause(error.RawMessage());
  return ResourceExhausted("query_out_of_memory", "the statement needs more memory than it may use")
      .WithCause(error.RawMessage());
}

/// The file system below DuckDB has recorded its own failures; what is left is the disk it spills to.
Error DiskFailed(const duckdb::ErrorData& error) {
  if (Contains(error.RawMessage(), "No space left"))
    return ResourceExhausted("spill_full", "the disk that statements spill to is full")
        .WithCause(error.RawMessage());
  return SaysFileDamaged(error.RawMessage()) ? Damaged(error) : Failed(error);
}

/// A fatal error of one statement ends all others of its instance; those may be tried again.
Error Fatal(const duckdb::ErrorData& error) {
  if (Contains(error.RawMessage(), "has been invalidated because of a previous fatal error"))
    return Unavailable("engine_restarted", "the SQL engine had to restart; try again")
        .WithCause(error.RawMessage());
  return Failed(error);
}

/// "CSV Error on Line: 7\nOriginal Line: …\nwhat is wrong": without the line itself, which is the user's
/// data.
std::optional<Error> CsvError(const duckdb::ErrorData& error) {
  constexpr std::string_view kStart = "CSV Error on Line: ";
  std::string_view raw = error.RawMessage();
  if (!raw.starts_with(kStart)) return std::nullopt;
  const std::string_view line =
      raw.substr(kStart.size(), raw.find_first_not_of("0123456789", kStart.size()) - kStart.size());
  const size_t original = raw.find("\nOriginal Line:");
  const size_t what = raw.find('\n', original == std::string_view::npos ? 0 : original + 1);
  std::string_view reason = what == std::string_view::npos ? "" : raw.substr(what + 1);
  reason = reason.substr(0, reason.find('\n'));
  return InvalidArgument("csv_error", "line {}: {}", line, CleanMessage(reason)).WithCause(std::string(raw));
}

Error FromType(const duckdb::ErrorData& error) {
  if (auto csv = CsvError(error)) return *std::move(csv);
  switch (error.Type()) {
    case ExceptionType::OUT_OF_MEMORY:
      return OutOfMemory(error);
    case ExceptionType::INTERRUPT:
      return Cancelled("interrupted", "the statement was stopped");
    case ExceptionType::PERMISSION:
      return PermissionDenied("not_permitted", "the statement asks for something that is not permitted")
          .WithCause(error.RawMessage());
    case ExceptionType::IO:
      return DiskFailed(error);
    case ExceptionType::SERIALIZATION:
      return Damaged(error);
    case ExceptionType::INVALID:  // No exception of DuckDB's own: Parquet's decoders and Thrift throw such.
      return Damaged(error);
    case ExceptionType::FATAL:
      return Fatal(error);
    case ExceptionType::INTERNAL:
    case ExceptionType::NULL_POINTER:
      return Failed(error);
    case ExceptionType::INVALID_INPUT:
      if (SaysFileDamaged(error.RawMessage())) return Damaged(error);
      break;
    default:
      break;
  }
  // What is left quotes values of the statement or of rows that its own expressions read. The row barrier
  // (row_barrier.h) keeps those expressions from rows that are hidden, so the caller may see what is quoted.
  return Positioned(InvalidArgument("sql_error", "{}", CleanMessage(error.RawMessage())), error);
}

/// Replaces each word that starts with `start` by `replacement`; a word ends at a blank or a quote.
void ReplaceWords(std::string_view start, std::string_view replacement, std::string* text) {
  for (size_t at = text->find(start); at != std::string::npos;
       at = text->find(start, at + replacement.size())) {
    const size_t end = text->find_first_of(" \t\n\"'`,;)", at);
    text->replace(at, end == std::string::npos ? end : end - at, replacement);
  }
}

bool IsWordByte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
         byte == '_';
}

/// The SQL type that DuckDB keeps in this form of number; the word itself when it is none.
std::string_view SqlTypeOf(std::string_view word) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {"INT8", "TINYINT"},   {"INT16", "SMALLINT"},   {"INT32", "INTEGER"},    {"INT64", "BIGINT"},
      {"INT128", "HUGEINT"}, {"UINT8", "UTINYINT"},   {"UINT16", "USMALLINT"}, {"UINT32", "UINTEGER"},
      {"UINT64", "UBIGINT"}, {"UINT128", "UHUGEINT"},
  };
  const auto found = std::ranges::find(kTypes, word, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(kTypes) ? word : found->second;
}

/// Types as people write them, outside quotes: what is quoted are names and values.
std::string WithSqlTypes(std::string_view message) {
  std::string text;
  for (size_t at = 0; at < message.size();) {
    size_t end = at;
    while (end < message.size() && IsWordByte(message[end])) ++end;
    text += SqlTypeOf(message.substr(at, end - at));
    if (end == message.size()) break;
    const bool in_word = end > at && message[end] == '\'';  // "can't"
    const bool opens = (message[end] == '\'' || message[end] == '"') && !in_word;
    const size_t close = opens ? message.find(message[end], end + 1) : std::string_view::npos;
    at = close == std::string_view::npos ? end + 1 : close + 1;
    text += message.substr(end, at - end);
  }
  return text;
}

}  // namespace

std::string CleanMessage(std::string_view message) {
  std::string text = WithSqlTypes(message);
  // Hints for people at DuckDB's own prompt follow the first line or a blank one.
  for (const std::string_view start :
       {"\nPossible solutions:", "\nPossible fixes:", "\nDid you mean \"lake_values"})
    if (const size_t hint = text.find(start); hint != std::string::npos) text.resize(hint);
  ReplaceWords("lake://", "(data file)", &text);
  ReplaceWords("lake_values_", "(values)", &text);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

Error TranslateError(const duckdb::ErrorData& error, const SessionState& session) {
  if (auto failure = session.failure();
      failure && (error.Type() == ExceptionType::IO || error.Type() == ExceptionType::PERMISSION))
    return *std::move(failure);
  if (error.Type() == ExceptionType::INVALID && session.read_set().scans().empty()) return Failed(error);
  if (error.Type() == ExceptionType::INTERRUPT) {
    if (auto alive = session.context().CheckAlive(); !alive.ok()) return std::move(alive).error();
    if (const auto cause = session.worker_failure(); cause && cause->Type() != ExceptionType::INTERRUPT)
      return TranslateError(*cause, session);
  }
  return FromType(error);
}

Error TranslateError(const duckdb::ErrorData& error) { return FromType(error); }

}  // namespace lake::engine
