// The start of a large upload, sniffed while the rest still arrives.
#pragma once

#include <future>
#include <optional>
#include <string>

#include "lake/common/clock.h"
#include "lake/engine/engine.h"

namespace lake::ingest {

class EarlyLook {
 public:
  /// Bytes that are enough for every file whose rows are not very wide.
  static constexpr size_t kStartBytes = engine::kCsvSampleBytes + (256u << 10);

  /// `start` is the first bytes of the file. Ends early when the context is cancelled; the destructor waits.
  EarlyLook(const Context& context, engine::Engine& engine, Clock& clock, std::string start);

  /// Waits. Nothing when the start alone does not say how the whole file is to be read.
  const std::optional<engine::CsvDialect>& dialect() const { return dialect_.get(); }

 private:
  std::shared_future<std::optional<engine::CsvDialect>> dialect_;
};

}  // namespace lake::ingest
