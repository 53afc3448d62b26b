// ObjectStore: the one door to stored bytes. Objects are put whole, read in ranges, listed in key order.
//
// A put that returned ok is durable: it survives kill -9 and a power cut. A put that returned an error is not
// visible and never becomes visible, with one exception that the error names: unavailable/outcome_unknown
// says that the object may or may not be there (a lost reply; a directory sync that failed). Only a read of
// the key can tell.
//
// All methods may be called from any thread. Errors common to all: cancelled, deadline_exceeded,
// unavailable/store_unreachable, resource_exhausted/storage_full, internal/io_error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/context.h"
#include "lake/common/id.h"
#include "lake/common/result.h"
#include "lake/storage/object_key.h"

namespace lake::storage {

using Etag = Id<struct EtagTag>;  ///< Opaque; changes whenever the object's bytes do.

struct Overwrite {};
struct IfAbsent {};
struct IfMatch {
  Etag etag;
};
using PutMode = std::variant<Overwrite, IfAbsent, IfMatch>;

/// [offset, offset + length), clipped to the object's end; the default is the whole object.
struct ByteRange {
  uint64_t offset = 0;
  uint64_t length = UINT64_MAX;
};

struct ObjectInfo {
  ObjectKey key;
  uint64_t size = 0;  ///< Bytes.
  Etag etag;
  Timestamp modified;
};

struct ListOptions {
  std::string prefix;     ///< Any text, need not end at a '/'.
  std::string delimiter;  ///< "" or "/": with "/", keys below the next '/' are folded into common_prefixes.
  std::string after;      ///< Only keys and prefixes greater than this text.
  size_t limit = 1000;    ///< Objects plus prefixes on this page; at most 1,000, as S3 has it.
};

struct ObjectPage {
  std::vector<ObjectInfo> objects;           ///< Ascending by key bytes.
  std::vector<std::string> common_prefixes;  ///< Ascending; end with the delimiter.
  std::optional<std::string> next_after;     ///< Pass as `after` for the next page; none at the end.
};

/// Writes one object in pieces. Nothing is visible before Finish; destroying it without Finish discards what
/// was written. One thread at a time; nothing may follow Finish. Must not outlive its store.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual Result<Etag> Finish() = 0;  ///< Once; durable on ok.
};

/// Reads one version of one object, whatever happens to its key meanwhile. Any thread.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  virtual uint64_t size() const = 0;
  /// Fills `buffer` from `offset`; returns the bytes read, fewer only at the end.
  virtual Result<size_t> ReadAt(uint64_t offset, std::span<char> buffer) = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// Errors: failed_precondition/object_exists (IfAbsent), aborted/etag_mismatch (IfMatch; also when absent),
  /// failed_precondition/key_conflict (stores on a file system, where `a` and `a/b` cannot both be objects).
  virtual Result<Etag> Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                           const PutMode& mode) = 0;
  /// The condition of `mode` is judged by Finish, with the errors of Put. `context` holds for the writer too.
  virtual Result<std::unique_ptr<ObjectWriter>> StartPut(const Context& context, const ObjectKey& key,
                                                         const PutMode& mode) = 0;
  /// Error: not_found/object_not_found. A range that starts beyond the end gives no bytes.
  virtual Result<std::string> Get(const Context& context, const ObjectKey& key, ByteRange range) = 0;
  virtual Result<std::unique_ptr<ObjectReader>> Open(const Context& context, const ObjectKey& key) = 0;
  virtual Result<ObjectInfo> Head(const Context& context, const ObjectKey& key) = 0;
  /// Not a snapshot: what is put or deleted meanwhile may show or not; everything else shows exactly once.
  /// Errors: invalid_argument/bad_list_limit, invalid_argument/bad_list_delimiter.
  virtual Result<ObjectPage> List(const Context& context, const ListOptions& options) = 0;
  /// Durable like a put. Deleting what is not there is ok.
  virtual Status Delete(const Context& context, const ObjectKey& key) = 0;

  /// The file that holds the object, for those who map what is never changed; none where no object is a file
  /// of this machine. The object need not be there.
  virtual std::optional<std::filesystem::path> FileOf(const ObjectKey&) const { return std::nullopt; }
};

}  // namespace lake::storage
