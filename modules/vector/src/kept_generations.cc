#include "kept_generations.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace lake::vector {

void UseKept(IndexRecord* record) {
  if (!record->live || IsBuiltAsConfigured(*record)) return;
  const HnswConfig wanted = ConfigToBuild(*record);
  const auto found = std::ranges::find_if(
      record->kept, [&](const Generation& kept) { return BuildSameGraph(kept.config, wanted); });
  if (found == record->kept.end()) return;
  std::swap(*record->live, *found);
  std::rotate(found, found + 1, record->kept.end());
}

std::vector<std::string> MakeLive(const Generation& generation,
                                  const std::function<bool(const Generation& before)>& covers_same,
                                  IndexRecord* record) {
  std::vector<Generation> before = std::exchange(record->kept, {});
  if (record->live) before.push_back(*std::move(record->live));
  record->live = generation;
  std::vector<std::string> gone;
  for (Generation& one : std::views::reverse(before)) {  // That which was live last first.
    const auto same_graph = [&](const Generation& kept) { return BuildSameGraph(kept.config, one.config); };
    const bool keep = record->kept.size() < kMaxKeptGenerations && !same_graph(generation) &&
                      std::ranges::none_of(record->kept, same_graph) && covers_same(one);
    if (keep)
      record->kept.insert(record->kept.begin(), std::move(one));
    else
      gone.push_back(one.id);
  }
  UseKept(record);
  return gone;
}

}  // namespace lake::vector
