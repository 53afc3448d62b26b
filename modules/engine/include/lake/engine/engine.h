// Engine: DuckDB behind a small face. The only module that includes its headers.
//
// Two ways in. A user's statement is parsed to a tree (Parse), rewritten by its caller, and executed as a
// tree on a fresh locked connection that can open only its ReadSet. Trusted SQL is text written by our own
// modules and may use every function, but opens no more than its ReadSet either. Any thread; a Session is
// used by one thread at a time, except Interrupt and progress.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/engine/parquet_writer.h"
#include "lake/engine/plan.h"
#include "lake/engine/read_set.h"
#include "lake/engine/result_stream.h"

namespace lake::engine {

struct EngineOptions {
  size_t threads = 0;               ///< 0 = one per core.
  uint64_t memory_limit_bytes = 0;  ///< 0 = half of the machine's memory.
  /// Absolute; encrypted while used. What an earlier process spilled there is removed, files of others are
  /// not.
  std::string spill_directory;
  uint64_t spill_limit_bytes = 64ull << 30;
  /// Functions, in lower case, whose calls are replaced in trees from Parse before they are executed.
  std::vector<std::string> replaced_functions = {};
};

/// Exactly one SELECT as the engine serialises it: the whole document of json_serialize_sql,
/// {"error": false, "statements": [{"node": …, "named_param_map": […]}]}, with one statement; columns with
/// subqueries or replaced functions in them carry their names as aliases, for their text changes by
/// rewriting. It may be rewritten freely. "query_location" members are byte offsets into the parsed text and
/// become the positions of errors: set those of a fragment from another text to UINT64_MAX ("nowhere").
struct SelectTree {
  JsonValue root;
};

// Where a statement is wrong is a 0-based byte offset into its text, carried in Error's details as pointer
// "/sql" and message "at byte N".

struct StatementProgress {
  double fraction = 0;  ///< 0–1; stays 0 when the plan cannot tell.
  uint64_t rows_read = 0;
};

/// What the CSV sniffer found: enough to read the file the same way again.
struct CsvColumn {
  std::string name;
  std::string type;
};
struct CsvDialect {
  char delimiter = ',';
  std::string quote;   ///< One character or empty.
  std::string escape;  ///< One character or empty.
  /// "\\n", "\\r\\n" or "\\r" as the engine spells it; "mixed" when lines end in several ways: read with
  /// strict_mode = false.
  std::string new_line;
  std::string encoding;  ///< "utf-8".
  bool has_header = true;
  uint64_t skip_rows = 0;        ///< Lines before the header or the first row.
  std::string comment;           ///< One character or empty: lines that start with it are no rows.
  std::string date_format;       ///< Empty when the default does.
  std::string timestamp_format;  ///< Empty when the default does.
  /// Names as the header has them, also when they are empty or repeated; without a header "column0",
  /// "column1"…
  std::vector<CsvColumn> columns;
};

class Session {
 public:
  virtual ~Session() = default;

  /// Runs a tree from Parse after rewriting; `parameters` are bound to $1, $2… in order (null, boolean,
  /// integer, double, string). Returns when the statement is planned; rows, and what goes wrong with them,
  /// come from the stream. The stream must be destroyed before the session; starting another statement ends
  /// it. Errors, here and from the stream:
  ///   invalid_argument/sql_error with position, /bad_parameter, /statement_too_complex, /statement_too_deep,
  ///   /csv_error with the line; resource_exhausted/query_out_of_memory, /spill_full; cancelled/…;
  ///   deadline_exceeded/deadline; permission_denied/not_in_read_set, /not_permitted (another path or
  ///   setting), /function_not_permitted (acts on the instance); data_loss/file_damaged, /file_missing; what
  ///   the object store says; unavailable/engine_restarted (another statement broke the engine; try again);
  ///   internal/engine_failed.
  virtual Result<std::unique_ptr<ResultStream>> Execute(const SelectTree& tree,
                                                        const std::vector<JsonValue>& parameters) = 0;
  /// What Execute would run, and nothing of it is run. Errors: those of Execute before its first row.
  virtual Result<StatementPlan> Explain(const SelectTree& tree, const std::vector<JsonValue>& parameters) = 0;
  /// Runs trusted text, one statement written by us, until its first rows are there. Errors as above.
  virtual Result<std::unique_ptr<ResultStream>> ExecuteTrusted(std::string_view sql) = 0;
  /// Runs a trusted SELECT and writes its rows to one durable object. Nothing is visible when it fails.
  /// Errors: as above, invalid_argument/type_not_storable (a type that Parquet would change),
  /// failed_precondition/object_exists.
  virtual Result<WrittenFile> WriteParquet(std::string_view select, const ParquetTarget& target) = 0;
  virtual StatementProgress progress() const = 0;  ///< Any thread.
};

constexpr size_t kCsvSampleBytes = 7u << 20;
constexpr int64_t kMinCsvTypeRows = 20'480;

class Engine {
 public:
  /// Errors: failed_precondition/engine_mismatch when the loaded library is not the pinned build,
  /// failed_precondition/bad_spill_directory.
  static Result<std::unique_ptr<Engine>> Open(EngineOptions options);
  virtual ~Engine() = default;

  /// Errors: invalid_argument/sql_syntax with position, /not_one_select (no statement, several, or another
  /// kind), /statement_too_large (1 MiB, 1 Mi parts), /statement_too_deep.
  virtual Result<SelectTree> Parse(const Context& context, std::string_view sql) = 0;
  /// A fresh connection that opens only `read_set`. It stops when the context is cancelled or its deadline
  /// passes.
  virtual Result<std::unique_ptr<Session>> StartSession(const Context& context, ReadSet read_set) = 0;
  /// Looks at the start of a CSV file: the types are those of the rows in its first kCsvSampleBytes, but of
  /// at least kMinCsvTypeRows and at most 100,000, and the rest may not fit them. Errors:
  /// invalid_argument/not_csv (binary, another format, no columns, not UTF-8), saying what to do about it.
  virtual Result<CsvDialect> SniffCsv(const Context& context, const ScanFile& file) = 0;

  virtual std::string library_version() const = 0;
};

/// For trusted SQL: lake_keyed_hash(text) is 32 hex digits, the first half of HMAC-SHA256 under the key of
/// the read set.
inline constexpr std::string_view kKeyedHashFunction = "lake_keyed_hash";

/// For trusted SQL: lake_mask(text, prefix, suffix) keeps that many characters at the beginning and at the
/// end and makes each of the others a star; a text with no more characters than those is stars as a whole.
inline constexpr std::string_view kMaskFunction = "lake_mask";

/// Condition of a relation that leaves rows out for the caller not to see, in trusted SQL only:
///   SELECT <columns> FROM (<select that leaves rows out>) AS lake_rows WHERE lake_barrier()
/// The text in the brackets is a SELECT with a projection of its own (filters, joins, masks, and relations
/// with barriers of their own in it). What is written around the whole is then never evaluated on rows that
/// the SELECT leaves out, unless it can neither fail nor tell of them: comparisons and the like, which still
/// prune row groups. Without the mark the optimizer runs the user's casts and functions on those rows, and
/// their errors show them. The SELECT's own conditions do run on every row: they must not fail (TRY_CAST
/// instead of CAST). The mark costs nothing when the statement runs.
inline constexpr std::string_view kRowBarrier = "lake_barrier()";

/// "name" with quotes doubled, for trusted SQL text.
std::string QuoteIdentifier(std::string_view name);
/// 'text' with quotes doubled.
std::string QuoteText(std::string_view text);

}  // namespace lake::engine
