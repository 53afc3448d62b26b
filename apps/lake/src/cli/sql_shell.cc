#include "sql_shell.h"

#include <csignal>
#include <cstdio>
#include <utility>

#include "catalog_names.h"
#include "error_mark.h"
#include "exit_code.h"
#include "lake/app/build_info.h"
#include "line_editor.h"
#include "line_history.h"
#include "pager.h"
#include "sql_command.h"
#include "sql_completion.h"
#include "sql_text.h"
#include "terminal.h"

namespace lake::app {
namespace {

constexpr std::string_view kHelp = R"(A statement ends with a semicolon and may have several lines.
  \d           list the datasets
  \d NAME      show the columns of one
  \o FORMAT    show rows as table, csv, json or ndjson
  \timing      show, or no longer show, how long a statement took
  \refresh     ask the server again for the names that Tab completes
  \?           this text
  \q           leave; Ctrl-D too
Tab completes keywords, datasets and columns. Ctrl-C stops a running statement, or clears what is typed.
Rows larger than the screen go through $PAGER (default: less -SRFX).
)";

const std::vector<std::string> kCommands = {"\\?", "\\d", "\\o", "\\q", "\\refresh", "\\timing"};
const std::vector<std::pair<std::string, OutputFormat>> kFormats = {{"table", OutputFormat::kTable},
                                                                    {"csv", OutputFormat::kCsv},
                                                                    {"json", OutputFormat::kJson},
                                                                    {"ndjson", OutputFormat::kNdjson}};
constexpr int64_t kListedDatasets = 1000;

std::string_view TrimmedLine(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == ';'))
    text.remove_suffix(1);
  return text;
}

class SqlShell {
 public:
  SqlShell(Interrupt& interrupt, const ClientOptions& client, const SqlOptions& options)
      : interrupt_(interrupt),
        options_(options),
        output_(client.output),
        rest_(context_, client),
        names_(client, interrupt.token()),
        editor_({.history_file = HistoryFile(),
                 .complete = [this](auto before, auto after) { return Complete(before, after); },
                 .cancel = interrupt.token()}) {}

  int Run() {
    if (Status greeted = Greet(); !greeted.ok()) return Fail(greeted.error());
    while (!interrupt_.token().cancelled()) {
      const LineInput input = editor_.ReadLine(Prompt());
      if (input.kind == LineInput::Kind::kEnd) break;
      if (input.kind == LineInput::Kind::kInterrupted)
        pending_.clear();
      else if (!Take(input.line))
        break;
    }
    if (interrupt_.token().cancelled()) return kExitInterrupted;
    return kExitOk;
  }

 private:
  Status Greet() {
    NextStatement();
    LAKE_ASSIGN_OR_RETURN(const JsonValue server, rest_.Get("/version"));
    fmt::print("lake {}, server {} at {}. \\? helps.\n", kBuildVersion, server.FindString("version"),
               rest_.client().base_url());
    return {};
  }

  void NextStatement() { context_ = {.cancel = interrupt_.NextStatement()}; }

  std::string Prompt() const {
    if (pending_.empty()) return "lake> ";
    const std::vector<SqlToken> tokens = SqlTokens(pending_);
    const bool open = !tokens.empty() && tokens.back().kind == SqlToken::Kind::kOpen;
    return fmt::format("   {}> ", open ? tokens.back().text.front() : '-');
  }

  /// False to leave.
  bool Take(const std::string& line) {
    const std::string_view word = TrimmedLine(line);
    if (pending_.empty()) {
      if (word.empty()) return true;
      const bool leave = word == "\\q" || word == "quit" || word == "exit";
      if (leave) return false;
      if (word.starts_with('\\') || word == "help") {
        editor_.Remember(line);
        Report(Command(word == "help" ? "\\?" : word), {});
        return true;
      }
    }
    pending_ += line + "\n";
    RunFinished();
    return true;
  }

  void RunFinished() {
    for (size_t end = StatementEnd(pending_); end != std::string::npos; end = StatementEnd(pending_)) {
      const std::vector<SqlStatement> statements = SplitStatements(std::string_view(pending_).substr(0, end));
      pending_.erase(0, end);
      for (const SqlStatement& statement : statements) {
        editor_.Remember(statement.text);
        NextStatement();
        Report(RunStatement(rest_, output_, statement.text, options_,
                            [this](const RowsTable& rows) { return Show(rows); }),
               statement);
      }
      if (interrupt_.StatementCancelled()) pending_.clear();  // What was typed after it is not wanted either.
    }
    if (SqlTokens(pending_).empty()) pending_.clear();
  }

  Status Show(const RowsTable& rows) {
    std::string text = rows.table + rows.count;
    if (timing_) text += " in " + FormatSeconds(rows.seconds);
    PrintPaged(text + "\n", interrupt_.signals_before());
    return {};
  }

  void Report(const Status& done, const SqlStatement& statement) {
    std::fflush(stdout);
    if (done.ok()) return;
    const Error& error = done.error();
    if (error.Is("dataset_not_found")) names_.Forget();  // What we know may be old.
    const std::string mark = MarkError(error, statement);
    if (error.Is("interrupted"))
      fmt::print(stderr, "cancelled\n");
    else if (mark.empty())
      Fail(error);
    else
      fmt::print(stderr, "lake: {}\n{}", error.message(), mark);
  }

  Status Command(std::string_view line) {
    NextStatement();
    const size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    const std::string argument(blank == std::string_view::npos ? "" : TrimmedLine(line.substr(blank)));
    if (word == "\\d") return argument.empty() ? ListDatasets() : ShowDataset(UnquoteName(argument));
    if (word == "\\o") return ChooseOutput(argument);
    if (word == "\\timing") return ToggleTiming();
    if (word == "\\refresh") {
      names_.Forget();
      fmt::print("{} datasets\n", names_.Datasets().size());
      return {};
    }
    if (word != "\\?") return InvalidArgument("bad_usage", "there is no command '{}'; \\? lists them", word);
    fmt::print("{}", kHelp);
    return {};
  }

  Status ListDatasets() {
    LAKE_ASSIGN_OR_RETURN(const JsonValue::Array items, rest_.List("/catalog/datasets", kListedDatasets));
    std::vector<std::vector<std::string>> rows;
    for (const JsonValue& item : items) {
      const JsonValue* count = item.Find("row_count");
      rows.push_back({std::string(item.FindString("name")), count == nullptr ? "" : CellText(*count),
                      std::string(item.FindString("updated_at"))});
    }
    const std::vector<TableColumn> columns = {
        {.name = "name"}, {.name = "rows", .align = TableColumn::Align::kRight}, {.name = "updated"}};
    PrintPaged(FormatTable(columns, rows), interrupt_.signals_before());
    return {};
  }

  Status ShowDataset(const std::string& name) {
    LAKE_ASSIGN_OR_RETURN(const JsonValue dataset, rest_.Get("/catalog/datasets/by-name/" + UrlEncode(name)));
    const JsonValue* columns = dataset.Find("columns");
    if (columns == nullptr || !columns->is_array())
      return Internal("bad_answer", "the server's answer has no columns");
    std::vector<std::vector<std::string>> rows;
    for (const JsonValue& column : columns->as_array())
      rows.push_back({std::string(column.FindString("name")), std::string(column.FindString("type"))});
    PrintPaged(FormatTable({{.name = "column"}, {.name = "type"}}, rows), interrupt_.signals_before());
    return {};
  }

  Status ChooseOutput(const std::string& name) {
    for (const auto& [known, format] : kFormats) {
      if (known != name) continue;
      output_ = format;
      fmt::print("rows are shown as {}\n", name);
      return {};
    }
    return InvalidArgument("bad_usage", "\\o takes table, csv, json or ndjson");
  }

  Status ToggleTiming() {
    timing_ = !timing_;
    fmt::print("timing is {}\n", timing_ ? "on" : "off");
    return {};
  }

  Completion Complete(std::string_view before, std::string_view after) {
    if (!pending_.empty() || !before.starts_with('\\'))
      return CompleteSql(pending_ + std::string(before), after, names_);
    const size_t blank = before.rfind(' ');
    if (blank == std::string_view::npos) return CompleteWord(before, kCommands);
    const std::string_view typed = before.substr(blank + 1);
    if (before.starts_with("\\d ")) return CompleteWord(typed, names_.Datasets());
    if (!before.starts_with("\\o ")) return {};
    std::vector<std::string> formats;
    for (const auto& [name, format] : kFormats) formats.push_back(name);
    return CompleteWord(typed, formats);
  }

  Interrupt& interrupt_;
  const SqlOptions& options_;
  OutputFormat output_;
  Context context_;  ///< Of the statement that runs.
  Rest rest_;
  CatalogNames names_;
  LineEditor editor_;
  bool timing_ = true;
  std::string pending_;  ///< Lines of a statement that has no end yet.
};

}  // namespace

int RunSqlShell(Interrupt& interrupt, const ClientOptions& client, const SqlOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // A pager may leave before it has read everything.
  return SqlShell(interrupt, client, options).Run();
}

}  // namespace lake::app
