#include "config_toml.h"

#include <toml++/toml.h>

#include <sstream>

#include "lake/common/json_pointer.h"

namespace lake::internal {
namespace {

class Converter {
 public:
  explicit Converter(const std::string& file_name) : file_name_(file_name) {}

  JsonValue Convert(const toml::node& node, const std::string& pointer) {
    return node.visit([&](const auto& typed) { return ConvertTyped(typed, pointer); });
  }

  std::string Describe(const toml::source_position& at) const {
    return fmt::format("{}:{}:{}", file_name_, at.line, at.column);
  }

  ConfigPlaces TakePlaces() { return std::move(places_); }

 private:
  JsonValue ConvertTyped(const toml::table& table, const std::string& pointer) {
    JsonValue::Object members;
    for (const auto& [key, value] : table) {
      std::string place = pointer;
      AppendPointer(key.str(), &place);
      Remember(place, key.source().begin, value.source().begin);
      members.emplace_back(std::string(key.str()), Convert(value, place));
    }
    return members;
  }

  JsonValue ConvertTyped(const toml::array& array, const std::string& pointer) {
    JsonValue::Array items;
    for (const toml::node& item : array) {
      std::string place = pointer;
      AppendPointer(fmt::to_string(items.size()), &place);
      Remember(place, item.source().begin, item.source().begin);
      items.push_back(Convert(item, place));
    }
    return items;
  }

  JsonValue ConvertTyped(const toml::value<std::string>& text, const std::string&) { return text.get(); }
  JsonValue ConvertTyped(const toml::value<int64_t>& number, const std::string&) { return number.get(); }
  JsonValue ConvertTyped(const toml::value<double>& number, const std::string&) { return number.get(); }
  JsonValue ConvertTyped(const toml::value<bool>& flag, const std::string&) { return flag.get(); }
  template <class Time>
  JsonValue ConvertTyped(const toml::value<Time>& time, const std::string&) {
    std::ostringstream text;
    text << time.get();
    return std::move(text).str();
  }

  void Remember(const std::string& pointer, toml::source_position key, toml::source_position value) {
    if (!value) return;  // A table that is only implied has no place of its own.
    places_[pointer] = {.origin = fmt::format("file {}:{}", file_name_, value.line),
                        .key_place = Describe(key ? key : value),
                        .text_place = Describe(value)};
  }

  const std::string& file_name_;
  ConfigPlaces places_;
};

}  // namespace

Result<TomlFile> ReadToml(const std::string& text, const std::string& file_name) {
  Converter converter(file_name);
  try {
    const toml::table parsed = toml::parse(text, file_name);
    JsonValue document = converter.Convert(parsed, "");
    return TomlFile{.document = std::move(document), .places = converter.TakePlaces()};
  } catch (const toml::parse_error& error) {
    return InvalidArgument("bad_config", "{}: {}", converter.Describe(error.source().begin),
                           error.description());
  }
}

}  // namespace lake::internal
