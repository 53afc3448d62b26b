#include <array>
#include <charconv>
#include <cmath>

#include "lake/common/json.h"
#include "utf8.h"

namespace lake {
namespace {

template <class Number>
void AppendShortest(Number value, std::string* out) {
  std::array<char, 32> buffer;  // The longest double takes 24 characters, the longest integer 20.
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  LAKE_CHECK(error == std::errc());
  out->append(buffer.data(), end);
}

void AppendControl(char character, std::string* out) {
  switch (character) {
    case '"':
      *out += "\\\"";
      return;
    case '\\':
      *out += "\\\\";
      return;
    case '\n':
      *out += "\\n";
      return;
    case '\r':
      *out += "\\r";
      return;
    case '\t':
      *out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(*out), "\\u{:04x}", static_cast<unsigned>(character));
  }
}

bool IsPlain(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/// How a document is laid out; kCompact has no white space at all.
enum class Layout { kCompact, kIndented };

class Writer {
 public:
  Writer(Layout layout, std::string* out) : layout_(layout), out_(out) {}

  void Write(const JsonValue& value) {
    if (value.is_null()) {
      *out_ += "null";
    } else if (value.is_bool()) {
      *out_ += value.as_bool() ? "true" : "false";
    } else if (value.is_int()) {
      AppendShortest(value.as_int(), out_);
    } else if (value.is_uint()) {
      AppendShortest(value.as_uint(), out_);
    } else if (value.is_double()) {
      AppendJsonNumber(value.as_double(), out_);
    } else if (value.is_string()) {
      AppendJsonString(value.as_string(), out_);
    } else if (value.is_array()) {
      WriteItems('[', ']', value.as_array(), [this](const JsonValue& item) { Write(item); });
    } else {
      WriteItems('{', '}', value.as_object(), [this](const JsonValue::Member& member) {
        AppendJsonString(member.first, out_);
        *out_ += layout_ == Layout::kIndented ? ": " : ":";
        Write(member.second);
      });
    }
  }

 private:
  template <class Items, class WriteItem>
  void WriteItems(char open, char close, const Items& items, WriteItem write_item) {
    out_->push_back(open);
    ++depth_;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_->push_back(',');
      first = false;
      BreakLine();
      write_item(item);
    }
    --depth_;
    if (!first) BreakLine();
    out_->push_back(close);
  }

  void BreakLine() {
    if (layout_ == Layout::kCompact) return;
    out_->push_back('\n');
    out_->append(2 * depth_, ' ');
  }

  const Layout layout_;
  std::string* const out_;
  size_t depth_ = 0;
};

}  // namespace

void AppendJsonNumber(double value, std::string* out) {
  if (!std::isfinite(value)) {
    *out += "null";
    return;
  }
  const size_t start = out->size();
  AppendShortest(value, out);
  // "1" would read back as an integer.
  if (out->find_first_of(".e", start) == std::string::npos) *out += ".0";
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  while (!text.empty()) {
    size_t plain = 0;
    while (plain < text.size() && IsPlain(text[plain])) ++plain;
    out->append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const size_t length = internal::Utf8Length(text);
    if (length == 1) {
      AppendControl(text.front(), out);
    } else if (length == 0) {
      *out += "\uFFFD";
    } else {
      out->append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out->push_back('"');
}

std::string WriteJson(const JsonValue& value) {
  std::string text;
  Writer(Layout::kCompact, &text).Write(value);
  return text;
}

std::string WriteJsonPretty(const JsonValue& value) {
  std::string text;
  Writer(Layout::kIndented, &text).Write(value);
  return text;
}

}  // namespace lake
