#include "ingest_request.h"

#include <algorithm>

#include "text.h"

namespace lake::gateway {
namespace {

constexpr std::string_view kDefaultBucket = "primary";

Result<std::optional<std::string>> IdempotencyKeyOf(const RequestHead& head) {
  const bool given = std::ranges::any_of(
      head.headers, [](const Header& header) { return EqualsIgnoringCase(header.name, "idempotency-key"); });
  if (!given) return std::optional<std::string>();
  const std::string_view key = head.Find("idempotency-key");
  if (!key.empty() && key.size() <= 255 &&
      std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; }))
    return std::optional<std::string>(key);
  return InvalidArgument("bad_idempotency_key",
                         "Idempotency-Key must have 1 to 255 printable ASCII characters");
}

}  // namespace

std::string DatasetNameOf(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  std::string name;
  for (const char c : file_name.substr(0, dot == 0 ? std::string_view::npos : dot)) {
    const char lower = ToLowerAscii(c);
    const bool kept = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    const bool inside_character =
        (static_cast<unsigned char>(c) & 0xc0) == 0x80;  // Of UTF-8: one '_' for all of it.
    if (kept || (!inside_character && !name.empty())) name.push_back(kept ? lower : '_');
  }
  return name;
}

Result<ingest::FileRequest> MakeFileRequest(const wire::IngestFile& wanted, const RequestHead& head,
                                            std::string_view form_file_name) {
  LAKE_ASSIGN_OR_RETURN(std::optional<std::string> key, IdempotencyKeyOf(head));
  const std::string file_name =
      form_file_name.empty() ? wanted.file_name.value_or("") : std::string(form_file_name);
  const std::string_view header_bucket = head.Find("x-lakehouse-bucket");
  ingest::FileRequest file = {
      .dataset = wanted.name.value_or(DatasetNameOf(file_name)),
      .file_name = file_name,
      .mode = wanted.mode,
      .bucket = wanted.bucket.value_or(std::string(header_bucket.empty() ? kDefaultBucket : header_bucket)),
      .idempotency_key = std::move(key)};
  if (file.dataset.empty())
    return InvalidArgument("name_required", "the dataset needs a name: ?name=, or the name of the file")
        .WithDetail("/name", "is required");
  return file;
}

}  // namespace lake::gateway
