// A trial's configuration becomes that of its index.
#pragma once

#include <optional>
#include <string>

#include "lake/access/request.h"
#include "lake/common/result.h"
#include "lake/tuning/trial_journals.h"
#include "lake/vector/index_service.h"
#include "lake/vector/promotion_service.h"

namespace lake::tuning {

struct TrialToPromote {
  std::string index_name;
  std::string trial_id;
  std::optional<std::string> promoted_by;  ///< None: the caller.
  std::optional<std::string> note;
};

/// What is asked and told; all of it outlives the call.
struct PromotionParts {
  const vector::IndexService& indexes;
  const TrialJournals& journals;
  vector::PromotionService& promotions;
};

/// The record of the index as it is then; durable on ok. Errors: those of vector::PromotionService::Promote,
/// not_found/trial_not_found, also when it is one of another index, those of TrialJournals::Find.
Result<vector::IndexRecord> PromoteTrial(const PromotionParts& parts, const access::Request& request,
                                         const TrialToPromote& wanted);

}  // namespace lake::tuning
