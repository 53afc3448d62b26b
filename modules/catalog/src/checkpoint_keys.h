// Names of checkpoint objects: `_catalog/checkpoint/<20 digits>/{root,shard-xx}.json` and the hint `_last`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lake/catalog/version.h"
#include "lake/storage/object_key.h"

namespace lake::catalog {

inline constexpr std::string_view kCheckpointPrefix = "_catalog/checkpoint/";

storage::ObjectKey HintKey();
storage::ObjectKey RootKey(Version version);
storage::ObjectKey ShardKey(Version version, size_t index);
/// "_catalog/checkpoint/<20 digits>/": below it lies what the checkpoint of that version added.
std::string DirectoryOf(Version version);
/// The version of the directory that `key` is in or names; none when it is no such key.
std::optional<Version> VersionOfKey(std::string_view key);

}  // namespace lake::catalog
