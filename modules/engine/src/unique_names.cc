#include "unique_names.h"

#include <fmt/format.h>

#include <set>

namespace lake::engine {

std::vector<std::string> UniqueNames(const ResultStream& stream) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const ResultColumn& column : stream.columns()) taken.insert(column.name);
  std::set<std::string> given;
  for (const ResultColumn& column : stream.columns()) {
    std::string name = column.name;
    for (size_t i = 2; given.contains(name); ++i) {
      name = fmt::format("{}_{}", column.name, i);
      if (taken.contains(name)) name = column.name;
    }
    given.insert(name);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace lake::engine
