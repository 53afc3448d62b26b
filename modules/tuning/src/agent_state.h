// What the agent remembers across restarts, as one object. Page: docs/formats/agent-state.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "lake/catalog/dataset.h"
#include "lake/common/context.h"
#include "lake/common/describe.h"
#include "lake/storage/object_store.h"
#include "lake/tuning/agent.h"

namespace lake::tuning {

struct AgentState {
  /// By folded name of an index: rows up to this catalog version have been counted.
  std::map<std::string, uint64_t> seen;
  std::vector<QueuedIndex> queue;
};

/// Rows of files that the dataset has got after that version and still has.
uint64_t AppendedRows(const catalog::Dataset& dataset, uint64_t after);

/// One thread.
class AgentStateFile {
 public:
  /// `store` must outlive it.
  explicit AgentStateFile(storage::ObjectStore& store) : store_(store) {}

  /// Empty when there is none. Errors: data_loss/agent_state_damaged, those of the store.
  Result<AgentState> Load(const Context& context);
  /// Durable on ok; nothing is put when it is what was put or loaded last.
  Status Save(const Context& context, const AgentState& state);

 private:
  storage::ObjectStore& store_;
  std::string stored_;
};

}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::AgentState> {
  using T = lake::tuning::AgentState;
  static constexpr auto kFields =
      std::tuple{Optional("seen", &T::seen, "By index: catalog version up to which rows have been counted."),
                 Optional("queue", &T::queue, "Indexes that wait for a turn.")};
};
