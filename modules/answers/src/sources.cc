#include "sources.h"

#include <algorithm>
#include <utility>

#include "lake/vector/chunker.h"

namespace lake::answers {
namespace {

constexpr size_t kFewestBytes = 200;  // Of the last source: with less of it there is nothing to answer from.

}  // namespace

std::vector<Citation> NumberSources(std::span<const search::Hit> hits, size_t max_bytes) {
  std::vector<Citation> sources;
  size_t bytes = 0;
  for (const search::Hit& hit : hits) {
    bytes += hit.text.size();
    if (bytes > max_bytes && !sources.empty()) break;
    sources.push_back({.n = static_cast<uint32_t>(sources.size() + 1),
                       .source = hit.source,
                       .doc_id = hit.doc_id,
                       .chunk = hit.chunk,
                       .text = hit.text,
                       .start = hit.start,
                       .end = hit.end,
                       .score = hit.score});
  }
  return sources;
}

bool Shrink(std::vector<Citation>* sources) {
  if (sources->size() > 1) {
    sources->resize(sources->size() - std::max<size_t>(1, sources->size() / 4));
    return true;
  }
  if (sources->empty() || sources->front().text.size() < kFewestBytes) return false;
  Citation& last = sources->front();
  std::vector<vector::Chunk> halves =
      vector::HalveChunk({.text = last.text, .start = last.start, .end = last.end});
  if (halves.size() < 2) return false;
  last.text = std::move(halves.front().text);
  last.start = halves.front().start;
  last.end = halves.front().end;
  return true;
}

}  // namespace lake::answers
