#include "served_lake.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "lake/common/check.h"

namespace lake::bench {
namespace {

constexpr std::array<char, 4096> kPage{};

}  // namespace

ScratchDirectory::ScratchDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "lake-bench-XXXXXX").string();
  LAKE_CHECK(mkdtemp(name.data()) != nullptr);
  path_ = name;
}
ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Result<std::unique_ptr<ServedLake>> ServedLake::Open(const std::filesystem::path& data) {
  return Open(data, app::Settings{});
}

Result<std::unique_ptr<ServedLake>> ServedLake::Open(const std::filesystem::path& data,
                                                     app::Settings settings) {
  std::unique_ptr<ServedLake> served(new ServedLake());
  settings.storage.root = data.string();
  settings.server.port = 0;
  LAKE_ASSIGN_OR_RETURN(
      served->lake_,
      app::Lake::Open(settings, {.clock = served->clock_, .random = served->random_, .log = *served->log_}));
  served->client_ =
      std::make_unique<app::HttpClient>(fmt::format("http://127.0.0.1:{}", served->lake_->port()));
  if (const std::string file = served->lake_->first_key_file(); !file.empty())
    std::ifstream(file) >> served->key_;
  return served;
}

Result<app::HttpResponse> ServedLake::Exchange(app::HttpRequest request) {
  if (!key_.empty()) request.headers.emplace_back("X-API-Key", key_);
  std::string body;
  LAKE_ASSIGN_OR_RETURN(app::HttpResponse response,
                        client_->Stream(Context{}, request, [&](std::string_view piece) -> Status {
                          body += piece;
                          return {};
                        }));
  if (response.status >= 400) return app::ProblemToError(response);
  response.body = std::move(body);
  return response;
}

Result<std::string> ServedLake::Send(app::HttpRequest request) {
  LAKE_ASSIGN_OR_RETURN(app::HttpResponse response, Exchange(std::move(request)));
  return std::move(response.body);
}

Result<app::HttpResponse> ServedLake::ExchangePost(const std::string& path, const JsonValue& document) {
  return Exchange({.method = "POST",
                   .path = path,
                   .headers = {{"Content-Type", "application/json"}},
                   .body = WriteJson(document)});
}

Result<std::string> ServedLake::Post(const std::string& path, const JsonValue& document) {
  LAKE_ASSIGN_OR_RETURN(app::HttpResponse response, ExchangePost(path, document));
  return std::move(response.body);
}

Result<std::string> ServedLake::Query(std::string_view sql, std::string_view media_type) {
  return Send({.method = "POST",
               .path = "/query/sql",
               .headers = {{"Content-Type", "application/json"}, {"Accept", std::string(media_type)}},
               .body = WriteJson(JsonValue::MakeObject({{"sql", sql}}))});
}

Result<std::string> ServedLake::Ingest(const std::string& dataset, std::string csv) {
  return Send({.method = "POST",
               .path = "/ingest/file?name=" + dataset,
               .headers = {{"Content-Type", "text/csv"}, {"Prefer", "wait"}},
               .body = std::move(csv)});
}

SyncProbe::SyncProbe(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)),
      directory_(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  LAKE_CHECK(descriptor_ >= 0 && directory_ >= 0);
}
SyncProbe::~SyncProbe() {
  ::close(descriptor_);
  ::close(directory_);
}

double SyncProbe::MeasureUs() {
  Stopwatch watch;
  LAKE_CHECK(::write(descriptor_, kPage.data(), kPage.size()) == static_cast<ssize_t>(kPage.size()));
  LAKE_CHECK(::fdatasync(descriptor_) == 0);
  return watch.us();
}

double SyncProbe::MeasureNewFileUs() {
  const std::string name = fmt::format("new_{}", new_files_++);
  Stopwatch watch;
  const int file = ::openat(directory_, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  LAKE_CHECK(file >= 0);
  LAKE_CHECK(::write(file, kPage.data(), kPage.size()) == static_cast<ssize_t>(kPage.size()));
  LAKE_CHECK(::fsync(file) == 0);
  const std::string unnamed = fmt::format("/proc/self/fd/{}", file);
  LAKE_CHECK(::linkat(AT_FDCWD, unnamed.c_str(), directory_, name.c_str(), AT_SYMLINK_FOLLOW) == 0);
  LAKE_CHECK(::fsync(directory_) == 0);
  ::close(file);
  return watch.us();
}

}  // namespace lake::bench
