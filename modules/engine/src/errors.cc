#include "errors.h"

#include <array>

#include "session_state.h"

namespace lake::engine {
namespace {

using duckdb::ExceptionType;

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// DuckDB reports damage in a Parquet file under several types; these are the texts of its reader.
bool SaysFileDamaged(std::string_view message) {
  static constexpr auto kTexts = std::to_array<std::string_view>(
      {"No magic bytes found", "too small to be a Parquet file", "Footer length error",
       "Failed to read Parquet file", "Failed to read file", "TProtocolException", "Invalid Parquet",
       "Parquet file", "Corrupt", "corrupt", "Decompression failure", "ZSTD Decompression",
       "Snappy decompression", "Out of buffer", "malformed"});
  for (const std::string_view text : kTexts)
    if (Contains(message, text)) return true;
  return false;
}

Error Positioned(Error error, const duckdb::ErrorData& from) {
  const auto position = from.ExtraInfo().find("position");
  if (position == from.ExtraInfo().end()) return error;
  return std::move(error).WithDetail("/sql", "at byte " + position->second);
}

Error FromType(const duckdb::ErrorData& error) {
  const std::string& raw = error.RawMessage();
  switch (error.Type()) {
    case ExceptionType::OUT_OF_MEMORY:
      if (Contains(raw, "max_temp_directory_size"))
        return ResourceExhausted("spill_full", "the statement needs more disk space than it may use")
            .WithCause(raw);
      return ResourceExhausted("query_out_of_memory", "the statement needs more memory than it may use")
          .WithCause(raw);
    case ExceptionType::INTERRUPT:
      return Cancelled("interrupted", "the statement was stopped");
    case ExceptionType::PERMISSION:
      return PermissionDenied("not_permitted", "the statement asks for something that is not permitted")
          .WithCause(raw);
    case ExceptionType::IO:
    case ExceptionType::SERIALIZATION:
    case ExceptionType::INVALID_INPUT:
    case ExceptionType::INVALID:
      if (SaysFileDamaged(raw)) return DataLoss("file_damaged", "a data file is damaged").WithCause(raw);
      if (error.Type() == ExceptionType::INVALID_INPUT) break;
      return Internal("engine_failed", "internal error").WithCause(raw);
    case ExceptionType::FATAL:
    case ExceptionType::INTERNAL:
    case ExceptionType::NULL_POINTER:
      return Internal("engine_failed", "internal error").WithCause(raw);
    default:
      break;
  }
  return Positioned(InvalidArgument("sql_error", "{}", CleanMessage(raw)), error);
}

/// Replaces each word that starts with `start` by `replacement`; a word ends at a blank or a quote.
void ReplaceWords(std::string_view start, std::string_view replacement, std::string* text) {
  for (size_t at = text->find(start); at != std::string::npos;
       at = text->find(start, at + replacement.size())) {
    const size_t end = text->find_first_of(" \t\n\"'`,;)", at);
    text->replace(at, end == std::string::npos ? end : end - at, replacement);
  }
}

}  // namespace

std::string CleanMessage(std::string_view message) {
  std::string text(message);
  // Hints for people at DuckDB's own prompt follow the first line or a blank one.
  if (const size_t hint = text.find("\nPossible solutions:"); hint != std::string::npos) text.resize(hint);
  if (const size_t hint = text.find("\nDid you mean \"lake_values"); hint != std::string::npos)
    text.resize(hint);
  ReplaceWords("lake://", "(data file)", &text);
  ReplaceWords("lake_values_", "(values)", &text);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

Error TranslateError(const duckdb::ErrorData& error, const SessionState& session) {
  if (auto failure = session.failure();
      failure && (error.Type() == ExceptionType::IO || error.Type() == ExceptionType::PERMISSION))
    return *std::move(failure);
  if (error.Type() == ExceptionType::INTERRUPT) {
    if (auto alive = session.context().CheckAlive(); !alive.ok()) return std::move(alive).error();
  }
  return FromType(error);
}

Error TranslateError(const duckdb::ErrorData& error) { return FromType(error); }

}  // namespace lake::engine
