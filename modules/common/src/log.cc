#include "lake/common/log.h"

#include <vector>

namespace lake {

void TracedLog::Write(LogLevel level, std::string_view event, std::span<const Field> fields) {
  std::vector<Field> traced;
  traced.reserve(fields.size() + 1);
  traced.emplace_back("trace_id", trace_id_);
  traced.insert(traced.end(), fields.begin(), fields.end());
  target_.Write(level, event, traced);
}

}  // namespace lake
