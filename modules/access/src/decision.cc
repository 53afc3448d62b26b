#include "lake/access/decision.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/common/suggest.h"

namespace lake::access {
namespace {

using catalog::ColumnSensitivity;

/// Names in roles are few, so they are looked through.
template <class Value>
const Value* FindFolded(const std::map<std::string, Value>& map, std::string_view name) {
  for (const auto& [key, value] : map)
    if (SameFolded(key, name)) return &value;
  return nullptr;
}

const ColumnRule& RuleFor(const SensitivityRules& rules, std::optional<ColumnSensitivity> sensitivity) {
  if (!sensitivity) return rules.unclassified;
  switch (*sensitivity) {
    case ColumnSensitivity::kPublic:
      return rules.public_data;
    case ColumnSensitivity::kInternal:
      return rules.internal;
    case ColumnSensitivity::kPii:
      return rules.pii;
    case ColumnSensitivity::kFinancial:
      return rules.financial;
    case ColumnSensitivity::kRestricted:
      return rules.restricted;
  }
  return rules.restricted;
}

constexpr size_t kMaxShownName = 255;  // No dataset's name is longer.
constexpr size_t kMaxSuggestions =
    2000;  // Names looked through for "did you mean"; an error must stay cheap.

Error Forbidden(const Request& request, std::string_view name) {
  return PermissionDenied("dataset_forbidden", "role '{}' may not read dataset '{}'", request.caller.role,
                          name.substr(0, kMaxShownName));
}

/// What was said of the column; of the last one that had its name before, when nothing was said of this one:
/// a file that replaces a dataset and brings a column under another type does not lay it open. Else what was
/// said of the dataset.
std::optional<ColumnSensitivity> SensitivityOf(const catalog::Dataset& dataset,
                                               const catalog::DatasetMetadata& metadata,
                                               const catalog::Column& column) {
  const auto said_of = [&](int32_t field_id) -> std::optional<ColumnSensitivity> {
    const catalog::ColumnMetadata* known = metadata.Find(field_id);
    return known == nullptr ? std::nullopt : known->sensitivity;
  };
  if (const auto own = said_of(column.field_id)) return own;
  for (const catalog::Schema& schema : std::views::reverse(dataset.schemas))
    if (const catalog::Column* namesake = schema.Find(column.name); namesake != nullptr)
      if (const auto inherited = said_of(namesake->field_id)) return inherited;
  return metadata.sensitivity;
}

ColumnDecision DecideColumn(const Role& role, const ColumnRules* listed, const catalog::Column& column,
                            std::optional<ColumnSensitivity> sensitivity) {
  ColumnDecision decision{.column = column, .sensitivity = sensitivity, .rule = {}, .reason = {}};
  const ColumnRule* rule = listed == nullptr ? nullptr : FindFolded(*listed, column.name);
  if (rule != nullptr) {
    decision.rule = *rule;
    decision.reason = fmt::format("role '{}' lists the column", role.name);
    return decision;
  }
  decision.rule = RuleFor(role.sensitivity, decision.sensitivity);
  decision.reason = fmt::format("role '{}' for {} columns", role.name,
                                decision.sensitivity ? NameOf(*decision.sensitivity) : "unclassified");
  return decision;
}

}  // namespace

std::string ColumnDecision::shown_type() const {
  const bool text = std::holds_alternative<Mask>(rule) || std::holds_alternative<Hash>(rule);
  return text ? "VARCHAR" : column.type;
}

bool Decision::Shows(std::string_view column) const {
  return std::ranges::any_of(columns_, [&](const ColumnDecision& decided) {
    return decided.visible() && SameFolded(decided.column.name, column);
  });
}

bool Decision::unrestricted() const {
  return row_filter_.empty() && std::ranges::all_of(columns_, &ColumnDecision::clear);
}

std::string Decision::Fingerprint() const {
  JsonValue rules = JsonValue::MakeArray();
  for (const ColumnDecision& column : columns_)
    rules.Append(JsonValue::Array{column.column.field_id, ToJson(column.rule)});
  return WriteJson(JsonValue::Array{std::move(rules), row_filter_});
}

Status MayReach(const Request& request, std::string_view name) {
  if (request.role == nullptr) return Unauthenticated("no_credentials", "reading datasets needs an API key");
  if (request.role->datasets == DatasetReach::kAll || FindFolded(request.role->columns, name) != nullptr)
    return {};
  return Forbidden(request, name);
}

Result<std::shared_ptr<const catalog::Dataset>> FindDataset(const Request& request, std::string_view name) {
  LAKE_RETURN_IF_ERROR(MayReach(request, name));
  if (auto dataset = request.snapshot->FindDatasetByName(name)) return dataset;
  std::vector<std::shared_ptr<const catalog::Dataset>> datasets =
      request.snapshot->ListDatasets("", kMaxSuggestions);
  std::vector<std::string_view> names;
  for (const auto& dataset : datasets)
    if (MayReach(request, dataset->name).ok()) names.push_back(dataset->name);
  const std::string_view nearest = Suggest(name, names);
  return NotFound("dataset_not_found", "dataset '{}' does not exist{}", name.substr(0, kMaxShownName),
                  nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

Result<Decision> Decide(const Request& request, const catalog::Dataset& dataset,
                        const catalog::Schema& schema) {
  LAKE_RETURN_IF_ERROR(MayReach(request, dataset.name));
  LAKE_ASSIGN_OR_RETURN(const catalog::DatasetMetadata metadata, catalog::MetadataOf(dataset));
  const ColumnRules* listed = FindFolded(request.role->columns, dataset.name);
  Decision decision;
  for (const catalog::Column& column : schema.columns)
    decision.columns_.push_back(
        DecideColumn(*request.role, listed, column, SensitivityOf(dataset, metadata, column)));
  if (std::ranges::none_of(decision.columns_, &ColumnDecision::visible))
    return Forbidden(request, dataset.name);
  if (const std::string* filter = FindFolded(request.role->row_filters, dataset.name); filter != nullptr)
    decision.row_filter_ = *filter;
  return decision;
}

}  // namespace lake::access
