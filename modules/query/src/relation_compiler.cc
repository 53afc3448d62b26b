#include "relation_compiler.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "at_clause.h"
#include "gate.h"
#include "governed_select.h"
#include "lake/common/fold.h"
#include "lake/query/row_filter.h"
#include "lake/tables/relation.h"
#include "session_words.h"
#include "system_relations.h"
#include "tree_fragments.h"

namespace lake::query {
namespace {

/// Should our reading of SQL's scopes ever differ from the engine's, an unreplaced name reaches the engine's
/// own catalog. Names that mean something there can therefore not be defined by WITH.
bool MeansSomethingToTheEngine(const std::string& folded) {
  for (std::string_view prefix : {"lake_", "duckdb_", "pragma_", "sqlite_", "pg_"})
    if (folded.starts_with(prefix)) return true;
  return false;
}

class Compiler {
 public:
  explicit Compiler(const CompilerInputs& inputs) : inputs_(inputs) {}

  Status Rewrite(JsonValue& node) {
    if (node.is_array()) {
      for (JsonValue& item : node.as_array()) LAKE_RETURN_IF_ERROR(Rewrite(item));
      return {};
    }
    if (!node.is_object()) return {};
    std::string_view type = node.FindString("type");
    if (type == "BASE_TABLE" && node.Find("class") == nullptr) return ReplaceTable(node);
    if (type == "VALUE_CONSTANT") return {};
    if (type == "RECURSIVE_CTE_NODE") return RewriteRecursive(node);
    return RewriteScope(node);
  }

  CompiledStatement Take() {
    return {.read_set = std::move(read_set_), .tables = std::move(tables_), .mentions = std::move(mentions_)};
  }
  std::set<std::string> TakeColumns() { return std::move(columns_); }
  std::set<std::string, std::less<>> SystemNames() const {
    std::set<std::string, std::less<>> names;
    for (const auto& [provider, relation] : system_relations_) names.emplace(provider->name());
    return names;
  }

 private:
  /// A query's WITH names are visible to later ones of the same WITH and to the query itself. A body that
  /// names its own entry means the outer table.
  Status RewriteScope(JsonValue& node) {
    const size_t outer = names_.size();
    if (JsonValue* with = node.Find("cte_map"); with != nullptr && with->is_object())
      if (JsonValue* entries = with->Find("map"); entries != nullptr && entries->is_array())
        for (JsonValue& entry : entries->as_array()) LAKE_RETURN_IF_ERROR(RewriteEntry(entry));
    for (auto& [name, member] : node.as_object())
      if (name != "cte_map") LAKE_RETURN_IF_ERROR(Rewrite(member));
    names_.resize(outer);
    return {};
  }

  Status RewriteEntry(JsonValue& entry) {
    std::string name = Fold(entry.FindString("key"));
    if (name.empty() || MeansSomethingToTheEngine(name))
      return PermissionDenied("not_allowed_in_sql", "'{}' cannot be defined by WITH", name.substr(0, 100));
    if (JsonValue* body = entry.Find("value"); body != nullptr) LAKE_RETURN_IF_ERROR(Rewrite(*body));
    names_.push_back(std::move(name));
    return {};
  }

  /// Only the recursive arm sees the name the node defines.
  Status RewriteRecursive(JsonValue& node) {
    const size_t outer = names_.size();
    for (auto& [name, member] : node.as_object())
      if (name != "right") LAKE_RETURN_IF_ERROR(Rewrite(member));
    names_.push_back(Fold(node.FindString("cte_name")));
    if (JsonValue* right = node.Find("right"); right != nullptr) LAKE_RETURN_IF_ERROR(Rewrite(*right));
    names_.resize(outer);
    return {};
  }

  bool IsDefinedByWith(const JsonValue& table) const {
    return table.FindString("schema_name").empty() && table.FindString("catalog_name").empty() &&
           std::ranges::find(names_, Fold(table.FindString("table_name"))) != names_.end();
  }

  Status ReplaceTable(JsonValue& node) {
    if (IsDefinedByWith(node)) {
      if (const JsonValue* at = node.Find("at_clause"); at != nullptr && at->is_object())
        return AtNode(InvalidArgument("bad_version", "AT applies to datasets, not to names defined by WITH"),
                      node);
      return {};
    }
    if (IsInSystemSchema(node)) {
      Result<const JsonValue*> relation = SystemTree(node);
      if (!relation.ok()) return AtNode(std::move(relation).error(), node);
      SpliceTable(node, **relation, node.FindString("table_name"));
      return {};
    }
    if (!node.FindString("schema_name").empty() || !node.FindString("catalog_name").empty())
      return AtNode(NotFound("dataset_not_found", "dataset '{}.{}' does not exist; datasets have no schema",
                             node.FindString("schema_name"), node.FindString("table_name")),
                    node);
    Result<std::shared_ptr<const catalog::Dataset>> dataset =
        access::FindDataset(inputs_.request, node.FindString("table_name"));
    if (!dataset.ok()) return AtNode(std::move(dataset).error(), node);
    Result<catalog::Version> version =
        ResolveAtClause(node.Find("at_clause"), **dataset, inputs_.request.snapshot->version());
    if (!version.ok()) return AtNode(std::move(version).error(), node);
    Result<const JsonValue*> relation = RelationTree(**dataset, *version);
    if (!relation.ok()) return AtNode(std::move(relation).error(), node);
    SpliceTable(node, **relation, node.FindString("table_name"));
    return {};
  }

  static bool IsInSystemSchema(const JsonValue& table) {
    return SameFolded(table.FindString("schema_name"), kSystemSchema) &&
           table.FindString("catalog_name").empty();
  }

  /// A provider's relation as a table reference node; it is opened once.
  Result<const JsonValue*> SystemTree(const JsonValue& node) {
    LAKE_ASSIGN_OR_RETURN(const RelationProvider* provider,
                          FindRelation(inputs_.relations, node.FindString("table_name")));
    if (const JsonValue* at = node.Find("at_clause"); at != nullptr && at->is_object())
      return InvalidArgument("bad_version", "AT applies to datasets, not to tables of the system");
    if (auto found = system_relations_.find(provider); found != system_relations_.end())
      return &found->second;
    LAKE_ASSIGN_OR_RETURN(const std::string opened, OpenRelation(*provider, inputs_.request, read_set_));
    LAKE_ASSIGN_OR_RETURN(JsonValue table, ParseSubquery("SELECT * FROM " + opened));
    for (const engine::TableColumn& column : provider->columns()) columns_.insert(Fold(column.name));
    tables_.push_back({.name = fmt::format("{}.{}", kSystemSchema, provider->name()),
                       .version = inputs_.request.snapshot->version(),
                       .decision = {},
                       .content = {}});
    return &system_relations_.emplace(provider, std::move(table)).first->second;
  }

  Result<JsonValue> ParseSubquery(const std::string& select) {
    return SubqueryTree(inputs_.engine, inputs_.request.context, select);
  }

  /// The relation as a table reference node; the same dataset at the same version is scanned once.
  Result<const JsonValue*> RelationTree(const catalog::Dataset& dataset, catalog::Version version) {
    std::pair<std::string, uint64_t> key(dataset.id.value(), version.number);
    if (auto found = relations_.find(key); found != relations_.end()) {
      mentions_.push_back(found->second.table);
      return &found->second.tree;
    }
    LAKE_ASSIGN_OR_RETURN(access::Decision decision,
                          access::Decide(inputs_.request, dataset, dataset.SchemaAt(version)));
    LAKE_ASSIGN_OR_RETURN(JsonValue table, GovernedTable(dataset, version, decision));
    for (const access::ColumnDecision& column : decision.columns())
      if (column.visible()) columns_.insert(Fold(column.column.name));
    mentions_.push_back(tables_.size());
    Compiled compiled = {.tree = std::move(table), .table = tables_.size()};
    tables_.push_back({.name = dataset.name,
                       .version = version,
                       .decision = std::move(decision),
                       .content = ContentOf(dataset, version)});
    return &relations_.emplace(std::move(key), std::move(compiled)).first->second.tree;
  }

  /// The dataset, which exists at the version, at its last change up to there; and its last change of all,
  /// for what is tombstoned now is gone from every version.
  static std::string ContentOf(const catalog::Dataset& dataset, catalog::Version version) {
    return fmt::format("{}@{}/{}", dataset.id.value(), dataset.ChangeAt(version)->version.number,
                       dataset.changes.back().version.number);
  }

  Result<JsonValue> GovernedTable(const catalog::Dataset& dataset, catalog::Version version,
                                  const access::Decision& decision) {
    LAKE_ASSIGN_OR_RETURN(tables::Relation relation,
                          tables::CompileRelation(inputs_.buckets, dataset, version, read_set_));
    std::string select =
        decision.unrestricted() ? std::move(relation.select) : GovernedSelect(relation, decision);
    if (!decision.row_filter().empty())
      select = fmt::format("SELECT * FROM ({}) AS lake_shown WHERE {}", select, engine::kRowBarrier);
    LAKE_ASSIGN_OR_RETURN(JsonValue table, ParseSubquery(select));
    if (!decision.row_filter().empty()) LAKE_RETURN_IF_ERROR(AddRowFilter(dataset, decision, table));
    return table;
  }

  /// The SELECT inside a subquery in FROM.
  static JsonValue* SelectIn(JsonValue& table) {
    JsonValue* subquery = table.Find("subquery");
    JsonValue* select = subquery == nullptr ? nullptr : subquery->Find("node");
    return select != nullptr && select->FindString("type") == "SELECT_NODE" ? select : nullptr;
  }

  /// A filter that cannot be applied shows no rows at all, and says nothing about itself to the caller.
  Status AddRowFilter(const catalog::Dataset& dataset, const access::Decision& decision, JsonValue& table) {
    auto unusable = [&](std::string cause) -> Status {
      return FailedPrecondition(
                 "row_filter_unusable",
                 "the row filter of role '{}' does not fit dataset '{}'; an administrator must "
                 "mend it",
                 inputs_.request.caller.role, dataset.name)
          .WithCause(std::move(cause));
    };
    Result<JsonValue> filter = ParseRowFilter(inputs_.engine, inputs_.request.context, decision.row_filter());
    if (!filter.ok()) return unusable(filter.error().message());
    std::vector<catalog::Column> columns;
    for (const access::ColumnDecision& column : decision.columns()) columns.push_back(column.column);
    if (const std::string outside = ColumnOutside(*filter, columns); !outside.empty())
      return unusable("column " + outside);
    JsonValue* select = SelectIn(table);  // The barrier's; the filter goes into the one below it.
    if (select != nullptr) select = SelectIn(*select->Find("from_table"));
    if (select == nullptr) return unusable("no SELECT");
    select->Set("where_clause", std::move(*filter));
    return {};
  }

  const CompilerInputs& inputs_;
  engine::ReadSet read_set_;
  std::set<std::string> columns_;   // Of the datasets, folded.
  std::vector<std::string> names_;  // WITH names in scope, folded; inner ones last.
  std::vector<TableRead> tables_;
  std::vector<size_t> mentions_;
  struct Compiled {
    JsonValue tree;
    size_t table;  // Of tables_.
  };
  std::map<std::pair<std::string, uint64_t>, Compiled> relations_;  // By dataset and version.
  std::map<const RelationProvider*, JsonValue> system_relations_;
};

}  // namespace

Result<CompiledStatement> CompileRelations(const CompilerInputs& inputs, JsonValue& tree) {
  Compiler compiler(inputs);
  LAKE_RETURN_IF_ERROR(compiler.Rewrite(tree));
  if (const auto names = compiler.SystemNames(); !names.empty()) DropSchemaFromColumns(tree, names);
  LAKE_RETURN_IF_ERROR(CheckSessionWords(tree, compiler.TakeColumns()));
  return compiler.Take();
}

}  // namespace lake::query
