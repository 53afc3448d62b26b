#include "json_locate.h"

#include <charconv>
#include <cstdint>
#include <vector>

#include "utf8.h"

namespace lake::internal {
namespace {

bool IsDigit(char character) { return character >= '0' && character <= '9'; }

class FaultScanner {
 public:
  explicit FaultScanner(std::string_view text) : text_(text) {}

  std::optional<JsonFault> Run() {
    ScanDocument();
    if (what_.empty()) return std::nullopt;
    return JsonFault{at_, what_};
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Fail(std::string_view what) {
    if (what_.empty()) what_ = at_ < text_.size() ? what : "unexpected end";
    return false;
  }
  bool FailAt(size_t offset, std::string_view what) {
    at_ = offset;
    return Fail(what);
  }
  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool Take(char expected) {
    SkipSpace();
    if (Peek() != expected || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  // The open brackets are kept in a vector, not on the call stack: the depth of a faulty text is not bounded.
  void ScanDocument() {
    do {
      if (!ScanUntilValueEnds()) return;
      while (!open_.empty() && Take(open_.back() == '{' ? '}' : ']')) open_.pop_back();
      if (open_.empty()) break;
      if (!Take(',')) {
        Fail(open_.back() == '{' ? "expected ',' or '}'" : "expected ',' or ']'");
        return;
      }
      if (open_.back() == '{' && !ScanKey()) return;
    } while (true);
    SkipSpace();
    if (at_ < text_.size()) Fail("unexpected text after the document");
  }

  /// A scalar or an empty container, behind any number of opening brackets.
  bool ScanUntilValueEnds() {
    for (;;) {
      SkipSpace();
      if (Take('{')) {
        if (Take('}')) return true;
        open_.push_back('{');
        if (!ScanKey()) return false;
      } else if (Take('[')) {
        if (Take(']')) return true;
        open_.push_back('[');
      } else {
        return ScanScalar();
      }
    }
  }

  bool ScanKey() {
    SkipSpace();
    if (Peek() != '"') return Fail("expected a member name in quotes");
    if (!ScanString()) return false;
    return Take(':') || Fail("expected ':'");
  }

  bool ScanScalar() {
    const char first = Peek();
    if (first == '"') return ScanString();
    if (first == '-' || IsDigit(first)) return ScanNumber();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return true;
    }
    return Fail("expected a value");
  }

  bool ScanString() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20) return Fail("unescaped control character in a string");
      if (byte == '\\') {
        if (!ScanEscape()) return false;
        continue;
      }
      const size_t length = Utf8Length(text_.substr(at_));
      if (length == 0) return Fail("not valid UTF-8");
      at_ += length;
    }
    if (at_ >= text_.size()) return Fail("unexpected end");
    ++at_;
    return true;
  }

  bool ScanEscape() {
    const size_t start = at_++;
    const char kind = Peek();
    if (kind != 'u') {
      if (kind == '\0' || std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos)
        return FailAt(start, "bad escape in a string");
      ++at_;
      return true;
    }
    const int unit = ScanHex4();
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return FailAt(start, "bad escape in a string");
    if (unit < 0xD800 || unit > 0xDBFF) return true;
    // Half a character: the other half must follow.
    if (!text_.substr(at_).starts_with("\\u")) return FailAt(start, "bad escape in a string");
    ++at_;
    const int second = ScanHex4();
    return (second >= 0xDC00 && second <= 0xDFFF) || FailAt(start, "bad escape in a string");
  }

  /// Stands on the 'u'; -1 when four hex digits do not follow.
  int ScanHex4() {
    const std::string_view digits = text_.substr(++at_, 4);
    int unit = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (error != std::errc() || digits.size() != 4 || end != digits.data() + 4 || digits[0] == '-') return -1;
    at_ += 4;
    return unit;
  }

  void SkipDigits() {
    while (IsDigit(Peek())) ++at_;
  }

  bool ScanNumber() {
    const size_t start = at_;
    if (Peek() == '-') ++at_;
    if (!IsDigit(Peek())) return Fail("expected a digit");
    if (Peek() == '0' && at_ + 1 < text_.size() && IsDigit(text_[at_ + 1])) return Fail("leading zero");
    SkipDigits();
    bool integer = true;
    bool tiny = false;
    if (Peek() == '.') {
      integer = false;
      ++at_;
      if (!IsDigit(Peek())) return Fail("expected a digit");
      SkipDigits();
    }
    if (Peek() == 'e' || Peek() == 'E') {
      integer = false;
      ++at_;
      tiny = Peek() == '-';
      if (Peek() == '-' || Peek() == '+') ++at_;
      if (!IsDigit(Peek())) return Fail("expected a digit");
      SkipDigits();
    }
    const std::string_view number = text_.substr(start, at_ - start);
    if (integer) return FitsInteger(number) || FailAt(start, "integer out of range");
    return tiny || FitsDouble(number) || FailAt(start, "number out of range");
  }

  static bool FitsInteger(std::string_view number) {
    uint64_t positive = 0;
    int64_t negative = 0;
    const char* end = number.data() + number.size();
    return number[0] == '-' ? std::from_chars(number.data(), end, negative).ec == std::errc()
                            : std::from_chars(number.data(), end, positive).ec == std::errc();
  }
  static bool FitsDouble(std::string_view number) {
    double value = 0;
    return std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc();
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string_view what_;
  std::vector<char> open_;
};

}  // namespace

std::optional<JsonFault> LocateJsonFault(std::string_view text) { return FaultScanner(text).Run(); }

}  // namespace lake::internal
