#include "lake/profiles/scoped_search.h"

#include <utility>

namespace lake::profiles {

Result<ScopedAnswer> ScopedSearch::Search(const access::Request& request, std::string_view profile,
                                          search::SearchRequest wanted) {
  LAKE_ASSIGN_OR_RETURN(ProfileInfo info, profiles_.Find(request, profile));
  wanted.scope = {.profile = info.record.id, .datasets = {}};
  for (const Binding& binding : info.record.bound) wanted.scope->datasets.push_back(binding.dataset);
  const Result<vector::IndexRecord> record = vector::FindIndexRecord(*request.snapshot, wanted.index_name);
  const bool warm = record.ok() && activation_.KeepsWarm(request.context, info.record.id, *record);
  if (!warm) wanted.precision = ann::Precision::kExact;
  LAKE_ASSIGN_OR_RETURN(search::SearchAnswer answer, searches_.Search(request, wanted));
  return ScopedAnswer{.profile_id = std::move(info.record.id), .answer = std::move(answer), .warm = warm};
}

}  // namespace lake::profiles
