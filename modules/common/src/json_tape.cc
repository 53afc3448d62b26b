#include "lake/common/json_tape.h"

#include <simdjson.h>

namespace lake {

namespace dom = simdjson::dom;

JsonValue JsonCursor::ToValue() const {
  switch (kind()) {
    case Kind::kObject: {
      JsonValue::Object members;
      members.reserve(size_hint());
      for (JsonCursor name = First(); name != End();) {
        const JsonCursor member = name.Next();
        members.emplace_back(std::string(name.as_string()), member.ToValue());
        name = member.Next();
      }
      return members;
    }
    case Kind::kArray: {
      JsonValue::Array items;
      items.reserve(size_hint());
      for (JsonCursor item = First(); item != End(); item = item.Next()) items.push_back(item.ToValue());
      return items;
    }
    case Kind::kString:
      return as_string();
    case Kind::kInt:
      return as_int();
    case Kind::kUint:
      return as_uint();
    case Kind::kDouble:
      return as_double();
    case Kind::kTrue:
      return true;
    case Kind::kFalse:
      return false;
    case Kind::kNull:
      break;
  }
  return nullptr;
}

std::optional<JsonTape> JsonTape::Parse(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) return std::nullopt;
  const auto parser = std::make_shared<dom::parser>();
  // simdjson counts the document itself as a level.
  simdjson::error_code code = parser->allocate(text.size(), static_cast<size_t>(limits.max_depth) + 1);
  if (code == simdjson::SUCCESS) code = parser->parse(text.data(), text.size()).error();
  if (code != simdjson::SUCCESS) return std::nullopt;
  // Word 0 is the document's own.
  return JsonTape(parser, JsonCursor(parser->doc.tape.get(), parser->doc.string_buf.get(), 1));
}

}  // namespace lake
