#include "lake/query/provided_function.h"

#include "lake/common/fold.h"

namespace lake::query {
namespace {

template <class Function>
const Function* FindIn(const std::vector<std::shared_ptr<const Function>>& functions, std::string_view name) {
  for (const auto& function : functions)
    if (SameFolded(function->signature().name, name)) return function.get();
  return nullptr;
}

}  // namespace

const RelationFunction* ProvidedFunctions::FindRelation(std::string_view name) const {
  return FindIn(relations, name);
}

const VectorFunction* ProvidedFunctions::FindVector(std::string_view name) const {
  return FindIn(vectors, name);
}

}  // namespace lake::query
