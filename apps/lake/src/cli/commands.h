// The words of the command line: what each was told, and what runs it. Every command talks HTTP to a server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lake/common/config.h"
#include "lake/common/context.h"

namespace lake::app {

enum class OutputFormat { kTable, kJson, kCsv, kNdjson, kArrow, kParquet };

/// What every command that talks to a server needs.
struct ClientOptions {
  std::string url = "http://127.0.0.1:3100";
  std::string ca_file;  ///< Whom to trust instead of the authorities that this machine trusts; or empty.
  std::optional<std::string> api_key;
  OutputFormat output = OutputFormat::kTable;
};

struct SqlOptions {
  std::vector<std::string> commands;  ///< -c, in order.
  std::string file;                   ///< -f; "-" is stdin.
  std::vector<std::string> parameters;
  std::optional<int64_t> limit;
  enum class Ask { kRows, kPlan } ask = Ask::kRows;
};

struct IngestOptions {
  std::vector<std::string> files;
  std::string name;
  std::string mode = "auto";
  std::string bucket;
};

struct RefreshPolicyOptions {
  std::string index;
  std::string policy;
  std::string cron;
};

/// A configuration of a graph; what is none is the server's choice.
struct GraphOptions {
  std::optional<int64_t> ef_construction;
  std::optional<int64_t> ef_search;
  std::optional<int64_t> seed;
  std::optional<int64_t> degree;
  std::optional<double> alpha;
  std::string code;
  std::optional<int64_t> rerank;
};

struct IndexOptions {
  std::string name;
  std::string source;
  std::string text_column;
  std::string id_column;
  std::string model;
  std::string bucket;
  std::string chunk_unit;
  std::optional<int64_t> chunk_size;
  std::optional<int64_t> chunk_overlap;
  GraphOptions graph;
  RefreshPolicyOptions refresh;
  enum class Wait { kToTheEnd, kNot } wait = Wait::kToTheEnd;
};

struct RefreshOptions {
  std::string index;
  IndexOptions::Wait wait = IndexOptions::Wait::kToTheEnd;
};

struct MoveOptions {
  std::string index;
  std::string bucket;
  IndexOptions::Wait wait = IndexOptions::Wait::kToTheEnd;
};

struct TuneReportOptions {
  std::string index;
  std::string file;  ///< Empty: named after the index; "-" is stdout.
};

struct PromoteOptions {
  std::string index;
  std::string trial;
  std::string note;
};

struct PromotedOptions {
  std::string index;  ///< Empty: what is promoted for each.
  int64_t limit = 1000;
};

struct SearchOptions {
  std::string index;
  std::string query;
  std::string mode = "vector";
  std::string fusion;  ///< Empty: the server's choice.
  int64_t k = 10;
  std::optional<int64_t> per_document;
  std::string filter;
  std::optional<int64_t> ef_search;
  enum class Precision { kApproximate, kExact } precision = Precision::kApproximate;
  std::optional<std::string> reranker;  ///< Name of a model; empty: the server's.
};

struct AskOptions {
  std::string index;
  std::string question;
  std::string mode = "hybrid";
  int64_t k = 5;
  std::string filter;
  std::string style = "auto";
  std::string model;
  std::optional<std::string> reranker;  ///< As in SearchOptions.
};

struct ListOptions {
  int64_t limit = 1000;
};

struct EvalOptions {
  std::string name;
  std::string index;
  std::optional<int64_t> count;
  std::optional<int64_t> k;
  std::optional<int64_t> seed;
};

struct TrialOptions {
  std::string index;
  std::string eval_set;
  GraphOptions graph;
  std::string note;
  std::string metric = "pareto";
  ListOptions list;
};

struct TuneOptions {
  std::string index;
  std::string eval_set;
  std::vector<std::string> grid;  ///< "ef_construction:ef_search", or with ":seed"; none: the server's.
  std::optional<double> min_recall;
  std::optional<double> max_p95_us;
  std::optional<double> max_build_secs;
  std::optional<int64_t> max_memory_bytes;
  std::string strategy;  ///< Empty: the server's.
  std::optional<int64_t> max_trials;
  std::optional<double> max_cpu_secs;
};

struct ProfileOptions {
  std::string id;
  std::string model;  ///< As Ollama calls it.
  std::vector<std::string> datasets;
  std::string description;
  std::string embed_model;
  std::string bucket;
  std::optional<int64_t> ef_construction;
  std::optional<int64_t> ef_search;
  std::optional<int64_t> seed;
  SearchOptions search;
  ListOptions list;
};

struct KeyOptions {
  std::string name;
  std::string role;
  std::string profile;  ///< Empty: none.
  std::string expires_at;
  std::string save;  ///< A new file for the key; empty: it goes to stdout.
};

struct CheckOptions {
  std::string dataset;
  std::string role;
};

struct AuditOptions {
  std::string caller;
  std::string dataset;
  std::string decision;
  int64_t limit = 100;
};

struct ConfigOptions {
  ConfigSources sources;
  enum class Show { kValues, kValuesWithOrigin } show = Show::kValues;
};

// Each returns an exit code (exit_code.h) and has printed its error.
int RunSql(const Context& context, const ClientOptions& client, const SqlOptions& options);
int RunIngest(const Context& context, const ClientOptions& client, const IngestOptions& options);
int RunDatasetList(const Context& context, const ClientOptions& client, const ListOptions& options);
int RunDatasetShow(const Context& context, const ClientOptions& client, const std::string& name);
int RunDatasetDrop(const Context& context, const ClientOptions& client, const std::string& name);
int RunDatasetUndrop(const Context& context, const ClientOptions& client, const std::string& name);
int RunDatasetVersions(const Context& context, const ClientOptions& client, const std::string& name);
int RunKeyCreate(const Context& context, const ClientOptions& client, const KeyOptions& options);
int RunKeyList(const Context& context, const ClientOptions& client, const ListOptions& options);
/// By id, or by the name of a key in force.
int RunKeyRevoke(const Context& context, const ClientOptions& client, const std::string& key);
int RunRoleList(const Context& context, const ClientOptions& client, const ListOptions& options);
int RunRoleShow(const Context& context, const ClientOptions& client, const std::string& name);
/// From a file with the role as JSON; "-" is stdin.
int RunRolePut(const Context& context, const ClientOptions& client, const std::string& file);
int RunRoleDelete(const Context& context, const ClientOptions& client, const std::string& name);
int RunRoleCheck(const Context& context, const ClientOptions& client, const CheckOptions& options);
int RunAudit(const Context& context, const ClientOptions& client, const AuditOptions& options);
int RunIndexCreate(const Context& context, const ClientOptions& client, const IndexOptions& options);
int RunIndexList(const Context& context, const ClientOptions& client, const ListOptions& options);
int RunIndexShow(const Context& context, const ClientOptions& client, const std::string& name);
int RunIndexRefresh(const Context& context, const ClientOptions& client, const RefreshOptions& options);
int RunIndexPolicy(const Context& context, const ClientOptions& client, const RefreshPolicyOptions& options);
int RunIndexMove(const Context& context, const ClientOptions& client, const MoveOptions& options);
int RunIndexDrop(const Context& context, const ClientOptions& client, const std::string& name);
int RunEvalList(const Context& context, const ClientOptions& client, const ListOptions& options);
int RunEvalShow(const Context& context, const ClientOptions& client, const std::string& name);
/// From a file with the set as JSON; "-" is stdin.
int RunEvalCreate(const Context& context, const ClientOptions& client, const std::string& file);
int RunEvalAutogen(const Context& context, const ClientOptions& client, const EvalOptions& options);
int RunTrial(const Context& context, const ClientOptions& client, const TrialOptions& options);
int RunTrialList(const Context& context, const ClientOptions& client, const TrialOptions& options);
int RunTune(const Context& context, const ClientOptions& client, const TuneOptions& options);
int RunTuneReport(const Context& context, const ClientOptions& client, const TuneReportOptions& options);
int RunTuneAgent(const Context& context, const ClientOptions& client);
int RunTuneEnqueue(const Context& context, const ClientOptions& client, const std::string& index);
int RunTrialBest(const Context& context, const ClientOptions& client, const TrialOptions& options);
int RunIndexPromote(const Context& context, const ClientOptions& client, const PromoteOptions& options);
int RunIndexRollback(const Context& context, const ClientOptions& client, const std::string& index);
int RunIndexPromoted(const Context& context, const ClientOptions& client, const PromotedOptions& options);
int RunProfileCreate(const Context& context, const ClientOptions& client, const ProfileOptions& options);
int RunProfileList(const Context& context, const ClientOptions& client, const ProfileOptions& options);
int RunProfileShow(const Context& context, const ClientOptions& client, const ProfileOptions& options);
int RunProfileDrop(const Context& context, const ClientOptions& client, const ProfileOptions& options);
int RunProfileActivate(const Context& context, const ClientOptions& client, const ProfileOptions& options);
int RunProfileDeactivate(const Context& context, const ClientOptions& client, const ProfileOptions& options);
int RunProfileActive(const Context& context, const ClientOptions& client, const ProfileOptions& options);
int RunProfileSearch(const Context& context, const ClientOptions& client, const ProfileOptions& options);
int RunSearch(const Context& context, const ClientOptions& client, const SearchOptions& options);
int RunAsk(const Context& context, const ClientOptions& client, const AskOptions& options);
int RunJobList(const Context& context, const ClientOptions& client, const ListOptions& options);
int RunJobShow(const Context& context, const ClientOptions& client, const std::string& id);
int RunJobCancel(const Context& context, const ClientOptions& client, const std::string& id);
int RunConfigShow(const ConfigOptions& options, OutputFormat output);
int RunConfigCheck(const ConfigOptions& options);
int RunDoctor(const Context& context, const ClientOptions& client, const ConfigOptions& options);
int RunVersion(const Context& context, const ClientOptions& client);

}  // namespace lake::app
