// A lakehouse on a scratch directory, spoken to over HTTP as any client does.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "lake/app/http_client.h"
#include "lake/app/lake.h"
#include "lake/app/settings.h"
#include "lake/common/clock.h"
#include "lake/common/json_log.h"
#include "lake/common/random.h"
#include "report.h"

namespace lake::bench {

/// Below $TMPDIR, which should be on the disk that is to be measured; removed at the end.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class ServedLake {
 public:
  static Result<std::unique_ptr<ServedLake>> Open(const std::filesystem::path& data);
  /// Of the settings, where the data is and the port do not count. With access.auth, on a directory that was
  /// never opened so, requests carry the first administrator's key.
  static Result<std::unique_ptr<ServedLake>> Open(const std::filesystem::path& data, app::Settings settings);

  /// From now on requests carry this key; none when empty. Returns the one before.
  std::string UseKey(std::string key) { return std::exchange(key_, std::move(key)); }

  /// The answer with its headers; any status of 400 and above is an error.
  Result<app::HttpResponse> Exchange(app::HttpRequest request);
  /// Its body.
  Result<std::string> Send(app::HttpRequest request);
  Result<std::string> Get(const std::string& path) { return Send({.path = path}); }
  Result<std::string> Post(const std::string& path, const JsonValue& document);
  Result<app::HttpResponse> ExchangePost(const std::string& path, const JsonValue& document);
  /// The rows of one SELECT in the form that `media_type` names.
  Result<std::string> Query(std::string_view sql, std::string_view media_type);
  /// The whole file, waited for.
  Result<std::string> Ingest(const std::string& dataset, std::string csv);

 private:
  ServedLake() = default;

  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Log> log_ = MakeJsonLog(LogLevel::kError);
  std::unique_ptr<app::Lake> lake_;
  std::unique_ptr<app::HttpClient> client_;
  std::string key_;
};

/// What the disk takes by itself, in files of its own.
class SyncProbe {
 public:
  explicit SyncProbe(const std::filesystem::path& file);
  ~SyncProbe();
  SyncProbe(const SyncProbe&) = delete;
  SyncProbe& operator=(const SyncProbe&) = delete;

  /// One appended page made durable: what every durable operation must pay at least once.
  double MeasureUs();
  /// One new file of a page, durable before it has its name and so has the name: two syncs, what a commit
  /// that is a file of its own must pay.
  double MeasureNewFileUs();

 private:
  const int descriptor_;
  const int directory_;
  int new_files_ = 0;
};

}  // namespace lake::bench
