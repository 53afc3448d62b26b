// The objects of a checkpoint: docs/formats/checkpoint.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/result.h"
#include "sealed_json.h"
#include "shard.h"

namespace lake::catalog {

/// Where one shard is, maybe in the directory of an earlier checkpoint that held the same.
struct ShardLocation {
  std::string object;  ///< Key; empty for a shard without content.
  uint64_t bytes = 0;
  std::string crc32c;  ///< Of all bytes, 8 hex digits.
};

/// As ShardLocation::crc32c.
std::string ChecksumOf(std::string_view bytes);

struct CheckpointRoot {
  Format format;
  uint64_t version = 0;
  std::string commit_id;  ///< Of that commit: a checkpoint of another history is no checkpoint.
  Timestamp time;
  std::vector<ShardLocation> shards;  ///< kShardCount of them.
};

/// `format` is filled in.
std::string EncodeRoot(CheckpointRoot root);
/// Errors: data_loss/damaged, failed_precondition/newer_format.
Result<CheckpointRoot> DecodeRoot(std::string_view text);

/// Without the idempotency keys that have expired at `time`. The same content gives the same bytes.
std::string EncodeShard(size_t index, const Shard& shard, Timestamp time);
/// Errors: data_loss/damaged, failed_precondition/newer_format.
Result<std::shared_ptr<const Shard>> DecodeShard(size_t index, std::string_view text);

/// The hint `_last`: the version of the newest checkpoint, maybe.
std::string EncodeHint(Version version);
Result<Version> DecodeHint(std::string_view text);

}  // namespace lake::catalog
