// lake demo: sample data generated, ingested over HTTP like anybody's files, and asked five questions whose
// answers the generator knows.
#include "demo_command.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "demo_resumes.h"
#include "demo_roles.h"
#include "exit_code.h"
#include "file_upload.h"
#include "lake/app/lake.h"
#include "lake/common/json_log.h"
#include "lake/demo_data/facts.h"
#include "lake/demo_data/files.h"
#include "lake/demo_data/queries.h"
#include "rest.h"
#include "terminal.h"
#include "wait_for_cancel.h"

namespace lake::app {
namespace {

constexpr size_t kQuestions =
    5;  // The first five of the generator's telling queries; one of them joins four tables.

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

void Heading(const std::string& text) { fmt::print("\n{}\n", text); }

Result<demo_data::GeneratedFiles> Generate(const Context& context, const DemoOptions& options) {
  Heading(fmt::format("1  Sample data: a staffing company, {} rows in 7 tables",
                      FormatCount(static_cast<uint64_t>(options.rows))));
  Stopwatch watch;
  ProgressBar bar("  generating");
  const std::filesystem::path directory = options.data_directory + "-csv";
  LAKE_ASSIGN_OR_RETURN(demo_data::GeneratedFiles files,
                        demo_data::WriteAll({.directory = directory,
                                             .scale = {.total_rows = options.rows},
                                             .threads = std::max(1u, std::thread::hardware_concurrency()),
                                             .progress =
                                                 [&](const demo_data::Progress& progress) {
                                                   bar.Show(static_cast<uint64_t>(progress.rows_done),
                                                            static_cast<uint64_t>(progress.rows_total),
                                                            "rows");
                                                 },
                                             .cancel = context.cancel}));
  bar.Clear();
  const bool reused = std::ranges::all_of(
      files.files, [](const auto& file) { return file.origin == demo_data::Origin::kReused; });
  fmt::print("  {} CSV files in {} ({})\n", files.files.size(), directory.string(),
             reused ? "there already" : FormatSeconds(watch.seconds()));
  return files;
}

Status IngestOne(Rest& rest, const demo_data::GeneratedFile& file) {
  Stopwatch watch;
  const std::string table(demo_data::TableName(file.table));
  ProgressBar bar(fmt::format("  {:<11}", table));
  LAKE_ASSIGN_OR_RETURN(JsonValue result,
                        UploadFile(rest, {.path = file.path.string(), .dataset = table, .mode = "replace"},
                                   [&](uint64_t done, std::optional<uint64_t> total, std::string_view unit) {
                                     bar.Show(done, total, unit);
                                   }));
  bar.Clear();
  const JsonValue* duplicate = result.Find("deduplicated");
  if (duplicate != nullptr && duplicate->is_bool() && duplicate->as_bool()) {
    fmt::print("  {:<11} {:>9} rows  there already\n", table, FormatCount(static_cast<uint64_t>(file.rows)));
    return {};
  }
  const JsonValue* rows = result.Find("rows");
  if (rows == nullptr || !rows->is_int() || rows->as_int() != file.rows)
    return Internal("rows_missing", "{} should have {} rows, the server says {}", table, file.rows,
                    rows == nullptr ? "nothing" : WriteJson(*rows));
  fmt::print("  {:<11} {:>9} rows  {:>9}  {}\n", table, FormatCount(static_cast<uint64_t>(file.rows)),
             FormatBytes(static_cast<uint64_t>(file.bytes)), FormatSeconds(watch.seconds()));
  return {};
}

Status IngestAll(Rest& rest, const demo_data::GeneratedFiles& files) {
  Heading("2  Ingest over HTTP: each file one commit");
  Stopwatch watch;
  for (const demo_data::GeneratedFile& file : files.files) LAKE_RETURN_IF_ERROR(IngestOne(rest, file));
  fmt::print("  all of it in {}\n", FormatSeconds(watch.seconds()));
  return {};
}

void PrintRows(const demo_data::TellingQuery& query, const JsonValue::Array& rows) {
  std::vector<TableColumn> columns;
  for (const std::string& name : query.columns) {
    const bool number = !rows.empty() && rows.front().as_array().at(columns.size()).is_number();
    columns.push_back(
        {.name = name, .align = number ? TableColumn::Align::kRight : TableColumn::Align::kLeft});
  }
  std::vector<std::vector<std::string>> cells;
  for (const JsonValue& row : rows) {
    std::vector<std::string>& line = cells.emplace_back();
    for (const JsonValue& cell : row.as_array()) line.push_back(CellText(cell));
  }
  std::string table = FormatTable(columns, cells);
  for (size_t at = 0; at < table.size();) {
    const size_t end = table.find('\n', at);
    fmt::print("     {}\n", table.substr(at, end - at));
    at = end + 1;
  }
}

/// Asks, shows, and compares with what the generator planted.
Status Ask(Rest& rest, size_t number, const demo_data::TellingQuery& query) {
  Stopwatch watch;
  LAKE_ASSIGN_OR_RETURN(JsonValue answer,
                        rest.Post("/query/sql", JsonValue::MakeObject({{"sql", query.sql}})));
  const double seconds = watch.seconds();
  const JsonValue* rows = answer.Find("rows");
  if (rows == nullptr || !rows->is_array())
    return Internal("bad_answer", "'{}' was answered without rows", query.title);
  fmt::print("\n  {}. {}\n", number, query.question);
  PrintRows(query, rows->as_array());
  JsonValue expected = JsonValue::MakeArray();
  for (const JsonValue::Array& row : query.rows) expected.Append(JsonValue(row));
  if (*rows != expected)
    return DataLoss("wrong_answer", "'{}' should be answered with {}, not {}", query.title,
                    WriteJson(expected), WriteJson(*rows));
  fmt::print("     {} row{} in {}, equal to what was planted\n", rows->as_array().size(),
             rows->as_array().size() == 1 ? "" : "s", FormatSeconds(seconds));
  return {};
}

Status AskAll(Rest& rest, const demo_data::Facts& facts) {
  Heading("3  Five questions");
  std::vector<demo_data::TellingQuery> queries = demo_data::TellingQueries(facts);
  LAKE_CHECK(queries.size() >= kQuestions);
  for (size_t i = 0; i < kQuestions; ++i) LAKE_RETURN_IF_ERROR(Ask(rest, i + 1, queries[i]));
  return {};
}

void PrintNextSteps(const std::string& url, const DemoOptions& options) {
  Heading("6  Next");
  fmt::print("  page        {}/   datasets and SQL in a browser; data in {}\n", url, options.data_directory);
  const std::string at = options.port == 3100 ? "" : " --url " + url;
  fmt::print(
      "  ask         ./lake sql{} -c \"SELECT status, count(*) FROM candidates GROUP BY ALL ORDER BY 1\"\n",
      at);
  fmt::print("  shell       ./lake sql{}\n", at);
  if (options.resumes > 0)
    fmt::print(
        "  find        ./lake search{} resumes \"works well with animals\"; ./lake ask{} resumes \"Who flew "
        "falcons?\"\n",
        at, at);
  fmt::print("  look        ./lake dataset ls{}\n", at);
  fmt::print("  why         ./lake role check candidates --role recruiter{}; ./lake audit{}\n", at, at);
  fmt::print("  add         ./lake ingest{} your.csv\n", at);
  fmt::print("  API         curl {}/openapi.json\n", url);
}

Status Show(const Context& context, const DemoOptions& options, const Settings& settings, const Seams& seams,
            std::unique_ptr<Lake>* lake) {
  LAKE_ASSIGN_OR_RETURN(demo_data::GeneratedFiles files, Generate(context, options));
  LAKE_ASSIGN_OR_RETURN(*lake, Lake::Open(settings, seams));
  const std::string url = fmt::format("http://127.0.0.1:{}", (*lake)->port());
  ClientOptions client;
  client.url = url;
  Rest rest(context, client);
  LAKE_RETURN_IF_ERROR(IngestAll(rest, files));
  std::string indexing;
  if (options.resumes > 0) {
    LAKE_ASSIGN_OR_RETURN(indexing, StartResumes(rest, options.rows, options.resumes));
  }
  LAKE_ASSIGN_OR_RETURN(demo_data::Facts facts, demo_data::ComputeFacts({.total_rows = options.rows}));
  LAKE_RETURN_IF_ERROR(AskAll(rest, facts));
  Heading("4  The same data in two roles");
  LAKE_RETURN_IF_ERROR(ShowRoles(context, url));
  if (options.resumes > 0) {
    Heading("5  Résumés by what they mean, indexed in the meantime");
    LAKE_RETURN_IF_ERROR(ShowResumes(rest, options.rows, indexing));
  }
  DemoOptions shown = options;
  shown.port = (*lake)->port();
  PrintNextSteps(url, shown);
  return {};
}

}  // namespace

int RunDemo(const Context& context, const DemoOptions& options) {
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<Log> log =
      MakeJsonLog(LogLevel::kWarning);  // Its story is on stdout; only trouble is worth a line.
  Settings settings;
  settings.storage.root = options.data_directory;
  settings.server.port = options.port;
  Stopwatch watch;
  std::unique_ptr<Lake> lake;
  Status shown = Show(context, options, settings, {.clock = clock, .random = random, .log = *log}, &lake);
  if (!shown.ok()) return Fail(shown.error());
  fmt::print("\nDone in {}.{}\n", FormatSeconds(watch.seconds()),
             options.afterwards == DemoOptions::Afterwards::kServe ? " Serving until Ctrl-C." : "");
  std::fflush(stdout);
  if (options.afterwards == DemoOptions::Afterwards::kServe) WaitForCancel(context.cancel);
  lake->Stop();
  return kExitOk;
}

}  // namespace lake::app
