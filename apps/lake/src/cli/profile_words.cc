// The words of lake profile.
#include "command_words.h"

namespace lake::app {
namespace {

using Command = int (*)(const Context&, const ClientOptions&, const ProfileOptions&);

CLI::App* Add(CLI::App* group, Parsed* parsed, const std::string& word, const std::string& help,
              Command command) {
  CLI::App* added = group->add_subcommand(word, help);
  added->callback([parsed, command] {
    parsed->run = [parsed, command](const Context& context) {
      return command(context, parsed->client, parsed->profile);
    };
  });
  return added;
}

CLI::App* AddProfileWord(CLI::App* group, Parsed* parsed, const std::string& word, const std::string& help,
                         Command command) {
  CLI::App* added = Add(group, parsed, word, help, command);
  added->add_option("id", parsed->profile.id, "Profile")->required();
  return added;
}

void AddCreate(CLI::App* group, Parsed* parsed) {
  ProfileOptions& options = parsed->profile;
  CLI::App* create = AddProfileWord(group, parsed, "create", "Make a profile", RunProfileCreate);
  create->add_option("--model", options.model, "Model that writes, as Ollama calls it")->required();
  create->add_option("--dataset", options.datasets, "Dataset whose indexes it searches; may be repeated");
  create->add_option("--description", options.description, "For people");
  create->add_option("--embed-model", options.embed_model, "Model that embeds (default: the server's)");
  create->add_option("--bucket", options.bucket, "Bucket of its own; its activation makes it");
  create->add_option("--ef-construction", options.ef_construction,
                     "Effort of a build while nothing is promoted, 10 to 400");
  create->add_option("--ef-search", options.ef_search,
                     "Effort of a search while nothing is promoted, 10 to 200");
  create->add_option("--seed", options.seed, "Of graphs while nothing is promoted");
}

void AddSearch(CLI::App* group, Parsed* parsed) {
  SearchOptions& search = parsed->profile.search;
  CLI::App* word = AddProfileWord(group, parsed, "search", "Find texts in an index that a profile binds",
                                  RunProfileSearch);
  word->add_option("index", search.index, "Index to search")->required();
  word->add_option("query", search.query, "A question or some words")->required();
  word->add_option("-k,--k", search.k, "Most hits (default: 10)")->check(CLI::PositiveNumber);
  word->add_option("--mode", search.mode, "vector: by meaning; text: by words; hybrid: by both")
      ->check(CLI::IsMember({"vector", "text", "hybrid"}));
  word->add_option("--filter", search.filter, "SQL condition on the columns of the dataset");
  word->add_option("--ef-search", search.ef_search, "Effort, 10 to 200 (default: the index's)");
  word->add_flag_callback(
      "--exact", [&search] { search.precision = SearchOptions::Precision::kExact; },
      "Compare with every text");
}

}  // namespace

void AddProfileWords(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("profile", "Models and indexes of a team: make, activate, search");
  group->require_subcommand(1);
  AddCreate(group, parsed);
  Add(group, parsed, "ls", "List profiles", RunProfileList)
      ->add_option("--limit", parsed->profile.list.limit, "Most items to show")
      ->check(CLI::PositiveNumber);
  AddProfileWord(group, parsed, "show", "Show one profile", RunProfileShow);
  AddProfileWord(group, parsed, "drop", "Drop a profile; its bucket stays", RunProfileDrop);
  AddProfileWord(
      group, parsed, "activate",
      "Take its models and indexes into memory, and those of the one before out of it; Ctrl-C cancels",
      RunProfileActivate);
  AddProfileWord(group, parsed, "deactivate", "Let its model and indexes go", RunProfileDeactivate);
  Add(group, parsed, "active", "Show which profile is active", RunProfileActive);
  AddSearch(group, parsed);
}

}  // namespace lake::app
