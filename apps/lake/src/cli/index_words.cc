// The words of lake index.
#include "command_words.h"

namespace lake::app {
namespace {

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
  AddGraphOptions(create, &parsed->index.graph);
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

void AddIndexMove(CLI::App* group, Parsed* parsed) {
  CLI::App* move = group->add_subcommand("move", "Move an index to another bucket; Ctrl-C cancels");
  move->add_option("name", parsed->move.index, "Index name")->required();
  move->add_option("bucket", parsed->move.bucket, "Bucket that it goes to")->required();
  move->add_flag_callback(
      "--no-wait", [parsed] { parsed->move.wait = IndexOptions::Wait::kNot; },
      "Print the job instead of waiting for its end");
  move->callback([parsed] {
    parsed->run = [parsed](const Context& context) {
      return RunIndexMove(context, parsed->client, parsed->move);
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

}  // namespace

void AddIndexWords(CLI::App& app, Parsed* parsed) {
  CLI::App* group = app.add_subcommand("index", "Build, refresh, tune, look at and drop indexes for search");
  group->require_subcommand(1);
  AddIndexCreate(group, parsed);
  AddIndexRefresh(group, parsed);
  AddIndexMove(group, parsed);
  AddIndexPromotion(group, parsed);
  AddList(group, parsed, "List indexes", RunIndexList);
  AddNamed(group, parsed, "show", "Show one index", "name", RunIndexShow);
  AddNamed(group, parsed, "drop", "Drop an index with its files", "name", RunIndexDrop);
}

}  // namespace lake::app
