#include "append_log_format.h"

#include <charconv>
#include <optional>

#include "lake/common/digest.h"
#include "lake/common/json.h"

namespace lake::storage {
namespace {

// Both kinds of line are {"<kind>":<number>,"crc":"<8 hex digits>","<body name>":<body>}.
struct LineKind {
  std::string_view start;
  std::string_view body_start;
};
constexpr LineKind kHeader = {R"({"lake_append_log":)", R"(","replaces":)"};
constexpr LineKind kRecord = {R"({"seq":)", R"(","record":)"};
constexpr std::string_view kChecksumStart = R"(,"crc":")";
constexpr size_t kChecksumDigits = 8;
constexpr uint64_t kVersion = 1;

struct Line {
  uint64_t number = 0;  // the version or the sequence
  std::string_view body;
};

/// Over the number, a comma and the body's bytes, so that neither can be exchanged alone.
uint32_t Checksum(const Line& line) { return Crc32c(line.body, Crc32c(fmt::format("{},", line.number), 0)); }

void AppendLine(const LineKind& kind, const Line& line, std::string* bytes) {
  fmt::format_to(std::back_inserter(*bytes), "{}{}{}{:08x}{}{}}}\n", kind.start, line.number, kChecksumStart,
                 Checksum(line), kind.body_start, line.body);
}

bool Skip(std::string_view expected, std::string_view* rest) {
  if (!rest->starts_with(expected)) return false;
  rest->remove_prefix(expected.size());
  return true;
}

template <class Number>
bool TakeNumber(int radix, Number* number, std::string_view* rest) {
  const auto [end, error] = std::from_chars(rest->data(), rest->data() + rest->size(), *number, radix);
  if (error != std::errc()) return false;
  rest->remove_prefix(static_cast<size_t>(end - rest->data()));
  return true;
}

/// A line as AppendLine writes it, byte for byte, or nothing.
std::optional<Line> IntactLine(const LineKind& kind, std::string_view text) {
  std::string_view rest = text;
  Line line;
  uint32_t checksum = 0;
  if (!Skip(kind.start, &rest) || !TakeNumber(10, &line.number, &rest)) return std::nullopt;
  if (!Skip(kChecksumStart, &rest) || rest.size() < kChecksumDigits) return std::nullopt;
  std::string_view digits = rest.substr(0, kChecksumDigits);
  rest.remove_prefix(kChecksumDigits);
  if (!TakeNumber(16, &checksum, &digits) || !digits.empty()) return std::nullopt;
  if (!Skip(kind.body_start, &rest) || !rest.ends_with('}')) return std::nullopt;
  rest.remove_suffix(1);
  line.body = rest;
  if (Checksum(line) != checksum) return std::nullopt;
  return line;
}

Status ReadHeader(const Line& line, LogObjectBody* body) {
  if (line.number > kVersion) {
    return FailedPrecondition("newer_format", "the append log has format {}; this program reads up to {}",
                              line.number, kVersion);
  }
  LAKE_ASSIGN_OR_RETURN(const JsonValue replaces, ParseJson(line.body));
  if (!replaces.is_array()) return {};
  for (const JsonValue& object : replaces.as_array()) {
    const JsonValue* checksum = object.Find("crc32c");
    if (checksum == nullptr || !checksum->is_int()) continue;
    body->replaces.push_back({.key = std::string(object.FindString("key")),
                              .checksum = static_cast<uint32_t>(checksum->as_int())});
  }
  return {};
}

/// In an object of an earlier format each line is a record: a JSON object, without sequence and checksum.
void ReadEarlierLines(LogObjectBody* body) {
  std::vector<std::string> lines = std::move(body->damaged);
  body->damaged.clear();
  for (std::string& line : lines) {
    const Result<JsonValue> document = ParseJson(line);
    if (document.ok() && document->is_object()) {
      body->records.push_back({.sequence = 0, .payload = std::move(line)});
    } else {
      body->damaged.push_back(std::move(line));
    }
  }
}

std::vector<std::string_view> LinesOf(std::string_view bytes) {
  std::vector<std::string_view> lines;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return lines;
}

}  // namespace

std::string EncodeLogObject(const LogObjectBody& body) {
  JsonValue replaces = JsonValue::MakeArray();
  for (const ReplacedObject& object : body.replaces) {
    replaces.Append(JsonValue::MakeObject({{"key", object.key}, {"crc32c", int64_t{object.checksum}}}));
  }
  std::string bytes;
  AppendLine(kHeader, {kVersion, WriteJson(replaces)}, &bytes);
  for (const LogRecord& record : body.records) AppendLine(kRecord, {record.sequence, record.payload}, &bytes);
  for (const std::string& line : body.damaged) bytes += line + "\n";
  return bytes;
}

Result<LogObjectBody> DecodeLogObject(std::string_view bytes) {
  LogObjectBody body;
  bool is_ours = false;
  for (const std::string_view text : LinesOf(bytes)) {
    if (const std::optional<Line> header = IntactLine(kHeader, text)) {
      is_ours = true;
      LAKE_RETURN_IF_ERROR(ReadHeader(*header, &body));
    } else if (const std::optional<Line> record = IntactLine(kRecord, text)) {
      is_ours = true;
      body.records.push_back({.sequence = record->number, .payload = std::string(record->body)});
    } else {
      body.damaged.emplace_back(text);
    }
  }
  // Where one line is ours all are, and a line that is not intact is damaged, however well it reads as JSON.
  if (!is_ours) ReadEarlierLines(&body);
  return body;
}

}  // namespace lake::storage
