// What the configuration says, as the modules take it.
#pragma once

#include <string>
#include <vector>

#include "lake/app/settings.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"
#include "lake/gateway/http_server.h"
#include "lake/ingest/file_ingest.h"
#include "lake/query/query_service.h"
#include "lake/tuning/agent.h"

namespace lake::app {

/// The configured buckets; the data directory itself is `primary` when none are. Error:
/// invalid_argument/bad_config.
Result<std::vector<BucketSettings>> Buckets(const StorageSettings& storage);
engine::EngineOptions EngineSettings(const Settings& settings);
query::QueryLimits QueryLimits(const Settings& settings);
ingest::IngestOptions IngestLimits(const Settings& settings);
/// Error: invalid_argument/bad_config.
Result<tuning::AgentOptions> AgentLimits(const AgentSettings& settings);
gateway::HttpServerOptions ServerOptions(const ServerSettings& settings);
/// Without keys everybody who reaches the port is the person at this machine, so the port must not be
/// reachable from elsewhere; without TLS everybody on the way reads keys and rows. Error:
/// invalid_argument/bad_config.
Status CheckAddress(const Settings& settings);
std::string SecretsFile(const Settings& settings);

}  // namespace lake::app
