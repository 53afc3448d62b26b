#include "lake/tuning/index_home.h"

#include "lake/common/json_io.h"

namespace lake::tuning {

using vector::IndexMove;

Result<JsonValue> IndexHome::PrepareMove(const access::Request& request, std::string_view index,
                                         const std::string& bucket) const {
  LAKE_ASSIGN_OR_RETURN(const IndexMove move, indexes_.PrepareMove(request, index, bucket));
  return ToJson(move);
}

jobs::JobKind IndexHome::Kind() {
  return {.work = [this](jobs::JobRun& run) { return Move(run); },
          .cleanup = {},
          .in_use =
              [this](const JsonValue& payload) {
                const Result<IndexMove> move = FromJson<IndexMove>(payload, Reading::kTolerant);
                if (move.ok()) indexes_.KeepCopies(*move);
              }};
}

Result<JsonValue> IndexHome::Move(jobs::JobRun& run) {
  LAKE_ASSIGN_OR_RETURN(const IndexMove move, FromJson<IndexMove>(run.payload(), Reading::kTolerant));
  LAKE_ASSIGN_OR_RETURN(const vector::IndexMoved moved,
                        indexes_.Move(run.context(), move, [&](uint64_t done, uint64_t total) {
                          run.ReportProgress(done, total, "bytes");
                        }));
  LAKE_RETURN_IF_ERROR(evals_.MoveSets(run.context(), move.index_name, move.from, move.to));
  return ToJson(moved);
}

}  // namespace lake::tuning
