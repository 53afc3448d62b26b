#include "command_words.h"

namespace lake::app {

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

void AddGraphOptions(CLI::App* word, GraphOptions* options) {
  word->add_option("--ef-construction", options->ef_construction,
                   "Effort of the build, 10 to 400 (default: 80)");
  word->add_option("--ef-search", options->ef_search, "Effort of a search, 10 to 200 (default: 30)");
  word->add_option("--seed", options->seed, "Another one gives another graph");
  word->add_option("--degree", options->degree, "Most neighbours in the graph, 4 to 96 (default: 32)");
  word->add_option("--alpha", options->alpha,
                   "How much longer than needed a way may be kept, 1 to 2 (default: 1)");
  word->add_option("--code", options->code,
                   "What walks compare: int4, int8 or f32 (default: by the vectors)");
  word->add_option("--rerank-rows", options->rerank, "Rows compared exactly at the end of a walk, 1 to 1000");
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

}  // namespace lake::app
