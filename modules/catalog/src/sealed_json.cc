#include "sealed_json.h"

#include "lake/common/check.h"
#include "lake/common/digest.h"
#include "lake/common/json_io.h"

namespace lake::catalog {
namespace {

constexpr std::string_view kSealStart = ",\"crc32c\":\"";
constexpr size_t kSealDigits = 8;
constexpr size_t kSealBytes = kSealStart.size() + kSealDigits + 2;  // and "}

std::string SealOf(std::string_view content) {
  return fmt::format("{}{:08x}\"}}", kSealStart, Crc32c(content, 0));
}

}  // namespace

std::string Seal(std::string object) {
  LAKE_CHECK(object.size() > 2 && object.back() == '}');
  object.pop_back();
  object += SealOf(object);
  return object;
}

bool IsSealed(std::string_view text) {
  if (text.size() <= kSealBytes) return false;
  const std::string_view content = text.substr(0, text.size() - kSealBytes);
  return text.substr(content.size()) == SealOf(content);
}

bool IsReadable(const Format& format, const Format& expected) {
  return format.name == expected.name && format.major == expected.major;
}

Result<JsonValue> Unseal(std::string_view text, const Format& expected) {
  if (text.size() <= kSealBytes) return DataLoss("damaged", "it has {} bytes only", text.size());
  if (!IsSealed(text)) return DataLoss("damaged", "its checksum is missing or wrong");
  auto document = ParseJson(text, kSealedLimits);
  if (!document.ok()) return NotUnderstood(document.error());
  const JsonValue* member = document->Find("format");
  if (member == nullptr) return FailedPrecondition("newer_format", "it does not say its format");
  const auto format = FromJson<Format>(*member, Reading::kTolerant);
  if (!format.ok()) return NotUnderstood(format.error());
  if (!IsReadable(*format, expected))
    return FailedPrecondition("newer_format", "it has format {} {}.{}; this version reads {} {}",
                              format->name, format->major, format->minor, expected.name, expected.major);
  return document;
}

Error NotUnderstood(const Error& why) {
  return FailedPrecondition("newer_format", "it is intact, but this version cannot read it")
      .WithCause(why.ToString());
}

}  // namespace lake::catalog
