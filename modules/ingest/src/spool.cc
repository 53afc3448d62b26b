#include "spool.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lake/common/digest.h"
#include "lake/storage/memory_store.h"

namespace lake::ingest {
namespace {

constexpr std::string_view kPrefix = "_uploads/";
/// One read from the client; bounds the memory of a large upload.
constexpr size_t kUploadPieceBytes = 256u << 10;

Status TooLarge(uint64_t limit) {
  return ResourceExhausted("upload_too_large",
                           "the file is larger than {} bytes, the most one upload may have", limit);
}

/// Fills `piece` as far as the source gives; 0 at the end.
Result<size_t> ReadPiece(ByteSource& source, std::vector<char>& piece) {
  size_t filled = 0;
  while (filled < piece.size()) {
    LAKE_ASSIGN_OR_RETURN(size_t count, source.Read(std::span(piece).subspan(filled)));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

}  // namespace

Spool::Spool(UploadStores stores, Clock& clock, RandomSource& random, const IngestOptions& options)
    : stores_(std::move(stores)), clock_(clock), random_(random), options_(options) {}

Result<std::string> Spool::NewKey() {
  return std::string(kPrefix) + random_.NextUuid(clock_.Now().micros / 1000);
}

Result<Upload> Spool::Receive(const Context& context, ByteSource& source, UploadHold hold,
                              const OnStart& on_start) {
  LAKE_ASSIGN_OR_RETURN(std::string text, NewKey());
  LAKE_ASSIGN_OR_RETURN(storage::ObjectKey key, storage::ObjectKey::Parse(text));
  Sha256 digest;
  std::vector<char> piece(kUploadPieceBytes);
  std::string held;
  const auto& store = hold == UploadHold::kWhileRequest ? stores_.scratch : stores_.durable;
  std::unique_ptr<storage::ObjectWriter> writer;
  if (hold != UploadHold::kDurable)
    held.reserve(std::min(source.declared_bytes().value_or(0), options_.async_bytes));
  uint64_t bytes = 0;
  while (true) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(size_t count, ReadPiece(source, piece));
    if (count == 0) break;
    std::string_view arrived(piece.data(), count);
    digest.Update(arrived);
    bytes += count;
    if (bytes > options_.max_upload_bytes) return TooLarge(options_.max_upload_bytes).error();
    if (writer == nullptr && (hold == UploadHold::kDurable || bytes > options_.async_bytes)) {
      LAKE_ASSIGN_OR_RETURN(writer, store->StartPut(context, key, storage::IfAbsent{}));
      LAKE_RETURN_IF_ERROR(writer->Append(held));
      if (!held.empty()) on_start(held);
      held = {};
    }
    if (writer != nullptr)
      LAKE_RETURN_IF_ERROR(writer->Append(arrived));
    else
      held.append(arrived);
  }
  if (bytes == 0) return InvalidArgument("empty_file", "the file is empty");
  Upload upload{.store = store, .key = std::move(text), .bytes = bytes, .sha256 = digest.FinishHex()};
  if (writer != nullptr) {
    LAKE_RETURN_IF_ERROR(writer->Finish());
  } else {
    upload.store = storage::MakeMemoryStore(clock_, key, std::move(held));
  }
  return upload;
}

Status Spool::Discard(const Context& context, const Upload& upload) {
  LAKE_ASSIGN_OR_RETURN(storage::ObjectKey key, storage::ObjectKey::Parse(upload.key));
  return upload.store->Delete(context, key);
}

Status Spool::Collect(const Context& context, const std::set<std::string>& keys_in_use) {
  storage::ListOptions options;
  options.prefix = kPrefix;
  while (true) {
    LAKE_ASSIGN_OR_RETURN(storage::ObjectPage page, stores_.durable->List(context, options));
    for (const storage::ObjectInfo& object : page.objects)
      if (!keys_in_use.contains(object.key.text()))
        LAKE_RETURN_IF_ERROR(stores_.durable->Delete(context, object.key));
    if (!page.next_after) return {};
    options.after = *page.next_after;
  }
}

Upload Spool::Recall(std::string key, uint64_t bytes, std::string sha256) const {
  return {.store = stores_.durable, .key = std::move(key), .bytes = bytes, .sha256 = std::move(sha256)};
}

}  // namespace lake::ingest
