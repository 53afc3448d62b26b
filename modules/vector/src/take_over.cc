#include "take_over.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "lake/engine/rows.h"

namespace lake::vector {
namespace {

/// `documents`: columns of the rows that count, of which `columns` are matched with the parts.
Status Copy(const Context& context, const SourceReader& source, PartStore& previous, PartStore& parts,
            std::string_view documents, std::string_view columns) {
  if (previous.count() == 0) return {};
  engine::ReadSet read_set = source.read_set();
  const std::string old = previous.AddTo(&read_set);
  return parts.AppendRows(
      context, std::move(read_set),
      fmt::format("SELECT old.* FROM {} AS old SEMI JOIN (SELECT {} FROM ({})) USING ({})", old, documents,
                  source.rows(), columns));
}

/// What reads the documents of a generation, which may have none.
std::string DocumentsOf(const PartStore& parts, engine::ReadSet* read_set) {
  if (parts.count() > 0) return parts.AddTo(read_set);
  return "(SELECT '' AS doc_id, 0 AS chunk, '' AS document_hash LIMIT 0)";
}

}  // namespace

Status TakeOverUnchanged(const Context& context, const SourceReader& source, PartStore& previous,
                         PartStore& parts) {
  // As HashDocument does it.
  return Copy(context, source, previous, parts, "doc_id, left(sha256(text), 32) AS document_hash",
              "doc_id, document_hash");
}

Status TakeOverPresent(const Context& context, const SourceReader& source, PartStore& previous,
                       PartStore& parts) {
  return Copy(context, source, previous, parts, "doc_id", "doc_id");
}

Result<TakenOver> Compare(const Context& context, engine::Engine& engine, PartStore& previous,
                          PartStore& parts) {
  engine::ReadSet read_set;
  const std::string old = DocumentsOf(previous, &read_set);
  const std::string now = DocumentsOf(parts, &read_set);
  const std::string statement = fmt::format(
      "WITH old AS (SELECT doc_id, document_hash FROM {} WHERE chunk = 0), now AS (SELECT doc_id, chunk, "
      "document_hash FROM {}), same AS (SELECT chunk FROM now SEMI JOIN old USING (doc_id, document_hash)) "
      "SELECT (SELECT count(*) FROM same WHERE chunk = 0), (SELECT count(*) FROM same), "
      "(SELECT count(*) FROM old ANTI JOIN now USING (doc_id))",
      old, now);
  TakenOver taken_over;
  LAKE_RETURN_IF_ERROR(
      engine::ForEachRowOf(engine, context, std::move(read_set), statement, [&](auto row) -> Status {
        taken_over.documents = static_cast<uint64_t>(engine::IntegerOf(row[0]));
        taken_over.chunks = static_cast<uint64_t>(engine::IntegerOf(row[1]));
        taken_over.removed = static_cast<uint64_t>(engine::IntegerOf(row[2]));
        return {};
      }));
  return taken_over;
}

}  // namespace lake::vector
