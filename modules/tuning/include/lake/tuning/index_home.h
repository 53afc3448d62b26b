// The bucket where everything of an index is.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "lake/access/request.h"
#include "lake/jobs/job_service.h"
#include "lake/tuning/eval_service.h"
#include "lake/vector/index_service.h"

namespace lake::tuning {

inline constexpr std::string_view kMoveIndexJob = "move_index";

/// Moves an index with its promotions and eval sets. Its journal of trials stays readable where it was, new
/// trials go to the new bucket. Any thread.
class IndexHome {
 public:
  /// The references outlive it.
  IndexHome(vector::IndexService& indexes, EvalService& evals) : indexes_(indexes), evals_(evals) {}

  /// The payload of a job of kind kMoveIndexJob, whose result is a vector::IndexMoved. Errors: those of
  /// IndexService::PrepareMove.
  Result<JsonValue> PrepareMove(const access::Request& request, std::string_view index,
                                const std::string& bucket) const;
  /// Run again after a crash it does what is left.
  jobs::JobKind Kind();

 private:
  Result<JsonValue> Move(jobs::JobRun& run);

  vector::IndexService& indexes_;
  EvalService& evals_;
};

}  // namespace lake::tuning
