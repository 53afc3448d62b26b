#include "eval_sample.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lake::tuning {

EvalSet ThinOut(EvalSet set, size_t count) {
  const auto judges = [](const EvalQuery& query) { return query.half == EvalHalf::kValidate; };
  if (std::ranges::any_of(set.queries, judges))
    std::erase_if(set.queries, [&](const EvalQuery& query) { return !judges(query); });
  const size_t before = set.queries.size();
  if (before <= count) return set;
  std::vector<EvalQuery> some;
  some.reserve(count);
  for (size_t i = 0; i < count; ++i) some.push_back(std::move(set.queries[i * before / count]));
  set.queries = std::move(some);
  return set;
}

}  // namespace lake::tuning
