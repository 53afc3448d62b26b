#include "lake/vector/open_indexes.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "chunk_store.h"
#include "lake/common/mutex.h"
#include "lake/common/worker_pool.h"
#include "question_words.h"

namespace lake::vector {
namespace {

constexpr uint64_t kPartCopyBytes = 4u << 20;
constexpr size_t kMaxIdleMemories = 64;

/// A file that an index reads: the store's own, or a copy that goes with this.
class LocalFile {
 public:
  explicit LocalFile(std::filesystem::path path) : path_(std::move(path)) {}
  LocalFile(std::filesystem::path path, std::filesystem::path copy)
      : path_(std::move(path)), copy_(std::move(copy)) {}
  ~LocalFile() {
    std::error_code gone;
    if (!copy_.empty()) std::filesystem::remove(copy_, gone);
  }
  LocalFile(const LocalFile&) = delete;
  LocalFile& operator=(const LocalFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
  const std::filesystem::path copy_;  ///< Empty when it is not ours.
};
using LocalFileRef = std::unique_ptr<LocalFile>;

Result<LocalFileRef> CopyObject(const Context& context, storage::ObjectStore& store,
                                const storage::ObjectKey& key, const std::filesystem::path& target) {
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<storage::ObjectReader> reader, store.Open(context, key));
  auto file = std::make_unique<LocalFile>(target, target);
  std::ofstream output(target, std::ios::binary | std::ios::trunc);
  std::string buffer(std::min(reader->size(), kPartCopyBytes), '\0');
  for (uint64_t offset = 0; offset < reader->size();) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(const size_t got, reader->ReadAt(offset, buffer));
    if (got == 0) return DataLoss("object_truncated", "'{}' is shorter than it was", key.text());
    output.write(buffer.data(), static_cast<std::streamsize>(got));
    offset += got;
  }
  output.close();
  if (!output) return ResourceExhausted("storage_full", "an index cannot be copied to this machine");
  return file;
}

class OpenGeneration final : public OpenIndex {
 public:
  OpenGeneration(Generation generation, LocalFileRef segment_file, LocalFileRef chunk_file,
                 ann::Index segment, std::unique_ptr<ChunkStore> chunk_store)
      : generation_(std::move(generation)),
        segment_file_(std::move(segment_file)),
        chunk_file_(std::move(chunk_file)),
        segment_(std::move(segment)),
        chunk_store_(std::move(chunk_store)) {}

  const Generation& generation() const override { return generation_; }
  size_t chunks() const override { return segment_.rows(); }
  const ann::Index& segment() const override { return segment_; }

  Result<ann::Answer> FindNearest(std::span<const float> query, const Nearest& options,
                                  const CancelToken& cancel) override {
    if (damaged_)
      return DataLoss("segment_damaged", "the index was found damaged; drop it and create it again");
    ann::SearchMemory memory = TakeMemory();
    const bool scan = options.precision == ann::Precision::kExact ||
                      (!options.ef_search && segment_.rows() * segment_.dimensions() <= kQuickScan);
    const WalkSettings usual = options.usual.value_or(WalkOf(generation_.config));
    Result<ann::Answer> answer =
        segment_.Search(query,
                        {.k = options.k,
                         .ef_search = options.ef_search.value_or(usual.ef_search),
                         .rerank = usual.rerank,
                         .code = usual.code,
                         .precision = scan ? ann::Precision::kExact : ann::Precision::kApproximate,
                         .filter = options.permitted},
                        cancel, &memory);
    GiveMemory(std::move(memory));
    return answer;
  }

  Result<std::vector<WordHit>> FindWords(const Context& context, const WordSearch& search) override {
    return chunk_store_->FindWords(context, QuestionWords(search.question, kMaxQuestionWords), search);
  }

  Result<ann::RowSet> RowsOf(const Context& context, std::span<const std::string> doc_ids) override {
    LAKE_ASSIGN_OR_RETURN(const Documents* documents, LoadDocuments());
    ann::RowSet rows(segment_.rows());
    size_t steps = 0;
    for (const std::string& doc_id : doc_ids) {
      if (++steps % 65'536 == 0) LAKE_RETURN_IF_ERROR(context.CheckAlive());
      const auto found = documents->find(doc_id);
      if (found == documents->end()) continue;
      for (uint32_t row = found->second.first; row < found->second.second; ++row) rows.Add(row);
    }
    return rows;
  }

  Result<StoredChunk> ChunkAt(uint64_t row) override { return chunk_store_->Get(row); }

  Status Verify(const CancelToken& cancel) {
    Status verified = segment_.Verify(cancel);
    if (!verified.ok() && verified.error().Is(ErrorCode::kDataLoss)) damaged_ = true;
    return verified;
  }

 private:
  /// Rows [first, second) of each document: a document's chunks follow each other.
  using Documents = std::unordered_map<std::string, std::pair<uint32_t, uint32_t>>;

  /// Read once, when the first filter comes.
  Result<const Documents*> LoadDocuments() LAKE_EXCLUDES(documents_mutex_) {
    MutexLock lock(documents_mutex_);
    if (documents_ != nullptr) return documents_.get();
    auto documents = std::make_unique<Documents>();
    documents->reserve(generation_.documents);
    LAKE_RETURN_IF_ERROR(chunk_store_->ForEachDocument([&](uint64_t row, std::string_view doc_id) {
      const auto number = static_cast<uint32_t>(row);
      documents->try_emplace(std::string(doc_id), number, number).first->second.second = number + 1;
    }));
    documents_ = std::move(documents);
    return documents_.get();
  }

  ann::SearchMemory TakeMemory() LAKE_EXCLUDES(memory_mutex_) {
    MutexLock lock(memory_mutex_);
    if (memories_.empty()) return {};
    ann::SearchMemory memory = std::move(memories_.back());
    memories_.pop_back();
    return memory;
  }
  void GiveMemory(ann::SearchMemory memory) LAKE_EXCLUDES(memory_mutex_) {
    MutexLock lock(memory_mutex_);
    if (memories_.size() < kMaxIdleMemories) memories_.push_back(std::move(memory));
  }

  const Generation generation_;
  const LocalFileRef segment_file_;
  const LocalFileRef chunk_file_;
  const ann::Index segment_;
  const std::unique_ptr<ChunkStore> chunk_store_;
  std::atomic<bool> damaged_ = false;
  Mutex documents_mutex_;  ///< Held while they are read: others wait for them, too.
  std::unique_ptr<const Documents> documents_ LAKE_GUARDED_BY(documents_mutex_);
  Mutex memory_mutex_;
  std::vector<ann::SearchMemory> memories_ LAKE_GUARDED_BY(memory_mutex_);
};

class Registry final : public OpenIndexes {
 public:
  Registry(const storage::BucketRegistry& buckets, Log& log, Options options)
      : buckets_(buckets),
        log_(log),
        options_(std::move(options)),
        verifying_({.name = "verify-index", .threads = 1, .queue_limit = 1000}) {}
  ~Registry() override {
    stop_.Cancel("shutdown");
    verifying_.Shutdown();
  }

  Result<std::shared_ptr<OpenIndex>> Find(const Context& context, const IndexRecord& record) override {
    LAKE_RETURN_IF_ERROR(CheckReady(record));
    const std::string& id = record.live->id;
    if (std::shared_ptr<OpenIndex> warm = FindWarm(id)) return warm;
    if (std::shared_ptr<OpenIndex> open = FindOpen(id)) return open;
    LAKE_ASSIGN_OR_RETURN(std::shared_ptr<OpenGeneration> opened,
                          Open(context, record, ann::Residence::kMapped));
    return Keep(id, std::move(opened));
  }

  Result<std::shared_ptr<OpenIndex>> Warm(const Context& context, const IndexRecord& record,
                                          ann::Residence residence) override {
    LAKE_RETURN_IF_ERROR(CheckReady(record));
    const std::string& id = record.live->id;
    if (std::shared_ptr<OpenIndex> warm = FindWarm(id)) return warm;
    LAKE_ASSIGN_OR_RETURN(std::shared_ptr<OpenGeneration> opened, Open(context, record, residence));
    return KeepWarm(id, std::move(opened));
  }

  void Close(const std::string& generation) override LAKE_EXCLUDES(mutex_) {
    std::shared_ptr<OpenGeneration> closed;  // Outside of the lock: closing takes a while.
    MutexLock lock(mutex_);
    warm_.erase(generation);
    const auto found = open_.find(generation);
    if (found == open_.end()) return;
    closed = std::move(found->second.index);
    open_.erase(found);
  }

 private:
  struct Entry {
    std::shared_ptr<OpenGeneration> index;
    uint64_t asked = 0;
  };

  static Status CheckReady(const IndexRecord& record) {
    if (record.live) return {};
    return FailedPrecondition(
        "index_not_ready", "index '{}' {}", record.name,
        record.building ? "is still being built" : "was not built to its end; create it again to go on");
  }

  std::shared_ptr<OpenIndex> FindWarm(const std::string& id) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto found = warm_.find(id);
    return found == warm_.end() ? nullptr : found->second.lock();
  }

  std::shared_ptr<OpenIndex> FindOpen(const std::string& id) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end()) return nullptr;
    found->second.asked = ++asked_;
    return found->second.index;
  }

  Result<std::shared_ptr<OpenGeneration>> Open(const Context& context, const IndexRecord& record,
                                               ann::Residence residence) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store,
                          buckets_.Find(storage::BucketName(record.bucket)));
    const Generation& generation = *record.live;
    LAKE_ASSIGN_OR_RETURN(LocalFileRef segment_file, FileOf(context, *store, generation.segment));
    LAKE_ASSIGN_OR_RETURN(LocalFileRef chunk_file, FileOf(context, *store, generation.chunk_store));
    LAKE_ASSIGN_OR_RETURN(ann::Index segment, ann::Index::Open(segment_file->path().string(), residence));
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<ChunkStore> chunk_store, ChunkStore::Open(chunk_file->path()));
    return std::make_shared<OpenGeneration>(generation, std::move(segment_file), std::move(chunk_file),
                                            std::move(segment), std::move(chunk_store));
  }

  Result<LocalFileRef> FileOf(const Context& context, storage::ObjectStore& store, const StoredFile& stored) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, storage::ObjectKey::Parse(stored.key));
    if (std::optional<std::filesystem::path> path = store.FileOf(key))
      return std::make_unique<LocalFile>(std::move(*path));
    const std::string name = fmt::format("{}.copy", copies_++);
    return CopyObject(context, store, key, options_.cache_directory / name);
  }

  /// What two opened at the same time is kept once.
  std::shared_ptr<OpenIndex> Keep(const std::string& id, std::shared_ptr<OpenGeneration> opened)
      LAKE_EXCLUDES(mutex_) {
    std::shared_ptr<OpenGeneration> closed;  // Outside of the lock: closing takes a while.
    {
      MutexLock lock(mutex_);
      const auto [entry, added] = open_.try_emplace(id, Entry{.index = opened});
      entry->second.asked = ++asked_;
      if (!added) return entry->second.index;
      if (open_.size() > options_.max_open) {
        const auto oldest =
            std::ranges::min_element(open_, {}, [](const auto& item) { return item.second.asked; });
        closed = std::move(oldest->second.index);
        open_.erase(oldest);
      }
    }
    (void)verifying_.Submit([this, opened] { Verify(*opened); }).ok();
    return opened;
  }

  /// What was open before goes when nobody searches in it any more.
  std::shared_ptr<OpenIndex> KeepWarm(const std::string& id, std::shared_ptr<OpenGeneration> opened)
      LAKE_EXCLUDES(mutex_) {
    std::shared_ptr<OpenGeneration> closed;  // Outside of the lock: closing takes a while.
    {
      MutexLock lock(mutex_);
      std::erase_if(warm_, [](const auto& item) { return item.second.expired(); });
      const auto [entry, added] = warm_.try_emplace(id, opened);
      if (!added)
        if (std::shared_ptr<OpenIndex> other = entry->second.lock()) return other;
      entry->second = opened;
      if (const auto found = open_.find(id); found != open_.end()) {
        closed = std::move(found->second.index);
        open_.erase(found);
      }
    }
    (void)verifying_.Submit([this, opened] { Verify(*opened); }).ok();
    return opened;
  }

  void Verify(OpenGeneration& index) {
    const Status verified = index.Verify(stop_.token());
    if (verified.ok() || verified.error().Is(ErrorCode::kCancelled)) return;
    log_.Failure("index_damaged",
                 {{"generation", index.generation().id}, {"error", verified.error().ToString()}});
  }

  const storage::BucketRegistry& buckets_;
  Log& log_;
  const Options options_;
  std::atomic<uint64_t> copies_ = 0;
  Mutex mutex_;
  std::unordered_map<std::string, Entry> open_ LAKE_GUARDED_BY(mutex_);
  /// Those that somebody keeps open; by generation, as in open_.
  std::unordered_map<std::string, std::weak_ptr<OpenGeneration>> warm_ LAKE_GUARDED_BY(mutex_);
  uint64_t asked_ LAKE_GUARDED_BY(mutex_) = 0;
  CancelSource stop_;
  WorkerPool verifying_;  ///< Last: its thread uses the rest.
};

}  // namespace

Result<std::unique_ptr<OpenIndexes>> OpenIndexes::Make(const storage::BucketRegistry& buckets, Log& log,
                                                       Options options) {
  std::error_code failed;
  std::filesystem::remove_all(options.cache_directory, failed);
  std::filesystem::create_directories(options.cache_directory, failed);
  if (failed)
    return FailedPrecondition("bad_cache_directory", "the directory for copies of indexes cannot be made")
        .WithCause(failed.message());
  return std::make_unique<Registry>(buckets, log, std::move(options));
}

}  // namespace lake::vector
