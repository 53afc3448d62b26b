// Layered configuration of a described struct: flags > environment > file > the struct's own defaults.
//
//   struct Server { int64_t port = 3100; };          // described, see describe.h
//   struct Config { Server server; };                // a section is a member that is a described struct
//   LAKE_ASSIGN_OR_RETURN(Loaded<Config> config, LoadConfig<Config>(sources));
//
// File: TOML, `[server]` then `port = 3100`; lists of structs are arrays of tables, `[[storage.buckets]]`.
// Environment: LAKEHOUSE__SERVER__PORT=3100. Flags: "server.port" and "3100". There a list is given as `a,b`
// or as a JSON array, and a list of structs cannot be given at all.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lake/common/json_io.h"
#include "lake/common/result.h"

namespace lake {

struct ConfigFlag {
  std::string path = {};  ///< "server.port"
  std::string text = {};
  std::string name = {};  ///< As the user typed it, "--port"; empty = "--" and the path.
};

struct ConfigSources {
  std::optional<std::string> file_text = {};
  std::string file_name = {};  ///< For messages and origins only.
  std::vector<std::pair<std::string, std::string>> environment =
      {};                              ///< Names without LAKEHOUSE__ are ignored.
  std::vector<ConfigFlag> flags = {};  ///< The last one of a path counts.
};

/// One setting, for `config show --origin`.
struct ConfigOrigin {
  std::string path;  ///< "storage.buckets.0.name"
  JsonValue value;   ///< "***" for a secret that is set, null for one that is none.
  std::string
      origin;  ///< "default" | "file lakehouse.toml:12" | "env LAKEHOUSE__SERVER__PORT" | "flag --port"
};

template <class T>
struct Loaded {
  T value;
  std::vector<ConfigOrigin> origins;  ///< Every leaf, in the order of the descriptions.
};

namespace internal {

/// Where a value came from.
struct ConfigPlace {
  std::string origin;      ///< As in ConfigOrigin.
  std::string key_place;   ///< For messages about the key: "lakehouse.toml:12:1", "environment variable …".
  std::string text_place;  ///< For messages about the value.
};
/// By JSON pointer, sections included.
using ConfigPlaces = std::map<std::string, ConfigPlace>;

/// The layers as one document that holds what was set, and where each value came from.
class ConfigLayers {
 public:
  static Result<ConfigLayers> Read(const ConfigSources& sources, const JsonValue& schema);

  const JsonValue& document() const { return document_; }
  /// An error of FromJson with the places in the sources.
  Error Explain(const Error& error) const;
  std::vector<ConfigOrigin> Origins(const JsonValue& redacted, const JsonValue& schema) const;

 private:
  Status Override(const std::vector<std::string>& path, std::string_view text, const ConfigPlace& place,
                  const JsonValue& schema);
  const ConfigPlace* FindPlace(std::string pointer) const;
  void ListOrigins(const std::string& path, const std::string& pointer, const JsonValue* value,
                   const JsonValue& schema, std::vector<ConfigOrigin>* out) const;

  std::string file_name_;
  JsonValue document_ = JsonValue::MakeObject();
  ConfigPlaces places_;
};

}  // namespace internal

/// Error: invalid_argument/bad_config: unknown keys (with "did you mean"), wrong types and bounds, a file
/// that is no TOML; message and details say the file, line and column, the variable or the flag.
template <Described T>
Result<Loaded<T>> LoadConfig(const ConfigSources& sources) {
  const JsonValue schema = SchemaOf<T>();
  LAKE_ASSIGN_OR_RETURN(const auto layers, internal::ConfigLayers::Read(sources, schema));
  Result<T> value = FromJson<T>(layers.document(), Reading::kStrict);
  if (!value.ok()) return layers.Explain(value.error());
  auto origins = layers.Origins(ToRedactedJson(*value), schema);
  return Loaded<T>{.value = std::move(value).value(), .origins = std::move(origins)};
}

}  // namespace lake
