#include "agent_state.h"

#include <ranges>
#include <utility>

#include "lake/common/json_io.h"

namespace lake::tuning {
namespace {

constexpr const char* kKey = "_agent/state.json";

}  // namespace

uint64_t AppendedRows(const catalog::Dataset& dataset, uint64_t after) {
  uint64_t rows = 0;
  for (const auto& file : std::views::reverse(dataset.files)) {
    if (file->added.number <= after) break;  // Files are in order of arrival.
    if (file->kind != catalog::FileKind::kDelete && !file->removed) rows += file->rows;
  }
  return rows;
}

Result<AgentState> AgentStateFile::Load(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, storage::ObjectKey::Parse(kKey));
  Result<std::string> text = store_.Get(context, key, {});
  if (!text.ok() && text.error().Is(ErrorCode::kNotFound)) return AgentState{};
  if (!text.ok()) return std::move(text).error();
  Result<AgentState> state = ReadJson<AgentState>(*text, Reading::kTolerant);
  if (!state.ok())
    return DataLoss("agent_state_damaged", "the state of the tuning agent cannot be read")
        .WithCause(state.error().ToString());
  stored_ = *std::move(text);
  return state;
}

Status AgentStateFile::Save(const Context& context, const AgentState& state) {
  std::string text = WriteJson(state);
  if (text == stored_) return {};
  LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, storage::ObjectKey::Parse(kKey));
  LAKE_RETURN_IF_ERROR(store_.Put(context, key, text, storage::Overwrite{}));
  stored_ = std::move(text);
  return {};
}

}  // namespace lake::tuning
