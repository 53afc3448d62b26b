#include "generation_copy.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "generation_storage.h"

namespace lake::vector {
namespace {

using storage::ObjectInfo;
using storage::ObjectKey;
using storage::ObjectReader;
using storage::ObjectStore;

constexpr size_t kPiece = 4u << 20;

/// In the order of their keys.
Status ForEachObject(const Context& context, ObjectStore& store, const std::string& generation,
                     const std::function<Status(const ObjectInfo&)>& take) {
  storage::ListOptions options = {.prefix = GenerationPrefix(generation)};
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store.List(context, options));
    for (const ObjectInfo& object : page.objects) LAKE_RETURN_IF_ERROR(take(object));
    if (!page.next_after) return {};
    options.after = *page.next_after;
  }
}

/// Null when it is not there.
Result<std::unique_ptr<ObjectReader>> OpenIfThere(const Context& context, ObjectStore& store,
                                                  const ObjectKey& key) {
  Result<std::unique_ptr<ObjectReader>> opened = store.Open(context, key);
  if (!opened.ok() && opened.error().Is(ErrorCode::kNotFound)) return std::unique_ptr<ObjectReader>();
  return opened;
}

/// The piece at `offset`: shorter than the buffer at the end only.
Result<std::span<const char>> ReadPiece(ObjectReader& reader, uint64_t offset, std::vector<char>& buffer) {
  buffer.resize(static_cast<size_t>(std::min<uint64_t>(kPiece, reader.size() - offset)));
  LAKE_ASSIGN_OR_RETURN(const size_t bytes, reader.ReadAt(offset, buffer));
  return std::span<const char>(buffer).first(bytes);
}

Result<bool> IsSame(const Context& context, ObjectReader& one, ObjectStore& store, const ObjectKey& key) {
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ObjectReader> other, OpenIfThere(context, store, key));
  if (other == nullptr || other->size() != one.size()) return false;
  std::vector<char> left;
  std::vector<char> right;
  for (uint64_t offset = 0; offset < one.size(); offset += kPiece) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(const std::span<const char> a, ReadPiece(one, offset, left));
    LAKE_ASSIGN_OR_RETURN(const std::span<const char> b, ReadPiece(*other, offset, right));
    if (!std::ranges::equal(a, b)) return false;
  }
  return true;
}

Status Copy(const Context& context, ObjectReader& from, ObjectStore& to, const ObjectKey& key) {
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<storage::ObjectWriter> writer,
                        to.StartPut(context, key, storage::Overwrite{}));
  std::vector<char> buffer;
  for (uint64_t offset = 0; offset < from.size(); offset += kPiece) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(const std::span<const char> piece, ReadPiece(from, offset, buffer));
    LAKE_RETURN_IF_ERROR(writer->Append(std::string_view(piece.data(), piece.size())));
  }
  LAKE_RETURN_IF_ERROR(writer->Finish());
  return {};
}

}  // namespace

Result<CopiedFiles> MeasureGeneration(const Context& context, ObjectStore& from,
                                      const std::string& generation) {
  CopiedFiles files;
  LAKE_RETURN_IF_ERROR(ForEachObject(context, from, generation, [&](const ObjectInfo& object) {
    ++files.objects;
    files.bytes += object.size;
    return Status();
  }));
  return files;
}

Result<CopiedFiles> CopyGeneration(const Context& context, ObjectStore& from, ObjectStore& to,
                                   const std::string& generation, const CopyProgress& progress) {
  CopiedFiles files;
  LAKE_RETURN_IF_ERROR(ForEachObject(context, from, generation, [&](const ObjectInfo& object) -> Status {
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ObjectReader> reader, from.Open(context, object.key));
    LAKE_ASSIGN_OR_RETURN(bool same, IsSame(context, *reader, to, object.key));
    if (!same) {
      LAKE_RETURN_IF_ERROR(Copy(context, *reader, to, object.key));
      LAKE_ASSIGN_OR_RETURN(same, IsSame(context, *reader, to, object.key));
    }
    if (!same)
      return DataLoss("copy_differs", "'{}' was written and is not what was written", object.key.text());
    ++files.objects;
    files.bytes += reader->size();
    progress(reader->size());
    return {};
  }));
  return files;
}

}  // namespace lake::vector
