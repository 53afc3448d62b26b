#include "system_relations.h"

#include "lake/common/fold.h"
#include "lake/common/suggest.h"

namespace lake::query {

Result<const RelationProvider*> FindRelation(const RelationProviders& providers, std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& provider : providers) {
    if (SameFolded(provider->name(), name)) return provider.get();
    names.push_back(provider->name());
  }
  const std::string_view nearest = Suggest(name, names);
  return NotFound("system_table_not_found", "there is no table '{}.{}'{}", kSystemSchema, name.substr(0, 100),
                  nearest.empty() ? "" : fmt::format("; did you mean '{}.{}'?", kSystemSchema, nearest));
}

Result<std::string> OpenRelation(const RelationProvider& provider, const access::Request& request,
                                 engine::ReadSet& read_set) {
  RelationRows rows(request.context, provider.name(), provider.columns());
  LAKE_RETURN_IF_ERROR(provider.Open(request, rows));
  return read_set.AddTable(rows.Take());
}

void DropSchemaFromColumns(JsonValue& tree, const std::set<std::string, std::less<>>& names) {
  if (tree.is_array()) {
    for (JsonValue& item : tree.as_array()) DropSchemaFromColumns(item, names);
    return;
  }
  if (!tree.is_object() || tree.FindString("type") == "VALUE_CONSTANT") return;
  JsonValue* written = tree.FindString("class") == "COLUMN_REF" ? tree.Find("column_names") : nullptr;
  if (written != nullptr && written->is_array() && written->as_array().size() >= 3) {
    JsonValue::Array& parts = written->as_array();
    if (parts[0].is_string() && parts[1].is_string() && SameFolded(parts[0].as_string(), kSystemSchema) &&
        names.contains(Fold(parts[1].as_string())))
      parts.erase(parts.begin());
  }
  for (auto& [name, member] : tree.as_object()) DropSchemaFromColumns(member, names);
}

}  // namespace lake::query
