#include "early_look.h"

#include <utility>
#include <vector>

#include "cell_scan.h"
#include "lake/storage/memory_store.h"

namespace lake::ingest {
namespace {

bool HasLines(std::string_view text, size_t wanted) {
  size_t at = 0;
  for (size_t found = 0; found < wanted; ++found) {
    at = text.find('\n', at) + 1;
    if (at == 0) return false;
  }
  return true;
}

std::optional<engine::CsvDialect> Look(const Context& context, engine::Engine& engine, Clock& clock,
                                       std::string start) {
  const size_t last_line_end = start.rfind('\n');
  if (last_line_end == std::string::npos) return std::nullopt;
  start.resize(last_line_end + 1);
  const std::string_view sample = std::string_view(start).substr(0, engine::kCsvSampleBytes);
  if (!HasLines(sample, engine::kMinCsvTypeRows)) return std::nullopt;
  const bool has_quotes = start.contains('"') || start.contains('\'');
  const size_t bytes = start.size();
  const auto key = storage::ObjectKey::Parse("start");
  const engine::ScanFile file = {.path = "start",
                                 .store = storage::MakeMemoryStore(clock, *key, std::move(start)),
                                 .key = *key,
                                 .bytes = bytes};
  Result<engine::CsvDialect> dialect = engine.SniffCsv(context, file);
  if (!dialect.ok()) return std::nullopt;
  if (!has_quotes) return *std::move(dialect);
  // An open quote: the last line ends inside a cell.
  const std::vector<CellRule> no_rules(dialect->columns.size());
  if (!ScanCells(context, file, *dialect, no_rules).ok()) return std::nullopt;
  return *std::move(dialect);
}

}  // namespace

EarlyLook::EarlyLook(const Context& context, engine::Engine& engine, Clock& clock, std::string start)
    : dialect_(std::async(std::launch::async, [context, &engine, &clock, start = std::move(start)]() mutable {
        return Look(context, engine, clock, std::move(start));
      })) {}

}  // namespace lake::ingest
