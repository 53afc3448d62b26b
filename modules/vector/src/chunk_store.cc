#include "chunk_store.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "lake/vector/chunker.h"

namespace lake::vector {
namespace {

constexpr int kApplicationId = 0x6C6B6368;  // "lkch"
constexpr int kVersion = 1;
constexpr size_t kMaxIdleConnections = 8;
constexpr int kStepsBetweenLooks = 10'000;  // Of SQLite's machine: well below a millisecond.

Error Failed(sqlite3* database, std::string_view what) {
  return Internal("chunk_store_failed", "the texts of an index cannot be written")
      .WithCause(fmt::format("{}: {}", what, database == nullptr ? "no memory" : sqlite3_errmsg(database)));
}
Error Damaged(sqlite3* database, std::string_view what) {
  return DataLoss("chunk_store_damaged", "the texts of an index cannot be read")
      .WithCause(fmt::format("{}: {}", what, database == nullptr ? "no memory" : sqlite3_errmsg(database)));
}

Result<Database> OpenFile(const std::string& name, int flags) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(name.c_str(), &opened, flags, nullptr);
  Database database(opened);
  if (status != SQLITE_OK) return Damaged(opened, "open");
  return database;
}

Result<Statement> Prepare(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const int status =
      sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &prepared, nullptr);
  Statement statement(prepared);
  if (status != SQLITE_OK) return Damaged(database, "prepare");
  return statement;
}

Status Run(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return Failed(database, sql);
  return {};
}

int BindText(sqlite3_stmt* statement, int index, std::string_view text) {
  return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

std::string_view TextColumn(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text, static_cast<size_t>(sqlite3_column_bytes(statement, column)));
}

/// A path as a URI that SQLite opens without a lock, a journal or a look at what changed.
std::string ImmutableUri(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char c : path.string())
    uri += (c == '?' || c == '#' || c == '%') ? fmt::format("%{:02X}", c) : std::string(1, c);
  return uri + "?mode=ro&immutable=1";
}

Result<int> ReadNumber(sqlite3* database, std::string_view sql) {
  LAKE_ASSIGN_OR_RETURN(const Statement statement, Prepare(database, sql));
  if (sqlite3_step(statement.get()) != SQLITE_ROW) return Damaged(database, sql);
  return sqlite3_column_int(statement.get(), 0);
}

/// The SQL function words_apart(text): FTS5 finds a word only where something stands between it and the next.
void WordsApart(sqlite3_context* call, int, sqlite3_value** arguments) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
  const auto bytes = static_cast<size_t>(sqlite3_value_bytes(arguments[0]));
  const std::string apart =
      WithWordsApart(text == nullptr ? std::string_view() : std::string_view(text, bytes));
  sqlite3_result_text64(call, apart.data(), apart.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

bool IsBetter(const WordHit& a, const WordHit& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

/// Keeps, of the hits that go by, the best k and those that are asked for.
class BestHits {
 public:
  explicit BestHits(const WordSearch& search) : k_(search.k), scored_(search.scored) {}

  void Add(const WordHit& hit) {
    if (best_.size() == k_ && (k_ == 0 || !IsBetter(hit, best_.front()))) return Pass(hit);
    best_.push_back(hit);
    std::ranges::push_heap(best_, IsBetter);
    if (best_.size() <= k_) return;
    std::ranges::pop_heap(best_, IsBetter);
    Pass(best_.back());
    best_.pop_back();
  }
  std::vector<WordHit> Ordered() && {
    best_.insert(best_.end(), behind_.begin(), behind_.end());
    std::ranges::sort(best_, IsBetter);
    return std::move(best_);
  }

 private:
  void Pass(const WordHit& hit) {
    if (scored_ != nullptr && hit.row < scored_->rows() && scored_->Contains(static_cast<uint32_t>(hit.row)))
      behind_.push_back(hit);
  }

  const size_t k_;
  const ann::RowSet* scored_;
  std::vector<WordHit> best_;  ///< A heap with the worst in front.
  std::vector<WordHit> behind_;
};

}  // namespace

void CloseDatabase::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void FinishStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<std::unique_ptr<ChunkStoreWriter>> ChunkStoreWriter::Create(const std::filesystem::path& path) {
  std::error_code gone;
  std::filesystem::remove(path, gone);
  LAKE_ASSIGN_OR_RETURN(Database database,
                        OpenFile(path.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  // Nobody sees the file before it is whole, and it is copied durably then.
  LAKE_RETURN_IF_ERROR(
      Run(database.get(),
          fmt::format(
              "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = {}; "
              "PRAGMA user_version = {}; "
              "CREATE TABLE chunk (row INTEGER PRIMARY KEY, doc_id TEXT NOT NULL, number INTEGER NOT "
              "NULL, start INTEGER NOT NULL, \"end\" INTEGER NOT NULL, text TEXT NOT NULL); "
              "CREATE VIRTUAL TABLE word USING fts5(text, content = 'chunk', content_rowid = 'row', tokenize "
              "= 'porter unicode61 remove_diacritics 2'); BEGIN",
              kApplicationId, kVersion)));
  sqlite3_create_function_v2(database.get(), "words_apart", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                             WordsApart, nullptr, nullptr, nullptr);
  std::unique_ptr<ChunkStoreWriter> writer(new ChunkStoreWriter(std::move(database)));
  LAKE_ASSIGN_OR_RETURN(writer->insert_,
                        Prepare(writer->database_.get(), "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?)"));
  return writer;
}

Status ChunkStoreWriter::Add(const StoredChunk& chunk) {
  sqlite3_stmt* insert = insert_.get();
  const bool bound =
      sqlite3_bind_int64(insert, 1, rows_++) == SQLITE_OK && BindText(insert, 2, chunk.doc_id) == SQLITE_OK &&
      sqlite3_bind_int64(insert, 3, chunk.number) == SQLITE_OK &&
      sqlite3_bind_int64(insert, 4, chunk.start) == SQLITE_OK &&
      sqlite3_bind_int64(insert, 5, chunk.end) == SQLITE_OK && BindText(insert, 6, chunk.text) == SQLITE_OK;
  if (!bound || sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert) != SQLITE_OK)
    return Failed(database_.get(), "insert");
  return {};
}

Status ChunkStoreWriter::Finish() {
  // One posting list a word, however many chunks there are.
  LAKE_RETURN_IF_ERROR(Run(database_.get(),
                           "INSERT INTO word (rowid, text) SELECT row, words_apart(text) FROM chunk; "
                           "INSERT INTO word (word) VALUES ('optimize'); COMMIT"));
  insert_.reset();
  database_.reset();
  return {};
}

/// One thread at a time.
class ChunkStore::Connection {
 public:
  static Result<std::unique_ptr<Connection>> Open(const std::filesystem::path& path) {
    LAKE_ASSIGN_OR_RETURN(
        Database database,
        OpenFile(ImmutableUri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX));
    LAKE_RETURN_IF_ERROR(CheckFormat(database.get()));
    std::unique_ptr<Connection> connection(new Connection(std::move(database)));
    LAKE_RETURN_IF_ERROR(connection->PrepareAll());
    return connection;
  }

  sqlite3* database() const { return database_.get(); }
  Result<StoredChunk> Get(uint64_t row);
  Result<std::vector<WordHit>> FindWords(const Context& context, const std::string& match,
                                         const WordSearch& search);

 private:
  explicit Connection(Database database) : database_(std::move(database)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  static Status CheckFormat(sqlite3* database) {
    LAKE_ASSIGN_OR_RETURN(const int application, ReadNumber(database, "PRAGMA application_id"));
    if (application != kApplicationId) return Damaged(database, "another application's file");
    LAKE_ASSIGN_OR_RETURN(const int version, ReadNumber(database, "PRAGMA user_version"));
    if (version <= kVersion) return {};
    return Unimplemented("chunk_store_newer",
                         "the texts of an index are of version {}; this program reads {}", version, kVersion);
  }

  Status PrepareAll() {
    sqlite3_create_function_v2(database_.get(), "permitted", 1, SQLITE_UTF8, this, IsPermitted, nullptr,
                               nullptr, nullptr);
    sqlite3_progress_handler(database_.get(), kStepsBetweenLooks, HasToStop, this);
    LAKE_ASSIGN_OR_RETURN(
        get_,
        Prepare(database_.get(), "SELECT doc_id, number, start, \"end\", text FROM chunk WHERE row = ?"));
    LAKE_ASSIGN_OR_RETURN(find_, Prepare(database_.get(),
                                         "SELECT rowid, bm25(word) FROM word WHERE word MATCH ?1 AND "
                                         "permitted(rowid)"));
    return {};
  }

  static void IsPermitted(sqlite3_context* call, int, sqlite3_value** arguments) {
    const auto& self = *static_cast<const Connection*>(sqlite3_user_data(call));
    const auto row = static_cast<uint64_t>(sqlite3_value_int64(arguments[0]));
    const bool all = self.permitted_ == nullptr;
    sqlite3_result_int(call,
                       all || (row < self.permitted_->rows() && self.permitted_->Contains(row)) ? 1 : 0);
  }
  static int HasToStop(void* self) {
    const Context* context = static_cast<const Connection*>(self)->context_;
    return context != nullptr && !context->CheckAlive().ok() ? 1 : 0;
  }

  const Database database_;
  Statement get_;
  Statement find_;
  // Of the statement that runs.
  const ann::RowSet* permitted_ = nullptr;
  const Context* context_ = nullptr;
};

Result<StoredChunk> ChunkStore::Connection::Get(uint64_t row) {
  sqlite3_stmt* get = get_.get();
  sqlite3_reset(get);
  if (sqlite3_bind_int64(get, 1, static_cast<int64_t>(row)) != SQLITE_OK || sqlite3_step(get) != SQLITE_ROW)
    return Damaged(database(), fmt::format("row {}", row));
  StoredChunk chunk = {.doc_id = std::string(TextColumn(get, 0)),
                       .number = static_cast<uint32_t>(sqlite3_column_int64(get, 1)),
                       .start = static_cast<uint32_t>(sqlite3_column_int64(get, 2)),
                       .end = static_cast<uint32_t>(sqlite3_column_int64(get, 3)),
                       .text = std::string(TextColumn(get, 4))};
  sqlite3_reset(get);
  return chunk;
}

Result<std::vector<WordHit>> ChunkStore::Connection::FindWords(const Context& context,
                                                               const std::string& match,
                                                               const WordSearch& search) {
  permitted_ = search.permitted;
  context_ = &context;
  sqlite3_stmt* find = find_.get();
  BestHits best(search);
  int status = SQLITE_ERROR;
  if (BindText(find, 1, match) == SQLITE_OK)
    for (status = sqlite3_step(find); status == SQLITE_ROW; status = sqlite3_step(find))
      best.Add({.row = static_cast<uint64_t>(sqlite3_column_int64(find, 0)),
                .score = -sqlite3_column_double(find, 1)});
  const Status alive = context.CheckAlive();
  const Error damage = Damaged(database(), "words");
  sqlite3_reset(find);
  sqlite3_clear_bindings(find);
  permitted_ = nullptr;
  context_ = nullptr;
  if (status == SQLITE_DONE) return std::move(best).Ordered();
  LAKE_RETURN_IF_ERROR(Status(alive));
  return damage;
}

/// A connection for as long as it is needed.
class ChunkStore::Lease {
 public:
  Lease(ChunkStore& store, std::unique_ptr<Connection> connection)
      : store_(&store), connection_(std::move(connection)) {}
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (connection_ == nullptr) return;
    MutexLock lock(store_->mutex_);
    if (store_->idle_.size() < kMaxIdleConnections) store_->idle_.push_back(std::move(connection_));
  }
  Connection* operator->() const { return connection_.get(); }

 private:
  ChunkStore* store_;
  std::unique_ptr<Connection> connection_;
};

ChunkStore::ChunkStore(std::filesystem::path path) : path_(std::move(path)) {}
ChunkStore::~ChunkStore() = default;

Result<std::unique_ptr<ChunkStore>> ChunkStore::Open(const std::filesystem::path& path) {
  std::unique_ptr<ChunkStore> store(new ChunkStore(path));
  LAKE_RETURN_IF_ERROR(store->Take());
  return store;
}

Result<ChunkStore::Lease> ChunkStore::Take() {
  {
    MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(connection));
    }
  }
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(path_));
  return Lease(*this, std::move(connection));
}

Result<StoredChunk> ChunkStore::Get(uint64_t row) {
  LAKE_ASSIGN_OR_RETURN(const Lease connection, Take());
  return connection->Get(row);
}

Result<std::vector<WordHit>> ChunkStore::FindWords(const Context& context,
                                                   const std::vector<std::string>& words,
                                                   const WordSearch& search) {
  if (words.empty()) return std::vector<WordHit>();
  std::string match;
  for (const std::string& word : words) {
    match += match.empty() ? "\"" : " OR \"";
    for (const char c : word) match += c == '"' ? std::string("\"\"") : std::string(1, c);
    match += '"';
  }
  LAKE_ASSIGN_OR_RETURN(const Lease connection, Take());
  return connection->FindWords(context, match, search);
}

Status ChunkStore::ForEachDocument(const std::function<void(uint64_t row, std::string_view doc_id)>& take) {
  LAKE_ASSIGN_OR_RETURN(const Lease connection, Take());
  LAKE_ASSIGN_OR_RETURN(const Statement rows,
                        Prepare(connection->database(), "SELECT row, doc_id FROM chunk ORDER BY row"));
  int status = sqlite3_step(rows.get());
  for (; status == SQLITE_ROW; status = sqlite3_step(rows.get()))
    take(static_cast<uint64_t>(sqlite3_column_int64(rows.get(), 0)), TextColumn(rows.get(), 1));
  if (status != SQLITE_DONE) return Damaged(connection->database(), "documents");
  return {};
}

}  // namespace lake::vector
