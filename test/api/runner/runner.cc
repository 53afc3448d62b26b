#include "runner.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <thread>

#include "expectation.h"
#include "lake/app/http_client.h"
#include "lake/app/lake.h"
#include "lake/common/config.h"
#include "lake/common/json_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/models_testing/fake_model_server.h"

namespace lake::apitest {
namespace {

constexpr std::chrono::seconds kPatience{60};  // For "wait until": jobs under a sanitizer on a busy machine.
constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr uint64_t kSeed = 20261121;

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// A server, and what survives its restarts.
class World {
 public:
  explicit World(const RunConfig& config) : config_(config), random_(kSeed) {}

  Status Start() {
    ConfigSources sources;
    sources.flags = {{.path = "storage.root", .text = directory_.path().string()},
                     {.path = "storage.profile_root", .text = (directory_ / "profiles").string()},
                     {.path = "server.port", .text = "0"},
                     {.path = "server.drain_timeout_secs", .text = "0"}};
    for (const std::string_view name : {"primary", "archive"})
      sources.file_text =
          sources.file_text.value_or("") + fmt::format("[[storage.buckets]]\nname = \"{}\"\nroot = \"{}\"\n",
                                                       name, (directory_ / name).string());
    for (const auto& [path, text] : config_.settings) sources.flags.push_back({.path = path, .text = text});
    if (providers_ != nullptr) providers_->AddSettings(&sources);
    LAKE_ASSIGN_OR_RETURN(Loaded<app::Settings> settings, LoadConfig<app::Settings>(sources));
    LAKE_ASSIGN_OR_RETURN(
        lake_, app::Lake::Open(settings.value, {.clock = clock_, .random = random_, .log = *log_}));
    client_ = std::make_unique<app::HttpClient>(fmt::format("http://127.0.0.1:{}", lake_->port()));
    used_ = false;
    // With authentication on, the key that the first start left for its owner.
    std::string key = ReadFile(directory_ / ".lake-admin-key");
    if (!key.empty()) key.pop_back();
    keys_["local"] = std::move(key);
    return {};
  }
  Status Restart() {
    client_.reset();
    lake_.reset();
    return Start();
  }
  /// One of which nothing was asked is as good as restarted.
  Status RestartIfUsed() { return used_ ? Restart() : Status(); }
  /// From now on the server is configured to ask providers of models, all of them fakes.
  Status StartProviders() {
    providers_ = std::make_unique<Providers>();
    return Restart();
  }
  /// The key to send for `who`: "local", "nobody", or a role, of which a key is made the first time.
  Result<std::string> KeyOf(const std::string& who) {
    if (who == "nobody") return std::string();
    if (const auto found = keys_.find(who); found != keys_.end()) return found->second;
    app::HttpRequest request{.method = "POST",
                             .path = "/access/keys",
                             .headers = {{"Content-Type", "application/json"}},
                             .body = WriteJson(JsonValue::MakeObject({{"name", who}, {"role", who}}))};
    if (!keys_["local"].empty()) request.headers.emplace_back("X-API-Key", keys_["local"]);
    LAKE_ASSIGN_OR_RETURN(const app::HttpResponse response,
                          client_->Send(Context{.deadline = Deadline::After(kPatience)}, request));
    LAKE_ASSIGN_OR_RETURN(const JsonValue created, ParseJson(response.body));
    if (response.status != 201) return Internal("no_key", "no key for '{}': {}", who, response.body);
    return keys_[who] = std::string(created.FindString("key"));
  }
  void Advance(int64_t seconds) {
    used_ = true;
    clock_.Advance(std::chrono::seconds(seconds));
  }
  app::HttpClient& client() {
    used_ = true;
    return *client_;
  }

 private:
  struct Providers {
    models::FakeModelServer local;
    models::FakeModelServer with_key{"provider-secret"};

    void AddSettings(ConfigSources* sources) const {
      for (const auto& [path, text] : std::vector<std::pair<std::string, std::string>>{
               {"models.ollama.url", local.url()},
               {"models.ollama.first_byte_secs", "5"},
               {"models.ollama.silence_secs", "5"},
               {"models.rerank.url", local.url()},
               {"models.rerank.model", "ranker"},
               {"models.rerank.version", "7"},
               {"models.openai.url", with_key.url()},
               {"models.openai.api_key", "provider-secret"},
               {"models.openai.embedding_models", "words,crashes"},
               {"models.openai.generation_models", "talker,error-line"},
               {"models.openai.version", "2026-11"},
               {"models.generation", "ollama/talker"}})
        sources->flags.push_back({.path = path, .text = text});
    }
  };

  const RunConfig& config_;
  TempDir directory_;
  std::unique_ptr<Providers> providers_;
  FakeClock clock_;
  SeededRandom random_;
  std::unique_ptr<Log> log_ = MakeJsonLog(LogLevel::kError);
  std::unique_ptr<app::Lake> lake_;
  std::unique_ptr<app::HttpClient> client_;
  std::map<std::string, std::string> keys_;
  bool used_ = false;  ///< Since its start.
};

/// A result table as golden text: one line a row, cells between '|'.
Result<std::string> RowsAsText(const std::string& body) {
  LAKE_ASSIGN_OR_RETURN(JsonValue answer, ParseJson(body));
  const JsonValue* rows = answer.Find("rows");
  if (rows == nullptr || !rows->is_array()) return Internal("bad_answer", "the answer has no rows: {}", body);
  std::string text;
  for (const JsonValue& row : rows->as_array()) {
    std::string line;
    for (const JsonValue& cell : row.as_array())
      line += (line.empty() && &cell == &row.as_array().front() ? "" : "|") + (cell.is_null() ? "NULL"
                                                                               : cell.is_string()
                                                                                   ? cell.as_string()
                                                                                   : WriteJson(cell));
    text += line + "\n";
  }
  return text;
}

std::string SortLines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? text.size() : end + 1;
  }
  std::ranges::sort(lines);
  std::string sorted;
  for (const std::string& line : lines) sorted += line + "\n";
  return sorted;
}

class Runner {
 public:
  Runner(ApitestFile file, const RunConfig& config)
      : file_(std::move(file)), config_(config), world_(config) {}

  Result<std::vector<std::string>> Run() {
    LAKE_RETURN_IF_ERROR(world_.Start());
    for (const Step& step : file_.steps) {
      if (config_.restarts == RunConfig::Restarts::kBeforeEveryStep)
        LAKE_RETURN_IF_ERROR(world_.RestartIfUsed());
      LAKE_ASSIGN_OR_RETURN(std::string difference, RunStep(step));
      if (!difference.empty())
        failures_.push_back(fmt::format("{}:{}: {}", file_.name, step.line, difference));
    }
    return failures_;
  }

  /// The file with the expectations that differed replaced.
  std::string Updated() const {
    std::string text;
    for (size_t line = 0; line < file_.lines.size(); ++line) {
      auto change = std::ranges::find(changes_, line, &Change::first_line);
      if (change != changes_.end()) {
        text += change->text;
        line = change->last_line;
        if (change->last_line > change->first_line) {
          --line;
          continue;
        }
      }
      text += file_.lines[line] + "\n";
    }
    auto at_end = std::ranges::find(changes_, file_.lines.size(), &Change::first_line);
    return at_end == changes_.end() ? text : text + at_end->text;
  }

 private:
  struct Change {
    size_t first_line;
    size_t last_line;
    std::string text;
  };

  Result<std::string> RunStep(const Step& step) {
    switch (step.kind) {
      case StepKind::kRestart:
        LAKE_RETURN_IF_ERROR(world_.Restart());
        return std::string();
      case StepKind::kProviders:
        LAKE_RETURN_IF_ERROR(world_.StartProviders());
        return std::string();
      case StepKind::kAdvance:
        world_.Advance(std::stoll(step.argument));
        return std::string();
      case StepKind::kAs:
        return Become(Substitute(step.argument, captures_));
      case StepKind::kSql:
        return RunSql(step);
      case StepKind::kRequest:
        return RunRequest(step);
    }
    return std::string();
  }

  /// "key SECRET" is that key, whosever it is.
  Result<std::string> Become(const std::string& who) {
    constexpr std::string_view kKey = "key ";
    caller_ = who;
    literal_key_ = who.starts_with(kKey) ? who.substr(kKey.size()) : std::string();
    return std::string();
  }

  /// A caller's key is made when its first request needs it, so that "as" itself changes nothing.
  Status AddKey(app::HttpRequest* request) {
    std::string key = literal_key_;
    if (key.empty()) {
      LAKE_ASSIGN_OR_RETURN(key, world_.KeyOf(caller_));
    }
    if (!key.empty()) request->headers.emplace_back("X-API-Key", std::move(key));
    return {};
  }

  Result<app::HttpResponse> Send(const Step& step) {
    app::HttpRequest request{.method = step.method,
                             .path = Substitute(step.path, captures_),
                             .headers = step.headers,
                             .body = Substitute(step.body, captures_)};
    for (auto& [name, value] : request.headers) value = Substitute(value, captures_);
    LAKE_RETURN_IF_ERROR(AddKey(&request));
    return world_.client().Send(Context{.deadline = Deadline::After(kPatience)}, request);
  }

  Result<std::string> RunRequest(const Step& step) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (true) {
      LAKE_ASSIGN_OR_RETURN(app::HttpResponse response, Send(step));
      Captures captures = captures_;
      std::string difference = Compare(*step.expected, response, &captures);
      const bool again = step.patience == Step::Patience::kUntilAsExpected && !difference.empty() &&
                         std::chrono::steady_clock::now() < until;
      if (!again) {
        if (difference.empty())
          captures_ = std::move(captures);
        else
          RecordChange(step, response);
        return difference;
      }
      // tidy: allow unrun-test: over HTTP there is nothing to wait on; each look is a request of its own.
      std::this_thread::sleep_for(kBetweenLooks);
    }
  }

  std::string Compare(const Expectation& expected, const app::HttpResponse& response, Captures* captures) {
    if (expected.status != response.status)
      return fmt::format("expected status {}, got {}: {}", expected.status, response.status, response.body);
    for (const auto& [name, value] : expected.headers) {
      std::string difference = MatchText(value, response.Find(name), captures);
      if (!difference.empty()) return fmt::format("header {}: {}", name, difference);
    }
    Result<JsonValue> actual = ParseJson(response.body);
    if (!expected.code.empty() && (!actual.ok() || actual->FindString("code") != expected.code))
      return fmt::format("expected the code {}, got {}", expected.code, response.body);
    if (expected.body.empty()) return "";
    Result<JsonValue> wanted = ParseJson(expected.body);
    if (wanted.ok() && actual.ok()) return MatchJson(*wanted, *actual, captures, "");
    std::string body = response.body;
    std::erase(body, '\r');
    if (!body.ends_with('\n')) body += '\n';
    return MatchText(expected.body, body, captures);
  }

  Result<std::string> RunSql(const Step& step) {
    app::HttpRequest request{
        .method = "POST",
        .path = "/query/sql",
        .headers = {{"Content-Type", "application/json"}},
        .body = WriteJson(JsonValue::MakeObject({{"sql", Substitute(step.argument, captures_)}}))};
    LAKE_RETURN_IF_ERROR(AddKey(&request));
    LAKE_ASSIGN_OR_RETURN(app::HttpResponse response,
                          world_.client().Send(Context{.deadline = Deadline::After(kPatience)}, request));
    const Expectation& expected = *step.expected;
    if (!expected.code.empty()) {  // "---- 404 dataset_not_found"
      Captures captures = captures_;
      std::string difference = Compare(expected, response, &captures);
      if (!difference.empty()) RecordChange(step, response);
      return difference;
    }
    if (response.status != 200) return fmt::format("the query failed: {}", response.body);
    LAKE_ASSIGN_OR_RETURN(std::string rows, RowsAsText(response.body));
    const bool sorted = expected.order == Expectation::Order::kSorted;
    std::string difference = MatchText(sorted ? SortLines(expected.body) : expected.body,
                                       sorted ? SortLines(rows) : rows, &captures_);
    if (!difference.empty()) RecordText(step, sorted ? SortLines(rows) : rows);
    return difference;
  }

  /// What the step should have expected: only of what it looks at.
  void RecordChange(const Step& step, const app::HttpResponse& response) {
    const Expectation& expected = *step.expected;
    Result<JsonValue> actual = ParseJson(response.body);
    const std::string code =
        actual.ok() && !expected.code.empty() ? std::string(actual->FindString("code")) : "";
    if (expected.status != response.status || expected.code != code)
      changes_.push_back({step.expected_head_line, step.expected_head_line + 1,
                          fmt::format("---- {}{}{}\n", response.status, code.empty() ? "" : " ", code)});
    if (expected.body.empty()) return;
    Result<JsonValue> wanted = ParseJson(expected.body);
    if (actual.ok())
      RecordText(step, WriteJson(wanted.ok() ? KeepPlaceholders(*wanted, *actual) : *actual) + "\n");
    else
      RecordText(step, response.body);
  }
  void RecordText(const Step& step, std::string text) {
    changes_.push_back({step.expected_first_line, step.expected_last_line, std::move(text)});
  }

  const ApitestFile file_;
  const RunConfig& config_;
  World world_;
  Captures captures_;
  std::string caller_ = "local";
  std::string literal_key_;
  std::vector<std::string> failures_;
  std::vector<Change> changes_;
};

/// "<v:3>" is the catalog's version after three commits of the story, "<caller>" who makes them: with
/// authentication on, a first key has been committed, and it is the caller's.
std::string UnderConfig(const std::string& text, const RunConfig& config) {
  const bool auth = std::ranges::find(config.settings, std::pair<std::string, std::string>(
                                                           "access.auth", "true")) != config.settings.end();
  constexpr std::string_view kVersion = "<v:";
  constexpr std::string_view kCaller = "<caller>";
  std::string made;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    const size_t end = rest.find('>');
    if (rest.starts_with(kVersion) && end != std::string_view::npos) {
      made += fmt::to_string(std::stoll(std::string(rest.substr(kVersion.size(), end))) + (auth ? 1 : 0));
      at += end + 1;
    } else if (rest.starts_with(kCaller)) {
      made += auth ? "admin" : "local";
      at += kCaller.size();
    } else {
      made.push_back(text[at++]);
    }
  }
  return made;
}

}  // namespace

Result<RunConfig> ReadRunConfig(const std::filesystem::path& file) {
  RunConfig config;
  Result<JsonValue> document = ParseJson(ReadFile(file));
  if (!document.ok() || !document->is_object())
    return InvalidArgument("bad_run_config", "{} is no JSON object", file.string());
  if (const JsonValue* settings = document->Find("settings"); settings != nullptr && settings->is_object())
    for (const auto& [path, value] : settings->as_object())
      config.settings.emplace_back(path, value.is_string() ? value.as_string() : WriteJson(value));
  if (document->FindString("restarts") == "before every step")
    config.restarts = RunConfig::Restarts::kBeforeEveryStep;
  return config;
}

Result<std::vector<std::string>> RunApitest(const std::filesystem::path& file, const RunConfig& config,
                                            Mode mode) {
  const std::string text = ReadFile(file);
  LAKE_ASSIGN_OR_RETURN(ApitestFile parsed, ParseApitest(file.string(), UnderConfig(text, config)));
  LAKE_ASSIGN_OR_RETURN(ApitestFile as_written, ParseApitest(file.string(), text));
  parsed.lines = std::move(as_written.lines);  // What --update keeps.
  if (parsed.steps.empty())
    return InvalidArgument("bad_apitest", "there are no requests in it, or no such file");
  Runner runner(std::move(parsed), config);
  LAKE_ASSIGN_OR_RETURN(std::vector<std::string> failures, runner.Run());
  if (mode == Mode::kUpdate && !failures.empty()) std::ofstream(file, std::ios::binary) << runner.Updated();
  return failures;
}

}  // namespace lake::apitest
