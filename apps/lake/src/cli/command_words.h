// What the words of the command line are made of: where their options are kept, and what they have in common.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api_key.h"
#include "commands.h"
#include "demo_command.h"
#include "interrupt.h"
#include "sql_command.h"

namespace lake::app {

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
  MoveOptions move;
  PromoteOptions promote;
  PromotedOptions promoted;
  SearchOptions search;
  AskOptions ask;
  EvalOptions eval;
  TrialOptions trial;
  TuneOptions tune;
  TuneReportOptions tune_report;
  ProfileOptions profile;
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

using NamedCommand = int (*)(const Context&, const ClientOptions&, const std::string&);
using ListCommand = int (*)(const Context&, const ClientOptions&, const ListOptions&);

/// A word with one argument, the name of something.
void AddNamed(CLI::App* group, Parsed* parsed, const std::string& word, const std::string& help,
              const char* argument, NamedCommand command);
/// The word ls.
void AddList(CLI::App* group, Parsed* parsed, const std::string& help, ListCommand command);

/// The options of a configuration of a graph.
void AddGraphOptions(CLI::App* word, GraphOptions* options);

/// lake index.
void AddIndexWords(CLI::App& app, Parsed* parsed);
/// lake eval, lake trial, lake tune.
void AddTuningWords(CLI::App& app, Parsed* parsed);
/// lake profile.
void AddProfileWords(CLI::App& app, Parsed* parsed);

}  // namespace lake::app
