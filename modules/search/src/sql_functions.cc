#include "lake/search/sql_functions.h"

#include <array>
#include <charconv>
#include <memory>
#include <utility>

namespace lake::search {
namespace {

using access::Request;
using engine::Cell;
using engine::CellType;
using query::FunctionArguments;
using Presence = query::FunctionParameter::Presence;
using Type = query::FunctionParameter::Type;

constexpr std::string_view kEmbed = "embed";

std::string TextOf(const JsonValue& argument) {
  return argument.is_null() ? std::string() : argument.as_string();
}

/// An error of one argument.
Error OfArgument(const Error& error, std::string_view parameter) {
  return Error(error.code(), error.reason(), error.message())
      .WithCause(error.internal_cause())
      .WithDetail(fmt::format("/{}", parameter), error.message());
}

std::vector<engine::TableColumn> ColumnsWith(CellType doc_id) {
  return {
      {"doc_id", doc_id},           {"source", CellType::kVarchar},      {"chunk", CellType::kBigint},
      {"text", CellType::kVarchar}, {"start", CellType::kBigint},        {"end", CellType::kBigint},
      {"score", CellType::kDouble}, {"vector_score", CellType::kDouble}, {"text_score", CellType::kDouble}};
}

CellType TypeOfIds(const catalog::Column& column) {
  return column.type == "VARCHAR" ? CellType::kVarchar : CellType::kBigint;
}

/// None: not given.
Result<std::optional<size_t>> NumberOfHits(std::string_view parameter, const JsonValue& argument) {
  if (argument.is_null()) return std::optional<size_t>();
  const int64_t number = argument.as_int();
  if (number < 1 || number > static_cast<int64_t>(kMaxHits))
    return OfArgument(
        InvalidArgument("bad_argument", "{} must be 1 to {}, not {}", parameter, kMaxHits, number),
        parameter);
  return std::optional(static_cast<size_t>(number));
}

/// As the index keeps it, ids of numbers are their digits.
Result<Cell> IdCell(const std::string& doc_id, CellType type) {
  if (type == CellType::kVarchar) return Cell(std::string_view(doc_id));
  int64_t number = 0;
  const auto [end, error] = std::from_chars(doc_id.data(), doc_id.data() + doc_id.size(), number);
  if (error != std::errc() || end != doc_id.data() + doc_id.size())
    return FailedPrecondition("source_changed",
                              "the id column is a number now, and was none when the index was built");
  return Cell(number);
}

Cell CellOf(const std::optional<double>& score) { return score ? Cell(*score) : Cell(); }

class SearchFunction final : public query::RelationFunction {
 public:
  SearchFunction(std::string_view name, SearchMode mode, std::function<SearchService&()> searches)
      : signature_{.name = name,
                   .parameters = {{.name = "index_name"},
                                  {.name = "query"},
                                  {.name = "k", .type = Type::kInteger, .presence = Presence::kOptional},
                                  {.name = "filter", .presence = Presence::kOptional},
                                  {.name = "per_document",
                                   .type = Type::kInteger,
                                   .presence = Presence::kOptional}}},
        mode_(mode),
        searches_(std::move(searches)) {}

  const query::FunctionSignature& signature() const override { return signature_; }

  Result<std::vector<engine::TableColumn>> Columns(const Request& request,
                                                   FunctionArguments arguments) const override {
    LAKE_ASSIGN_OR_RETURN(const SearchRequest wanted, Wanted(arguments));
    LAKE_ASSIGN_OR_RETURN(const catalog::Column ids, searches_().IdColumn(request, wanted.index_name));
    return ColumnsWith(TypeOfIds(ids));
  }

  Result<std::shared_ptr<const engine::MemoryTable>> Rows(const Request& request,
                                                          FunctionArguments arguments) const override {
    LAKE_ASSIGN_OR_RETURN(const SearchRequest wanted, Wanted(arguments));
    // First, so that a refusal is on record.
    LAKE_ASSIGN_OR_RETURN(const SearchAnswer answer, searches_().Search(request, wanted));
    LAKE_ASSIGN_OR_RETURN(const catalog::Column ids, searches_().IdColumn(request, wanted.index_name));
    auto table = std::make_shared<engine::MemoryTable>(ColumnsWith(TypeOfIds(ids)));
    for (const Hit& hit : answer.hits) {
      LAKE_ASSIGN_OR_RETURN(const Cell doc_id, IdCell(hit.doc_id, TypeOfIds(ids)));
      const std::array<Cell, 9> row = {doc_id,
                                       std::string_view(hit.source),
                                       static_cast<int64_t>(hit.chunk),
                                       std::string_view(hit.text),
                                       static_cast<int64_t>(hit.start),
                                       static_cast<int64_t>(hit.end),
                                       hit.score,
                                       CellOf(hit.vector_score),
                                       CellOf(hit.text_score)};
      table->AppendRow(row);
    }
    return std::shared_ptr<const engine::MemoryTable>(std::move(table));
  }

 private:
  Result<SearchRequest> Wanted(FunctionArguments arguments) const {
    LAKE_ASSIGN_OR_RETURN(const std::optional<size_t> k, NumberOfHits("k", arguments[2]));
    LAKE_ASSIGN_OR_RETURN(const std::optional<size_t> per_document,
                          NumberOfHits("per_document", arguments[4]));
    return SearchRequest{.index_name = TextOf(arguments[0]),
                         .query = TextOf(arguments[1]),
                         .mode = mode_,
                         .k = k.value_or(kDefaultHits),
                         .per_document = per_document,
                         .filter = TextOf(arguments[3])};
  }

  const query::FunctionSignature signature_;
  const SearchMode mode_;
  const std::function<SearchService&()> searches_;
};

class EmbedFunction final : public query::VectorFunction {
 public:
  explicit EmbedFunction(models::Provider& models) : models_(models) {}

  const query::FunctionSignature& signature() const override { return signature_; }

  Result<std::vector<float>> Vector(const Request& request, FunctionArguments arguments) const override {
    const std::vector<std::string> texts = {TextOf(arguments[0])};
    if (texts.front().size() > kMaxQuestionBytes)
      return OfArgument(
          InvalidArgument("text_too_long", "the text has more than {} bytes", kMaxQuestionBytes), "text");
    Result<std::shared_ptr<models::Embedder>> embedder = models_.FindEmbedder(TextOf(arguments[1]));
    if (!embedder.ok()) return OfArgument(embedder.error(), "model");
    Result<models::Embeddings> made = (*embedder)->Embed(request.context, texts);
    if (made.ok()) return std::move(made->values);
    if (made.error().Is("empty_text"))
      return OfArgument(InvalidArgument("empty_text", "the text has no letter, digit or sign"), "text");
    return std::move(made).error();
  }

 private:
  const query::FunctionSignature signature_ = {
      .name = kEmbed, .parameters = {{.name = "text"}, {.name = "model", .presence = Presence::kOptional}}};
  models::Provider& models_;
};

}  // namespace

query::ProvidedFunctions MakeSqlFunctions(std::function<SearchService&()> searches,
                                          models::Provider& models) {
  const auto search = [&](std::string_view name, SearchMode mode) {
    return std::make_shared<SearchFunction>(name, mode, searches);
  };
  return {
      .relations = {search("vector_search", SearchMode::kVector), search("text_search", SearchMode::kText),
                    search("hybrid_search", SearchMode::kHybrid)},
      .vectors = {std::make_shared<EmbedFunction>(models)}};
}

std::vector<std::string> ReplacedSqlFunctions() { return {std::string(kEmbed)}; }

}  // namespace lake::search
