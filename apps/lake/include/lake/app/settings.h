// The server's configuration: what lakehouse.toml, LAKEHOUSE__SECTION__KEY and flags may say. Described once;
// a key that is not here is an error with a suggestion.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "lake/app/model_settings.h"
#include "lake/common/describe.h"

namespace lake::app {

struct ServerSettings {
  std::string address = "127.0.0.1";
  uint16_t port = 3100;
  std::string tls_cert;
  std::string tls_key;
  bool insecure = false;
  std::vector<std::string> allowed_hosts;
  uint32_t workers = 16;
  uint32_t request_timeout_secs = 300;
  uint32_t stall_timeout_secs = 30;
  uint32_t drain_timeout_secs = 10;
};

struct BucketSettings {
  std::string name;
  std::string backend = "local";
  std::string root;
};

struct StorageSettings {
  std::string root = "./data";
  std::vector<BucketSettings> buckets;
  std::string profile_root;
  uint32_t checkpoint_every = 256;
};

struct QuerySettings {
  uint32_t threads = 0;
  uint64_t memory_bytes = 0;
  uint64_t spill_bytes = 64ull << 30;
  uint32_t max_running = 0;
  uint32_t max_waiting = 64;
  uint32_t timeout_secs = 0;
  uint64_t max_result_rows = 0;
  uint64_t max_result_bytes = 64ull << 30;
  uint64_t cache_bytes = 64u << 20;
};

struct IngestSettings {
  uint64_t async_bytes = 8u << 20;
  uint64_t max_upload_bytes = 64ull << 30;
  double max_rejected_fraction = 0.1;
  uint32_t jobs = 2;
};

struct AnswerSettings {
  double min_support = 0.42;
};

struct TuningSettings {
  uint64_t cache_bytes = 2ull << 30;
  uint32_t max_waiting = 16;
  double pareto_latency_weight = 0.2;
  double pareto_latency_cap_us = 1000;
  bool canary = true;
};

struct AgentSettings {
  bool enabled = false;
  std::string strategy = "epsilon_greedy";
  uint32_t max_trials_per_hour = 20;
  uint32_t cooldown_secs = 10;
  uint32_t wake_secs = 60;
  uint64_t min_new_rows = 1000;
  double min_recall = 0.9;
};

struct ProfileSettings {
  uint64_t warm_bytes = 4ull << 30;
};

struct AccessSettings {
  bool auth = false;
  std::string secrets_file;
};

struct TelemetrySettings {
  std::string log_level = "info";
};

struct Settings {
  ServerSettings server;
  StorageSettings storage;
  QuerySettings query;
  IngestSettings ingest;
  ModelSettings models;
  AnswerSettings answers;
  TuningSettings tuning;
  ProfileSettings profiles;
  AgentSettings agent;
  AccessSettings access;
  TelemetrySettings telemetry;
};

}  // namespace lake::app

template <>
struct lake::Describe<lake::app::ServerSettings> {
  using T = lake::app::ServerSettings;
  static constexpr std::string_view kName = "ServerSettings";
  static constexpr auto kFields = std::tuple{
      Optional("address", &T::address, "Address to listen on; loopback unless told otherwise.")
          .Between(1, 255),
      Optional("port", &T::port, "TCP port; 0 takes any free one."),
      Optional(
          "tls_cert", &T::tls_cert,
          "PEM file with the server's certificate and those that vouch for it; with it the server speaks "
          "HTTPS. Read again within a minute when it changes.")
          .Between(0, 4096),
      Optional("tls_key", &T::tls_key, "PEM file with the certificate's key, closed to other users.")
          .Between(0, 4096),
      Optional("insecure", &T::insecure,
               "Whether an address that others reach may do without TLS, because something in front of it "
               "encrypts."),
      Optional("allowed_hosts", &T::allowed_hosts,
               "Host names a browser may use for this server, beyond loopback ones."),
      Optional("workers", &T::workers, "Threads that run requests.").Between(1, 1024),
      Optional("request_timeout_secs", &T::request_timeout_secs, "A request is stopped after this long.")
          .Between(1, 86400),
      Optional("stall_timeout_secs", &T::stall_timeout_secs,
               "A client that takes or sends less than 1 KiB a second for this long is cut off.")
          .Between(1, 3600),
      Optional("drain_timeout_secs", &T::drain_timeout_secs, "At shutdown, running requests get this long.")
          .Between(0, 3600)};
};
template <>
struct lake::Describe<lake::app::BucketSettings> {
  using T = lake::app::BucketSettings;
  static constexpr std::string_view kName = "BucketSettings";
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "Name of the bucket; one of them is 'primary'.").Between(3, 63),
                 Optional("backend", &T::backend, "Kind of store: local."),
                 Required("root", &T::root, "Directory of a local bucket.").Between(1, 4096)};
};
template <>
struct lake::Describe<lake::app::StorageSettings> {
  using T = lake::app::StorageSettings;
  static constexpr std::string_view kName = "StorageSettings";
  static constexpr auto kFields = std::tuple{
      Optional("root", &T::root, "Data directory: the bucket 'primary' when no buckets are configured.")
          .Between(1, 4096),
      Optional("buckets", &T::buckets, "Buckets by name.").Between(0, 1000),
      Optional(
          "profile_root", &T::profile_root,
          "Directory below which buckets of profiles are made, each a directory of its name; of this server "
          "alone. Empty: none are made.")
          .Between(0, 4096),
      Optional("checkpoint_every", &T::checkpoint_every, "Commits between two checkpoints of the catalog.")
          .Between(1, 1'000'000)};
};
template <>
struct lake::Describe<lake::app::QuerySettings> {
  using T = lake::app::QuerySettings;
  static constexpr std::string_view kName = "QuerySettings";
  static constexpr auto kFields = std::tuple{
      Optional("threads", &T::threads, "Engine threads; 0 is one per core.").Between(0, 1024),
      Optional("memory_bytes", &T::memory_bytes, "Engine memory; 0 is half of the machine's."),
      Optional("spill_bytes", &T::spill_bytes, "Most disk space for queries that do not fit in memory."),
      Optional("max_running", &T::max_running, "Queries at once; 0 is twice the cores.").Between(0, 4096),
      Optional("max_waiting", &T::max_waiting, "Queries that may wait for a slot.").Between(0, 65536),
      Optional("timeout_secs", &T::timeout_secs,
               "A query is stopped after this long, waiting for a slot included; 0 is "
               "server.request_timeout_secs.")
          .Between(0, 86400),
      Optional(
          "max_result_rows", &T::max_result_rows,
          "Most rows of one answer; an answer that has more ends in an error. 0 is as many as there are."),
      Optional("max_result_bytes", &T::max_result_bytes,
               "Most bytes of one answer before compression; 0 is as many as there are."),
      Optional("cache_bytes", &T::cache_bytes,
               "Memory for answers that are given again while nothing that they depend on changed; 0 keeps "
               "none.")};
};
template <>
struct lake::Describe<lake::app::IngestSettings> {
  using T = lake::app::IngestSettings;
  static constexpr std::string_view kName = "IngestSettings";
  static constexpr auto kFields =
      std::tuple{Optional("async_bytes", &T::async_bytes, "Files above this size are ingested as a job.")
                     .Between(0, 1u << 30),
                 Optional("max_upload_bytes", &T::max_upload_bytes, "Largest file one upload may have.")
                     .Between(1, 1ull << 50),
                 Optional("max_rejected_fraction", &T::max_rejected_fraction,
                          "Share of broken rows above which a file is refused.")
                     .Between(0, 1),
                 Optional("jobs", &T::jobs, "Ingest jobs at once.").Between(1, 64)};
};
template <>
struct lake::Describe<lake::app::AnswerSettings> {
  using T = lake::app::AnswerSettings;
  static constexpr std::string_view kName = "AnswerSettings";
  static constexpr auto kFields = std::tuple{
      Optional("min_support", &T::min_support,
               "Cosine between question and sentence from which on a sentence supports an extractive answer. "
               "0.42 is measured with all-minilm-l6-v2; other embedding models have other scales.")
          .Between(-1, 1)};
};
template <>
struct lake::Describe<lake::app::TuningSettings> {
  using T = lake::app::TuningSettings;
  static constexpr std::string_view kName = "TuningSettings";
  static constexpr auto kFields = std::tuple{
      Optional("cache_bytes", &T::cache_bytes,
               "Memory for the vectors of indexes that are tried with other configurations; an index whose "
               "vectors "
               "take more cannot be."),
      Optional("max_waiting", &T::max_waiting, "Trials and eval sets that may wait for the one that is made.")
          .Between(0, 1000),
      Optional("pareto_latency_weight", &T::pareto_latency_weight,
               "Recall that the longest latency costs when the best trial is looked for.")
          .Between(0, 1),
      Optional("pareto_latency_cap_us", &T::pareto_latency_cap_us,
               "Latency, in microseconds, from which on it costs that much.")
          .Between(1, 1e9),
      Optional("canary", &T::canary,
               "Whether a promotion is measured once it answers, and rolled back when it finds less than its "
               "trial did or than agent.min_recall.")};
};
template <>
struct lake::Describe<lake::app::AgentSettings> {
  using T = lake::app::AgentSettings;
  static constexpr std::string_view kName = "AgentSettings";
  static constexpr auto kFields = std::tuple{
      Optional("enabled", &T::enabled,
               "Whether configurations of indexes are tried, and better ones promoted, without being asked."),
      Optional("strategy", &T::strategy,
               "What proposes configurations: epsilon_greedy, one trial at a time; model, in runs of many.")
          .Between(1, 255),
      Optional("max_trials_per_hour", &T::max_trials_per_hour, "Most trials of its own in an hour.")
          .Between(0, 3600),
      Optional("cooldown_secs", &T::cooldown_secs, "Least time between two trials of an index.")
          .Between(0, 86400),
      Optional("wake_secs", &T::wake_secs, "So often it looks for indexes that had few trials.")
          .Between(1, 86400),
      Optional("min_new_rows", &T::min_new_rows,
               "An index gets a trial when its dataset has so many rows more.")
          .Between(1, 1e15),
      Optional("min_recall", &T::min_recall, "Least recall of what is promoted.").Between(0, 1)};
};
template <>
struct lake::Describe<lake::app::ProfileSettings> {
  using T = lake::app::ProfileSettings;
  static constexpr std::string_view kName = "ProfileSettings";
  static constexpr auto kFields = std::tuple{Optional(
      "warm_bytes", &T::warm_bytes,
      "Most bytes of the indexes of the active profile that are copied into memory; beyond it they are "
      "read through the file system's cache.")};
};
template <>
struct lake::Describe<lake::app::AccessSettings> {
  using T = lake::app::AccessSettings;
  static constexpr std::string_view kName = "AccessSettings";
  static constexpr auto kFields = std::tuple{
      Optional("auth", &T::auth,
               "Whether every request needs an API key. Without, whoever reaches the server is its "
               "administrator, so it listens on loopback only."),
      Optional("secrets_file", &T::secrets_file,
               "Secrets of this server, outside object storage; .lake-secrets in the data directory when "
               "empty.")};
};
template <>
struct lake::Describe<lake::app::TelemetrySettings> {
  using T = lake::app::TelemetrySettings;
  static constexpr std::string_view kName = "TelemetrySettings";
  static constexpr auto kFields =
      std::tuple{Optional("log_level", &T::log_level, "debug, info, warning or error.")};
};
template <>
struct lake::Describe<lake::app::Settings> {
  using T = lake::app::Settings;
  static constexpr std::string_view kName = "Settings";
  static constexpr auto kFields =
      std::tuple{Optional("server", &T::server, "The HTTP server."),
                 Optional("storage", &T::storage, "Where data is."),
                 Optional("query", &T::query, "The SQL engine."),
                 Optional("ingest", &T::ingest, "Files coming in."),
                 Optional("models", &T::models, "Language models, in this process and elsewhere."),
                 Optional("answers", &T::answers, "Answers from the texts of an index."),
                 Optional("tuning", &T::tuning, "Trials of other configurations of indexes."),
                 Optional("profiles", &T::profiles, "What an active profile keeps in memory."),
                 Optional("agent", &T::agent, "Trials that nobody asks for."),
                 Optional("access", &T::access, "Who may do what."),
                 Optional("telemetry", &T::telemetry, "What the server says about itself.")};
};
