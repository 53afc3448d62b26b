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
