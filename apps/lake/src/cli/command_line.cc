#include "command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>

#include "api_key.h"
#include "commands.h"
#include "demo_command.h"
#include "environment.h"
#include "exit_code.h"
#include "interrupt.h"
#include "serve_command.h"
#include "sql_shell.h"
#include "terminal.h"

extern char** environ;

namespace lake::app {
namespace {

/// What the options write into, and what to run in the end.
struct Parsed {
  ClientOptions client;
  KeySources key;
  std::string output;
  SqlOptions sql;
  IngestOptions ingest;
  IndexOptions index;
  RefreshOptions refresh;
  RefreshPolicyOptions policy;
  PromoteOptions promote;
  PromotedOptions promoted;
  SearchOptions search;
  AskOptions ask;
  EvalOptions eval;
  TrialOptions trial;
  TuneOptions tune;
  ListOptions list;
  KeyOptions new_key;
  CheckOptions check;
  AuditOptions audit;
  std::string name;
  std::string config_file;
  std::string data_directory;
  std::optional<uint16_t> port;
  bool insecure = false;
  std::vector<std::string> settings;
  ConfigOptions::Show show = ConfigOptions::Show::kValues;
  DemoOptions demo;
  std::function<int(const Context&)> run;
  Interrupt* interrupt = nullptr;  ///< For the SQL shell, where Ctrl-C ends a statement only.
};

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

using NamedCommand = int (*)(const Context&, const ClientOptions&, const std::string&);
using ListCommand = int (*)(const Context&, const ClientOptions&, const ListOptions&);

void AddNamed(CLI::App* group, Parsed* parsed, const std::string& word, const std::string& help,
              const char* argument, NamedCommand command) {
  CLI::App* added = group->add_subcommand(word, help);
  added->add_option(argument, parsed->name)->required();
  added->callback([parsed, command] {
    parsed->run = [parsed, command](const Context& context) {
      return command(context, parsed->client, parsed->name);
    };
  });
}

void AddList(CLI::App* group, Parsed* parsed, const std::string& help, ListCommand command) {
  CLI::App* added = group->add_subcommand("ls", help);
  added->add_option("--limit", parsed->list.limit, "Most items to show")->check(CLI::PositiveNumber);
  added->callback([parsed, command] {
    parsed->run = [parsed, command](const Context& context) {
      return command(context, parsed->client, parsed->list);
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

void AddPolicyOptions(CLI::App* word, const std::string& policy, RefreshPolicyOptions* options) {
  word->add_option(policy, options->policy,
                   "manual; on_append: whenever the dataset has other rows; scheduled: then, at the times of "
                   "--cron")
      ->check(CLI::IsMember({"manual", "on_append", "scheduled"}));
  word->add_option("--cron", options->cron,
                   "Of the policy scheduled: minute, hour, day of the month, month, day of the week, in UTC");
}

void AddIndexRefresh(CLI::App* group, Parsed* parsed) {
  CLI::App* refresh = group->add_subcommand(
      "refresh", "Embed what is new or changed since an index was built; Ctrl-C cancels");
  refresh->add_option("name", parsed->refresh.index, "Index name")->required();
  refresh->add_flag_callback(
      "--no-wait", [parsed] { parsed->refresh.wait = IndexOptions::Wait::kNot; },
      "Print the job instead of waiting for its end");
  refresh->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunIndexRefresh(context, parsed->client, parsed->refresh);
    };
  });
  CLI::App* policy = group->add_subcommand("policy", "Say when an index is refreshed by itself");
  policy->add_option("name", parsed->policy.index, "Index name")->required();
  AddPolicyOptions(policy, "policy", &parsed->policy);
  policy->get_option("policy")->required();
  policy->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunIndexPolicy(context, parsed->client, parsed->policy);
    };
  });
}

void AddIndexCreate(CLI::App* group, Parsed* parsed) {
  CLI::App* create = group->add_subcommand("create", "Build an index over a text column; Ctrl-C cancels");
  create->add_option("name", parsed->index.name, "Name of the new index")->required();
  create->add_option("--source", parsed->index.source, "Dataset whose texts are indexed")->required();
  create->add_option("--text", parsed->index.text_column, "Column with the texts")->required();
  create->add_option("--id", parsed->index.id_column, "Column that names a row; its values are unique")
      ->required();
  create->add_option("--model", parsed->index.model, "Model that embeds (default: the server's)");
  create->add_option("--chunk-unit", parsed->index.chunk_unit,
                     "What the length of a chunk is counted in: words (default) or the model's tokens");
  create->add_option("--chunk-size,--chunk-words", parsed->index.chunk_size,
                     "Most words or tokens of a chunk");
  create->add_option("--overlap,--overlap-words", parsed->index.chunk_overlap,
                     "Words or tokens that stand in two chunks that follow each other");
  create->add_option("--ef-construction", parsed->index.ef_construction, "Effort of the build, 10 to 400");
  create->add_option("--ef-search", parsed->index.ef_search, "Effort of a search, 10 to 200");
  create->add_option("--bucket", parsed->index.bucket, "Bucket of its files");
  AddPolicyOptions(create, "--refresh-policy", &parsed->index.refresh);
  create->add_flag_callback(
      "--no-wait", [parsed] { parsed->index.wait = IndexOptions::Wait::kNot; },
      "Print the job instead of waiting for its end");
  create->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunIndexCreate(context, parsed->client, parsed->index);
    };
  });
}

void AddIndexPromotion(CLI::App* group, Parsed* parsed) {
  CLI::App* promote = group->add_subcommand("promote", "Give an index the configuration of a trial");
  promote->add_option("name", parsed->promote.index, "Index name")->required();
  promote->add_option("trial", parsed->promote.trial, "Trial id")->required();
  promote->add_option("--note", parsed->promote.note, "Why");
  promote->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunIndexPromote(context, parsed->client, parsed->promote);
    };
  });
  AddNamed(group, parsed, "rollback", "Go back to what was promoted before", "name", RunIndexRollback);
  CLI::App* promoted = group->add_subcommand("promoted", "Show what is promoted, and was for an index");
  promoted->add_option("name", parsed->promoted.index, "Index name (default: what is for each)");
  promoted->add_option("--limit", parsed->promoted.limit, "Most indexes to show")->check(CLI::PositiveNumber);
  promoted->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunIndexPromoted(context, parsed->client, parsed->promoted);
    };
  });
}

void AddIndexes(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("index", "Build, refresh, tune, look at and drop indexes for search");
  group->require_subcommand(1);
  AddIndexCreate(group, parsed);
  AddIndexRefresh(group, parsed);
  AddIndexPromotion(group, parsed);
  AddList(group, parsed, "List indexes", RunIndexList);
  AddNamed(group, parsed, "show", "Show one index", "name", RunIndexShow);
  AddNamed(group, parsed, "drop", "Drop an index with its files", "name", RunIndexDrop);
}

void AddEvals(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("eval", "Make and look at the queries that indexes are measured with");
  group->require_subcommand(1);
  AddList(group, parsed, "List eval sets", RunEvalList);
  AddNamed(group, parsed, "show", "Show one eval set", "name", RunEvalShow);
  AddNamed(group, parsed, "create", "Save an eval set from a JSON file; - is stdin", "file", RunEvalCreate);
  CLI::App* autogen = group->add_subcommand("autogen", "Make an eval set of an index; Ctrl-C cancels");
  autogen->add_option("name", parsed->eval.name, "Name of the eval set")->required();
  autogen->add_option("--index", parsed->eval.index, "Index that the queries are made of")->required();
  autogen->add_option("--count", parsed->eval.count, "Most queries (default: 1000)");
  autogen->add_option("-k,--k", parsed->eval.k, "Neighbours that are asked for (default: 10)");
  autogen->add_option("--seed", parsed->eval.seed, "Another one gives other queries");
  autogen->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunEvalAutogen(context, parsed->client, parsed->eval);
    };
  });
}

using TrialCommand = int (*)(const Context&, const ClientOptions&, const TrialOptions&);

CLI::App* AddTrial(CLI::App* group, Parsed* parsed, const std::string& word, const std::string& help,
                   TrialCommand command) {
  CLI::App* added = group->add_subcommand(word, help);
  added->add_option("index", parsed->trial.index, "Index name")->required();
  added->callback([parsed, command] {
    parsed->run = [parsed, command](const Context& context) {
      return command(context, parsed->client, parsed->trial);
    };
  });
  return added;
}

void AddTrials(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("trial", "Try other configurations of an index; compare them");
  group->require_subcommand(1);
  CLI::App* run =
      AddTrial(group, parsed, "run", "Build and measure one configuration; Ctrl-C cancels", RunTrial);
  run->add_option("--eval", parsed->trial.eval_set, "Eval set to measure it with")->required();
  run->add_option("--ef-construction", parsed->trial.ef_construction,
                  "Effort of the build, 10 to 400 (default: 80)");
  run->add_option("--ef-search", parsed->trial.ef_search, "Effort of a search, 10 to 200 (default: 30)");
  run->add_option("--seed", parsed->trial.seed, "Another one gives another graph");
  run->add_option("--note", parsed->trial.note, "What to remember of it");
  CLI::App* list = AddTrial(group, parsed, "ls", "List the trials of an index, newest first", RunTrialList);
  list->add_option("--limit", parsed->trial.list.limit, "Most items to show")->check(CLI::PositiveNumber);
  CLI::App* best = AddTrial(group, parsed, "best", "Show the best trial of an index", RunTrialBest);
  best->add_option("--metric", parsed->trial.metric,
                   "recall, latency or pareto (default): the recall less what the latency costs")
      ->check(CLI::IsMember({"recall", "latency", "pareto"}));
}

void AddTune(CLI::App& app, Parsed* parsed) {
  TuneOptions& options = parsed->tune;
  CLI::App* word = app.add_subcommand(
      "tune", "Try a grid of configurations of an index and promote the best; Ctrl-C cancels");
  word->add_option("index", options.index, "Index name")->required();
  word->add_option("--eval", options.eval_set, "Eval set to measure with")->required();
  word->add_option("--grid", options.grid,
                   "ef_construction:ef_search[:seed], several with blanks or commas between\n"
                   "(default: 20:30:42 40:30:42 80:30:42 80:60:42 160:30:42)")
      ->delimiter(',');
  word->add_option("--min-recall", options.min_recall, "Least recall of a winner (default: 0.9)");
  word->add_option("--max-p95-us", options.max_p95_us,
                   "Greatest 95th percentile of its latency, microseconds");
  word->add_option("--max-memory-bytes", options.max_memory_bytes, "Most bytes that a search of it reads");
  word->add_option("--max-build-secs", options.max_build_secs, "Most seconds that its build may take");
  word->callback([parsed] {
    parsed->run = [parsed](const Context& context) { return RunTune(context, parsed->client, parsed->tune); };
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
  AddIndexes(app, parsed.get());
  AddEvals(app, parsed.get());
  AddTrials(app, parsed.get());
  AddTune(app, parsed.get());
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
