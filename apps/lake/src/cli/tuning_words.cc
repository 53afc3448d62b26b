// The words of lake eval, lake trial and lake tune.
#include "command_words.h"

namespace lake::app {
namespace {

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
  AddGraphOptions(run, &parsed->trial.graph);
  run->add_option("--note", parsed->trial.note, "What to remember of it");
  CLI::App* list = AddTrial(group, parsed, "ls", "List the trials of an index, newest first", RunTrialList);
  list->add_option("--limit", parsed->trial.list.limit, "Most items to show")->check(CLI::PositiveNumber);
  CLI::App* best = AddTrial(group, parsed, "best", "Show the best trial of an index", RunTrialBest);
  best->add_option("--metric", parsed->trial.metric,
                   "recall, latency or pareto (default): the recall less what the latency costs")
      ->check(CLI::IsMember({"recall", "latency", "pareto"}));
}

void AddTuneReport(CLI::App* group, Parsed* parsed) {
  CLI::App* report = group->add_subcommand(
      "report", "Write what the trials of an index came to as an HTML file: front, parameters, decision");
  report->add_option("index", parsed->tune_report.index, "Index name")->required();
  report->add_option("--out", parsed->tune_report.file,
                     "File to write (default: INDEX-tuning.html); - is stdout");
  report->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunTuneReport(context, parsed->client, parsed->tune_report);
    };
  });
}

void AddTuneAgent(CLI::App* group, Parsed* parsed) {
  group->add_subcommand("agent", "Show what tunes indexes by itself: what waits, what it decided and why")
      ->callback([parsed] {
        parsed->run = [parsed](const Context& context) { return RunTuneAgent(context, parsed->client); };
      });
  AddNamed(group, parsed, "enqueue", "Have the agent make a trial of an index soon", "index", RunTuneEnqueue);
}

void AddTune(CLI::App& app, Parsed* parsed) {
  TuneOptions& options = parsed->tune;
  CLI::App* word =
      app.add_subcommand("tune", "Try configurations of an index and promote the best; Ctrl-C cancels");
  word->add_option("index", options.index, "Index name");
  word->add_option("--eval", options.eval_set, "Eval set to measure with");
  word->add_option("--grid", options.grid,
                   "ef_construction:ef_search[:seed], several with blanks or commas between\n"
                   "(default: 20:30:42 40:30:42 80:30:42 80:60:42 160:30:42)")
      ->delimiter(',');
  word->add_option("--min-recall", options.min_recall, "Least recall of a winner (default: 0.9)");
  word->add_option("--max-p95-us", options.max_p95_us,
                   "Greatest 95th percentile of its latency, microseconds");
  word->add_option("--max-memory-bytes", options.max_memory_bytes, "Most bytes that a search of it reads");
  word->add_option("--max-build-secs", options.max_build_secs, "Most seconds that its build may take");
  word->add_option("--strategy", options.strategy,
                   "grid (default); epsilon_greedy: near the best, now and then anything; model: what a\n"
                   "model expects most of, promoted when that is sure to be better")
      ->check(CLI::IsMember({"grid", "epsilon_greedy", "model"}));
  word->add_option("--max-trials", options.max_trials, "Of these two: most trials (default: 20)");
  word->add_option("--max-cpu-secs", options.max_cpu_secs, "Of these two: try nothing more after so many");
  word->callback([parsed, word] {
    if (!word->get_subcommands().empty()) return;
    // Not of its words, which have arguments of their own.
    if (parsed->tune.index.empty()) throw CLI::RequiredError("index");
    if (parsed->tune.eval_set.empty()) throw CLI::RequiredError("--eval");
    parsed->run = [parsed](const Context& context) { return RunTune(context, parsed->client, parsed->tune); };
  });
  AddTuneReport(word, parsed);
  AddTuneAgent(word, parsed);
}

}  // namespace

void AddTuningWords(CLI::App& app, Parsed* parsed) {
  AddEvals(app, parsed);
  AddTrials(app, parsed);
  AddTune(app, parsed);
}

}  // namespace lake::app
