#include "lake/tuning/promote_trial.h"

namespace lake::tuning {

Result<vector::IndexRecord> PromoteTrial(const PromotionParts& parts, const access::Request& request,
                                         const TrialToPromote& wanted) {
  LAKE_ASSIGN_OR_RETURN(const vector::IndexInfo info, parts.indexes.Find(request, wanted.index_name));
  LAKE_ASSIGN_OR_RETURN(const Trial trial,
                        parts.journals.Find(request.context, info.record.name, wanted.trial_id));
  return parts.promotions.Promote(
      request, info.record.name,
      {.config = trial.config, .trial_id = trial.id, .promoted_by = wanted.promoted_by, .note = wanted.note});
}

}  // namespace lake::tuning
