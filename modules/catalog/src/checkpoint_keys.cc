#include "checkpoint_keys.h"

#include <fmt/format.h>

#include <charconv>

#include "lake/common/check.h"

namespace lake::catalog {
namespace {

storage::ObjectKey Parsed(const std::string& text) {
  auto key = storage::ObjectKey::Parse(text);
  LAKE_CHECK(key.ok());
  return *key;
}

}  // namespace

storage::ObjectKey HintKey() { return Parsed(fmt::format("{}_last", kCheckpointPrefix)); }

storage::ObjectKey RootKey(Version version) { return Parsed(DirectoryOf(version) + "root.json"); }

storage::ObjectKey ShardKey(Version version, size_t index) {
  return Parsed(fmt::format("{}shard-{:02x}.json", DirectoryOf(version), index));
}

std::string DirectoryOf(Version version) {
  return fmt::format("{}{:020}/", kCheckpointPrefix, version.number);
}

std::optional<Version> VersionOfKey(std::string_view key) {
  if (!key.starts_with(kCheckpointPrefix)) return std::nullopt;
  key.remove_prefix(kCheckpointPrefix.size());
  if (key.size() <= kVersionDigits || key[kVersionDigits] != '/') return std::nullopt;
  Version version;
  const auto [end, error] = std::from_chars(key.data(), key.data() + kVersionDigits, version.number);
  if (error != std::errc() || end != key.data() + kVersionDigits) return std::nullopt;
  return version;
}

}  // namespace lake::catalog
