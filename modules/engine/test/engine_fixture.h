// An engine with a spill directory of its own and a store in memory, and shortcuts to run statements.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/engine/engine.h"
#include "lake/storage/memory_store.h"

namespace lake::engine {

class EngineTest : public testing::Test {
 protected:
  EngineTest() : EngineTest(EngineOptions{}) {}
  explicit EngineTest(EngineOptions options) {
    options.spill_directory = (directory_ / "spill").string();
    if (options.threads == 0) options.threads = 2;
    if (options.memory_limit_bytes == 0) options.memory_limit_bytes = 512u << 20;
    auto opened = Engine::Open(options);
    LAKE_CHECK(opened.ok());
    engine_ = std::move(opened).value();
  }

  std::unique_ptr<Session> Start(ReadSet read_set = {}, const Context& context = {}) {
    auto session = engine_->StartSession(context, std::move(read_set));
    LAKE_CHECK(session.ok());
    return std::move(session).value();
  }

  storage::ObjectKey Key(std::string_view text) { return storage::ObjectKey::Parse(text).value(); }

  /// Puts bytes as an object and names it for a scan.
  ScanFile PutFile(const std::string& key, std::string_view bytes) {
    LAKE_CHECK(store_->Put({}, Key(key), bytes, storage::Overwrite{}).ok());
    return {"primary/" + key, store_, Key(key), bytes.size(), 0};
  }

  /// Writes the rows of a SELECT with field ids 1, 2, … and names the file for a scan.
  ScanFile WriteFile(const std::string& key, const std::string& select,
                     const std::vector<std::string>& columns) {
    ParquetTarget target{store_, Key(key), {}};
    for (const std::string& column : columns)
      target.columns.push_back({column, static_cast<int32_t>(target.columns.size() + 1)});
    auto written = Start()->WriteParquet(select, target);
    EXPECT_TRUE(written.ok()) << (written.ok() ? "" : written.error().ToString());
    if (!written.ok()) return {"", store_, Key(key), 0, 0};
    return {"primary/" + key, store_, Key(key), written->bytes, written->rows};
  }

  /// All rows as the JSON array writer has them, without the outer brackets; or "error: code/slug: message".
  static std::string Rows(Result<std::unique_ptr<ResultStream>> stream) {
    if (!stream.ok()) return "error: " + Describe(stream.error());
    const auto writer = MakeJsonArrayWriter(**stream);
    std::string rows;
    for (;;) {
      auto batch = (*stream)->Next();
      if (!batch.ok()) return "error: " + Describe(batch.error());
      if (!*batch) return rows;
      writer->Append(**batch, 0, (*batch)->rows(), &rows);
    }
  }

  std::string Trusted(const std::string& sql, ReadSet read_set = {}) {
    const auto session = Start(std::move(read_set));
    return Rows(session->ExecuteTrusted(sql));
  }

  std::string User(const std::string& sql, ReadSet read_set = {},
                   const std::vector<JsonValue>& parameters = {}) {
    auto tree = engine_->Parse({}, sql);
    if (!tree.ok()) return "error: " + Describe(tree.error());
    const auto session = Start(std::move(read_set));
    return Rows(session->Execute(*tree, parameters));
  }

  static std::string Describe(const Error& error) {
    std::string text =
        std::string(ErrorCodeName(error.code())) + "/" + error.reason() + ": " + error.message();
    for (const ErrorDetail& detail : error.details())
      text += " [" + detail.pointer + " " + detail.message + "]";
    return text;
  }

  TempDir directory_;
  FakeClock clock_;
  std::shared_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lake::engine
