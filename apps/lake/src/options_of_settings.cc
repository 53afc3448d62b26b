#include "options_of_settings.h"

#include <chrono>
#include <filesystem>

#include "lake/search/sql_functions.h"
#include "lake/storage/bucket_registry.h"

namespace lake::app {
namespace {

Result<tuning::AgentStrategy> StrategyOf(const AgentSettings& settings) {
  for (const auto& [strategy, name] : DescribeEnum<tuning::AgentStrategy>::kNames)
    if (settings.strategy == name) return strategy;
  return InvalidArgument("bad_config", "agent.strategy '{}' is not known; use epsilon_greedy or model",
                         settings.strategy);
}

}  // namespace

Result<std::vector<BucketSettings>> Buckets(const StorageSettings& storage) {
  if (storage.buckets.empty())
    return std::vector<BucketSettings>{
        {.name = storage::kPrimaryBucket.value(), .backend = "local", .root = storage.root}};
  bool has_primary = false;
  for (const BucketSettings& bucket : storage.buckets) {
    LAKE_RETURN_IF_ERROR(storage::ParseBucketName(bucket.name));
    has_primary |= bucket.name == storage::kPrimaryBucket.value();
    if (bucket.backend != "local")
      return InvalidArgument("bad_config", "bucket '{}': backend '{}' is not known; use local", bucket.name,
                             bucket.backend);
  }
  if (!has_primary) return InvalidArgument("bad_config", "one of the buckets must be called 'primary'");
  return storage.buckets;
}

engine::EngineOptions EngineSettings(const Settings& settings) {
  return {.threads = settings.query.threads,
          .memory_limit_bytes = settings.query.memory_bytes,
          .spill_directory = std::filesystem::absolute(settings.storage.root) / ".lake-spill",
          .spill_limit_bytes = settings.query.spill_bytes,
          .replaced_functions = search::ReplacedSqlFunctions()};
}

query::QueryLimits QueryLimits(const Settings& settings) {
  query::QueryLimits limits;
  limits.max_running = settings.query.max_running;
  limits.max_waiting = settings.query.max_waiting;
  limits.timeout = std::chrono::seconds(settings.query.timeout_secs);
  limits.cache_bytes = settings.query.cache_bytes;
  return limits;
}

ingest::IngestOptions IngestLimits(const Settings& settings) {
  ingest::IngestOptions options;
  options.async_bytes = settings.ingest.async_bytes;
  options.max_upload_bytes = settings.ingest.max_upload_bytes;
  options.max_rejected_fraction = settings.ingest.max_rejected_fraction;
  return options;
}

Result<tuning::AgentOptions> AgentLimits(const AgentSettings& settings) {
  LAKE_ASSIGN_OR_RETURN(const tuning::AgentStrategy strategy, StrategyOf(settings));
  return tuning::AgentOptions{.enabled = settings.enabled,
                              .strategy = strategy,
                              .max_trials_per_hour = settings.max_trials_per_hour,
                              .cooldown = std::chrono::seconds(settings.cooldown_secs),
                              .wake = std::chrono::seconds(settings.wake_secs),
                              .min_new_rows = settings.min_new_rows,
                              .min_recall = settings.min_recall};
}

gateway::HttpServerOptions ServerOptions(const ServerSettings& settings) {
  gateway::HttpServerOptions options;
  options.address = settings.address;
  options.port = settings.port;
  options.tls_certificate = settings.tls_cert;
  options.tls_key = settings.tls_key;
  options.allowed_hosts = settings.allowed_hosts;
  options.worker_threads = settings.workers;
  options.request_timeout = std::chrono::seconds(settings.request_timeout_secs);
  options.stall_timeout = std::chrono::seconds(settings.stall_timeout_secs);
  options.drain_timeout = std::chrono::seconds(settings.drain_timeout_secs);
  return options;
}

Status CheckAddress(const Settings& settings) {
  const std::string& address = settings.server.address;
  if (settings.server.tls_cert.empty() != settings.server.tls_key.empty())
    return InvalidArgument("bad_config",
                           "server.tls_cert and server.tls_key belong together; set both or neither");
  if (address == "127.0.0.1" || address == "::1" || address == "localhost") return {};
  if (!settings.access.auth)
    return InvalidArgument(
        "bad_config",
        "server.address '{}' is no loopback address; turn access.auth on first: without keys "
        "whoever reaches the server is its administrator",
        address);
  if (!settings.server.tls_cert.empty() || settings.server.insecure) return {};
  return InvalidArgument(
      "bad_config",
      "server.address '{}' is no loopback address; set server.tls_cert and server.tls_key, or start with "
      "--insecure (server.insecure) when something in front of the server speaks TLS: without it keys and "
      "rows can be read on their way",
      address);
}

std::string SecretsFile(const Settings& settings) {
  return settings.access.secrets_file.empty() ? settings.storage.root + "/.lake-secrets"
                                              : settings.access.secrets_file;
}

}  // namespace lake::app
