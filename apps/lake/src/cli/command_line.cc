#include "command_line.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "command_words.h"
#include "environment.h"
#include "exit_code.h"
#include "serve_command.h"
#include "sql_shell.h"
#include "terminal.h"

extern char** environ;

namespace lake::app {
namespace {

const std::map<std::string, OutputFormat> kOutputs = {
    {"table", OutputFormat::kTable},   {"json", OutputFormat::kJson},   {"csv", OutputFormat::kCsv},
    {"ndjson", OutputFormat::kNdjson}, {"arrow", OutputFormat::kArrow}, {"parquet", OutputFormat::kParquet}};

/// A person at a terminal gets a table; a program gets JSON lines unless it says otherwise.
OutputFormat ChooseOutput(const std::string& output) {
  if (!output.empty()) return kOutputs.at(output);
  return IsTerminal(Stream::kOut) ? OutputFormat::kTable : OutputFormat::kNdjson;
}

Result<ConfigSources> ReadSources(const Parsed& parsed) {
  ConfigSources sources;
  std::string file = parsed.config_file;
  if (file.empty() && std::ifstream("lakehouse.toml").good()) file = "lakehouse.toml";
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return NotFound("file_not_found", "cannot read the configuration file '{}'", file);
    sources.file_text = std::string(std::istreambuf_iterator<char>(in), {});
    sources.file_name = file;
  }
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (std::string_view text = *variable; text.find('=') != std::string_view::npos)
      sources.environment.emplace_back(text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
  if (!parsed.data_directory.empty())
    sources.flags.push_back({.path = "storage.root", .text = parsed.data_directory, .name = "--data"});
  if (parsed.port)
    sources.flags.push_back({.path = "server.port", .text = std::to_string(*parsed.port), .name = "--port"});
  if (parsed.insecure)
    sources.flags.push_back({.path = "server.insecure", .text = "true", .name = "--insecure"});
  for (const std::string& setting : parsed.settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos)
      return InvalidArgument("bad_usage", "--set takes section.key=value, not '{}'", setting);
    sources.flags.push_back(
        {.path = setting.substr(0, equals), .text = setting.substr(equals + 1), .name = "--set"});
  }
  return sources;
}

/// Runs a command that needs the configuration.
int WithSources(const Parsed& parsed, const std::function<int(const ConfigOptions&)>& run) {
  Result<ConfigSources> sources = ReadSources(parsed);
  if (!sources.ok()) return Fail(sources.error());
  return run({.sources = std::move(*sources), .show = parsed.show});
}

void AddConfigOptions(CLI::App* word, Parsed* parsed) {
  word->add_option("--config", parsed->config_file,
                   "Configuration file (default: ./lakehouse.toml when it is there)");
  word->add_option("--data", parsed->data_directory, "Data directory (storage.root)");
  word->add_option("--port", parsed->port, "TCP port (server.port)");
  word->add_option("--set", parsed->settings, "Any setting, as section.key=value; may be repeated");
}

void AddServe(CLI::App& app, Parsed* parsed) {
  CLI::App* word = app.add_subcommand("serve", "Run the server until it is told to stop");
  AddConfigOptions(word, parsed);
  word->add_flag("--insecure", parsed->insecure, "Let others reach the server without TLS (server.insecure)");
  word->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return WithSources(*parsed, [&](const ConfigOptions& options) { return RunServe(context, options); });
    };
  });
}

void AddSql(CLI::App& app, Parsed* parsed) {
  CLI::App* word = app.add_subcommand("sql", "Run SQL: -c, -f, stdin, or a shell on a terminal");
  word->add_option("-c,--command", parsed->sql.commands, "A SELECT statement; may be repeated");
  word->add_option("-f,--file", parsed->sql.file, "A file with statements; - is stdin");
  word->add_option("-p,--param", parsed->sql.parameters, "Value of $1, then $2, …");
  word->add_option("--limit", parsed->sql.limit, "Most rows to return")->check(CLI::PositiveNumber);
  word->add_flag_callback(
      "--explain", [parsed] { parsed->sql.ask = SqlOptions::Ask::kPlan; },
      "Show how it would run instead of running it");
  word->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      const bool told = !parsed->sql.commands.empty() || !parsed->sql.file.empty();
      if (!told && isatty(STDIN_FILENO) == 1 && IsTerminal(Stream::kOut))
        return RunSqlShell(*parsed->interrupt, parsed->client, parsed->sql);
      return RunSql(context, parsed->client, parsed->sql);
    };
  });
}

void AddIngest(CLI::App& app, Parsed* parsed) {
  CLI::App* word = app.add_subcommand("ingest", "Put CSV files into datasets");
  word->add_option("files", parsed->ingest.files, "Files")->required();
  word->add_option("--name", parsed->ingest.name, "Dataset (default: made from the file's name)");
  word->add_option("--mode", parsed->ingest.mode, "auto, create, append or replace")
      ->check(CLI::IsMember({"auto", "create", "append", "replace"}));
  word->add_option("--bucket", parsed->ingest.bucket, "Bucket of a new dataset");
  word->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunIngest(context, parsed->client, parsed->ingest);
    };
  });
}

void AddDatasets(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("dataset", "Look at datasets; drop and bring back");
  group->require_subcommand(1);
  AddList(group, parsed, "List datasets", RunDatasetList);
  AddNamed(group, parsed, "show", "Show one dataset and its columns", "name", RunDatasetShow);
  AddNamed(group, parsed, "versions", "List the versions of a dataset", "name", RunDatasetVersions);
  AddNamed(group, parsed, "drop", "Drop a dataset; its versions stay", "name", RunDatasetDrop);
  AddNamed(group, parsed, "undrop", "Bring a dropped dataset back", "name", RunDatasetUndrop);
}

void AddKeys(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("key", "Make, list and revoke API keys");
  group->require_subcommand(1);
  CLI::App* create = group->add_subcommand("create", "Make a key; it is shown or saved this once");
  create->add_option("name", parsed->new_key.name, "What logs call its holder")->required();
  create->add_option("--role", parsed->new_key.role, "What its holder may do and see")->required();
  create->add_option("--profile", parsed->new_key.profile, "Profile that its holder activates");
  create->add_option("--expires", parsed->new_key.expires_at, "When it ends, as 2027-01-31T00:00:00Z");
  create->add_option(
      "--save", parsed->new_key.save,
      "New file for the key, for you alone, as --key-file takes it; the key is not shown then");
  create->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunKeyCreate(context, parsed->client, parsed->new_key);
    };
  });
  AddList(group, parsed, "List keys", RunKeyList);
  AddNamed(group, parsed, "revoke", "Revoke a key, by name or id", "key", RunKeyRevoke);
}

void AddRoles(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("role", "Define roles; explain what they see");
  group->require_subcommand(1);
  AddList(group, parsed, "List roles", RunRoleList);
  AddNamed(group, parsed, "show", "Show one role as JSON", "name", RunRoleShow);
  AddNamed(group, parsed, "put", "Define a role from a JSON file; - is stdin", "file", RunRolePut);
  AddNamed(group, parsed, "delete", "Delete a role; a built-in one is what it was again", "name",
           RunRoleDelete);
  CLI::App* check = group->add_subcommand("check", "Say why a role sees what it sees of a dataset");
  check->add_option("dataset", parsed->check.dataset)->required();
  check->add_option("--role", parsed->check.role, "Role (default: your own)");
  check->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunRoleCheck(context, parsed->client, parsed->check);
    };
  });
}

void AddAudit(CLI::App& app, Parsed* parsed) {
  CLI::App* word = app.add_subcommand("audit", "List what was asked, newest first");
  word->add_option("--caller", parsed->audit.caller, "Only what this caller asked");
  word->add_option("--dataset", parsed->audit.dataset, "Only what reads this dataset");
  word->add_option("--decision", parsed->audit.decision, "allowed, denied or refused")
      ->check(CLI::IsMember({"allowed", "denied", "refused"}));
  word->add_option("--limit", parsed->audit.limit, "Most records to show")->check(CLI::PositiveNumber);
  word->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunAudit(context, parsed->client, parsed->audit);
    };
  });
}

void AddRerankOptions(CLI::App* word, std::optional<std::string>* reranker) {
  word->add_flag_callback(
      "--rerank", [reranker] { reranker->emplace(reranker->value_or("")); },
      "Let the server's reranking model order the best candidates");
  word->add_option("--rerank-model", *reranker, "The same, by the model of that name");
}

void AddSearch(CLI::App& app, Parsed* parsed) {
  CLI::App* word = app.add_subcommand("search", "Find texts by what they mean");
  word->add_option("index", parsed->search.index, "Index to search")->required();
  word->add_option("query", parsed->search.query, "A question or some words")->required();
  word->add_option("-k,--k", parsed->search.k, "Most hits (default: 10)")->check(CLI::PositiveNumber);
  word->add_option("--mode", parsed->search.mode, "vector: by meaning; text: by words; hybrid: by both")
      ->check(CLI::IsMember({"vector", "text", "hybrid"}));
  word->add_option("--fusion", parsed->search.fusion,
                   "Of hybrid, dbsf: by where scores stand among all candidates' (default); rrf: by ranks")
      ->check(CLI::IsMember({"dbsf", "rrf"}));
  word->add_option("--per-document", parsed->search.per_document, "Most hits of one document")
      ->check(CLI::PositiveNumber);
  word->add_option("--filter", parsed->search.filter, "SQL condition on the columns of the dataset");
  word->add_option("--ef-search", parsed->search.ef_search, "Effort, 10 to 200 (default: the index's)");
  word->add_flag_callback(
      "--exact", [parsed] { parsed->search.precision = SearchOptions::Precision::kExact; },
      "Compare with every text");
  AddRerankOptions(word, &parsed->search.reranker);
  word->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunSearch(context, parsed->client, parsed->search);
    };
  });
}

void AddAsk(CLI::App& app, Parsed* parsed) {
  CLI::App* word =
      app.add_subcommand("ask", "Answer a question from an index, with citations; Ctrl-C cancels");
  word->add_option("index", parsed->ask.index, "Index whose texts answer")->required();
  word->add_option("question", parsed->ask.question, "A question")->required();
  word->add_option("-k,--k", parsed->ask.k, "Most chunks to answer from (default: 5)")
      ->check(CLI::PositiveNumber);
  word->add_option("--mode", parsed->ask.mode, "How they are found: vector, text or hybrid (default)")
      ->check(CLI::IsMember({"vector", "text", "hybrid"}));
  word->add_option("--filter", parsed->ask.filter, "SQL condition on the columns of the dataset");
  word->add_option(
          "--style", parsed->ask.style,
          "generative: a model writes; extractive: sentences are quoted; auto (default): whichever can be")
      ->check(CLI::IsMember({"auto", "extractive", "generative"}));
  word->add_option("--model", parsed->ask.model, "Model that writes (default: the server's)");
  AddRerankOptions(word, &parsed->ask.reranker);
  word->callback([parsed] {
    parsed->run = [parsed](const Context& context) { return RunAsk(context, parsed->client, parsed->ask); };
  });
}

void AddJobs(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("job", "Look at jobs; cancel them");
  group->require_subcommand(1);
  AddList(group, parsed, "List jobs, newest first", RunJobList);
  AddNamed(group, parsed, "show", "Show one job", "id", RunJobShow);
  AddNamed(group, parsed, "cancel", "Cancel one job", "id", RunJobCancel);
}

void AddConfig(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("config", "Show or check the configuration");
  group->require_subcommand(1);
  CLI::App* show = group->add_subcommand("show", "Print every setting");
  AddConfigOptions(show, parsed);
  show->add_flag_callback(
      "--origin", [parsed] { parsed->show = ConfigOptions::Show::kValuesWithOrigin; },
      "Also say where each value comes from");
  show->callback([parsed] {
    parsed->run = [parsed](const Context&) {
      return WithSources(*parsed, [&](const ConfigOptions& options) {
        return RunConfigShow(options, parsed->client.output);
      });
    };
  });
  CLI::App* check = group->add_subcommand("check", "Say whether the configuration is valid");
  AddConfigOptions(check, parsed);
  check->callback(
      [parsed] { parsed->run = [parsed](const Context&) { return WithSources(*parsed, RunConfigCheck); }; });
}

void AddSystem(CLI::App& app, Parsed* parsed) {
  CLI::App* doctor = app.add_subcommand("doctor", "Check whether the server can work here");
  AddConfigOptions(doctor, parsed);
  doctor->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return WithSources(
          *parsed, [&](const ConfigOptions& options) { return RunDoctor(context, parsed->client, options); });
    };
  });
  app.add_subcommand("version", "Print the version of this program and of the server")->callback([parsed] {
    parsed->run = [parsed](const Context& context) { return RunVersion(context, parsed->client); };
  });
}

void AddDemo(CLI::App& app, Parsed* parsed) {
  CLI::App* word = app.add_subcommand("demo", "Show the product on the data of a staffing company");
  word->add_option("--rows", parsed->demo.rows, "Rows in all seven tables")
      ->check(CLI::Range(1000, 1'000'000'000));
  word->add_option("--resumes", parsed->demo.resumes,
                   "Résumés to index by what they mean; 0: none (default: 5000, some minutes)")
      ->check(CLI::Range(0, 1'000'000));
  word->add_option("--data", parsed->demo.data_directory, "Data directory");
  word->add_option("--port", parsed->demo.port, "TCP port; 0 takes any free one");
  word->add_flag_callback(
      "--exit", [parsed] { parsed->demo.afterwards = DemoOptions::Afterwards::kExit; },
      "End after the queries");
  word->callback([parsed] {
    parsed->run = [parsed](const Context& context) { return RunDemo(context, parsed->demo); };
  });
}

void AddGlobalOptions(CLI::App& app, Parsed* parsed) {
  app.require_subcommand(1);
  app.fallthrough();  // Global options may stand behind the word.
  app.add_option("--url", parsed->client.url, "Server to talk to")->envname("LAKEHOUSE_URL");
  app.add_option("--ca-file", parsed->client.ca_file,
                 "PEM file with the certificates to trust in place of this machine's (https)")
      ->envname("LAKEHOUSE_CA_FILE");
  // Not CLI11's envname: a key file goes before the environment.
  app.add_option("--key,--api-key", parsed->key.option, "API key (or LAKEHOUSE_API_KEY, or a file)");
  app.add_option("--key-file", parsed->key.file, "File that holds the API key; chmod 600");
  app.add_option("-o,--output", parsed->output,
                 "table, json, csv, ndjson, arrow or parquet (default: table on a terminal)")
      ->check(CLI::IsMember({"table", "json", "csv", "ndjson", "arrow", "parquet"}));
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app("lakehouse: a folder as a governed lakehouse", "lake");
  auto parsed = std::make_unique<Parsed>();
  AddGlobalOptions(app, parsed.get());
  AddServe(app, parsed.get());
  AddSql(app, parsed.get());
  AddIngest(app, parsed.get());
  AddDatasets(app, parsed.get());
  AddIndexWords(app, parsed.get());
  AddTuningWords(app, parsed.get());
  AddProfileWords(app, parsed.get());
  AddSearch(app, parsed.get());
  AddAsk(app, parsed.get());
  AddJobs(app, parsed.get());
  AddKeys(app, parsed.get());
  AddRoles(app, parsed.get());
  AddAudit(app, parsed.get());
  AddConfig(app, parsed.get());
  AddSystem(app, parsed.get());
  AddDemo(app, parsed.get());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  while (parsed->client.url.ends_with('/')) parsed->client.url.pop_back();
  parsed->client.output = ChooseOutput(parsed->output);
  parsed->key.environment = EnvironmentVariable("LAKEHOUSE_API_KEY").value_or("");
  Result<std::optional<std::string>> key = FindApiKey(parsed->key);
  if (!key.ok()) return Fail(key.error());
  parsed->client.api_key = std::move(*key);
  Interrupt interrupt;
  parsed->interrupt = &interrupt;
  return parsed->run(Context{.cancel = interrupt.token()});
}

}  // namespace lake::app
