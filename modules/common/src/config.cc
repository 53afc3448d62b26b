#include "lake/common/config.h"

#include <algorithm>

#include "config_toml.h"
#include "lake/common/json_pointer.h"

namespace lake::internal {
namespace {

constexpr std::string_view kEnvironmentPrefix = "LAKEHOUSE__";
constexpr std::string_view kUnknownField = "unknown field";

std::vector<std::string> Split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (size_t start = 0;;) {
    const size_t end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + separator.size();
  }
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return lower;
}

/// "/storage/buckets/0" as people write it, "storage.buckets.0". Keys with '/', '~' or '.' are rare and read
/// well enough.
std::string DottedPath(std::string_view pointer) {
  std::string path(pointer.substr(pointer.empty() ? 0 : 1));
  std::ranges::replace(path, '/', '.');
  return path;
}

bool HasType(const JsonValue& schema, std::string_view type) {
  const JsonValue* found = schema.Find("type");
  if (found == nullptr) return false;
  if (found->is_string()) return found->as_string() == type;
  return std::ranges::find(found->as_array(), JsonValue(type)) != found->as_array().end();
}

/// The schema of a member; null when there is no such member.
const JsonValue* SchemaAt(const JsonValue& schema, std::string_view key) {
  const JsonValue* properties = schema.Find("properties");
  const JsonValue* member = properties != nullptr ? properties->Find(key) : nullptr;
  if (member != nullptr) return member;
  const JsonValue* others = schema.Find("additionalProperties");
  return others != nullptr && others->is_object() ? others : nullptr;
}

/// A structure that a line of text cannot carry: a section, or a list of them.
bool IsFileOnly(const JsonValue& schema) {
  if (HasType(schema, "object") || schema.Find("oneOf") != nullptr) return true;
  const JsonValue* items = schema.Find("items");
  return items != nullptr && IsFileOnly(*items);
}

/// Text as the type it is wanted as; where that fails it stays text, and reading the whole says what was
/// expected.
JsonValue ParseAs(std::string_view text, const JsonValue& schema) {
  if (HasType(schema, "string")) return text;
  if (!HasType(schema, "array") || text.starts_with('[')) {
    Result<JsonValue> parsed = ParseJson(text);
    return parsed.ok() ? std::move(parsed).value() : JsonValue(text);
  }
  JsonValue list = JsonValue::MakeArray();
  if (text.empty()) return list;
  for (const std::string& item : Split(text, ",")) list.Append(ParseAs(item, *schema.Find("items")));
  return list;
}

}  // namespace

Result<ConfigLayers> ConfigLayers::Read(const ConfigSources& sources, const JsonValue& schema) {
  ConfigLayers layers;
  layers.file_name_ = sources.file_name;
  if (sources.file_text) {
    LAKE_ASSIGN_OR_RETURN(TomlFile file, ReadToml(*sources.file_text, sources.file_name));
    layers.document_ = std::move(file.document);
    layers.places_ = std::move(file.places);
  }
  for (const auto& [name, text] : sources.environment) {
    if (!name.starts_with(kEnvironmentPrefix)) continue;
    const std::string place = fmt::format("environment variable {}", name);
    LAKE_RETURN_IF_ERROR(layers.Override(
        Split(Lower(std::string_view(name).substr(kEnvironmentPrefix.size())), "__"), text,
        {.origin = fmt::format("env {}", name), .key_place = place, .text_place = place}, schema));
  }
  for (const ConfigFlag& flag : sources.flags) {
    const std::string place = fmt::format("flag {}", flag.name.empty() ? "--" + flag.path : flag.name);
    LAKE_RETURN_IF_ERROR(layers.Override(Split(flag.path, "."), flag.text,
                                         {.origin = place, .key_place = place, .text_place = place}, schema));
  }
  return layers;
}

Status ConfigLayers::Override(const std::vector<std::string>& path, std::string_view text,
                              const ConfigPlace& place, const JsonValue& schema) {
  JsonValue* parent = &document_;
  const JsonValue* wanted = &schema;
  std::string pointer;
  for (size_t i = 0; i < path.size(); ++i) {
    AppendPointer(path[i], &pointer);
    if (wanted != nullptr) wanted = SchemaAt(*wanted, path[i]);
    if (i + 1 == path.size()) break;
    if (parent->Find(path[i]) == nullptr) parent->Set(path[i], JsonValue::MakeObject());
    parent = parent->Find(path[i]);
    // The file has a value where a section belongs, which is reported when the whole is read.
    if (!parent->is_object()) return {};
    places_.try_emplace(pointer, place);
  }
  if (wanted != nullptr && IsFileOnly(*wanted))
    return InvalidArgument("bad_config", "{}: {} can be set only in the configuration file", place.key_place,
                           DottedPath(pointer));
  parent->Set(path.back(), wanted != nullptr ? ParseAs(text, *wanted) : JsonValue(text));
  std::erase_if(places_, [&](const auto& known) { return known.first.starts_with(pointer + '/'); });
  places_.insert_or_assign(pointer, place);
  return {};
}

const ConfigPlace* ConfigLayers::FindPlace(std::string pointer) const {
  for (;;) {
    if (const auto found = places_.find(pointer); found != places_.end()) return &found->second;
    if (pointer.empty()) return nullptr;
    pointer.erase(pointer.rfind('/'));
  }
}

Error ConfigLayers::Explain(const Error& error) const {
  std::vector<ErrorDetail> details;
  for (const ErrorDetail& wrong : error.details()) {
    const bool unknown_key = wrong.message.starts_with(kUnknownField);
    const ConfigPlace* place = FindPlace(wrong.pointer);
    const std::string where = place == nullptr ? (file_name_.empty() ? "configuration" : file_name_)
                              : unknown_key    ? place->key_place
                                               : place->text_place;
    const std::string what = unknown_key
                                 ? fmt::format("unknown key{}", wrong.message.substr(kUnknownField.size()))
                                 : wrong.message;
    const std::string path = DottedPath(wrong.pointer);
    details.push_back(
        {wrong.pointer, fmt::format("{}: {}{}{}", where, path, path.empty() ? "" : ": ", what)});
  }
  std::string message = details.front().message;
  if (details.size() > 1) message += fmt::format(" (and {} more)", details.size() - 1);
  Error explained(ErrorCode::kInvalidArgument, "bad_config", std::move(message));
  for (ErrorDetail& detail : details)
    explained.AddDetail(std::move(detail.pointer), std::move(detail.message));
  return explained;
}

std::vector<ConfigOrigin> ConfigLayers::Origins(const JsonValue& redacted, const JsonValue& schema) const {
  std::vector<ConfigOrigin> origins;
  ListOrigins("", "", &redacted, schema, &origins);
  return origins;
}

void ConfigLayers::ListOrigins(const std::string& path, const std::string& pointer, const JsonValue* value,
                               const JsonValue& schema, std::vector<ConfigOrigin>* out) const {
  const auto list_child = [&](std::string_view key, const JsonValue* child, const JsonValue& child_schema) {
    std::string child_pointer = pointer;
    AppendPointer(key, &child_pointer);
    ListOrigins(path.empty() ? std::string(key) : fmt::format("{}.{}", path, key), child_pointer, child,
                child_schema, out);
  };
  const JsonValue* properties = schema.Find("properties");
  const JsonValue* items = schema.Find("items");
  if (value != nullptr && value->is_object() && properties != nullptr) {
    for (const auto& [key, property] : properties->as_object()) list_child(key, value->Find(key), property);
  } else if (value != nullptr && value->is_array() && !value->as_array().empty() && items != nullptr &&
             IsFileOnly(*items)) {
    for (size_t i = 0; i < value->as_array().size(); ++i)
      list_child(fmt::to_string(i), &value->as_array()[i], *items);
  } else {
    const auto place = places_.find(pointer);
    out->push_back({.path = path,
                    .value = value != nullptr ? *value : JsonValue(),
                    .origin = place != places_.end() ? place->second.origin : "default"});
  }
}

}  // namespace lake::internal
