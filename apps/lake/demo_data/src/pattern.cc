#include "pattern.h"

#include "lake/common/check.h"

namespace lake::demo_data {

void AppendPattern(std::string_view pattern, std::initializer_list<Filling> fillings, std::string* out) {
  while (true) {
    size_t gap = pattern.find('$');
    out->append(pattern.substr(0, gap));
    if (gap == std::string_view::npos) return;
    LAKE_CHECK(gap + 1 < pattern.size());
    const Filling* found = nullptr;
    for (const Filling& filling : fillings)
      if (filling.gap == pattern[gap + 1]) found = &filling;
    LAKE_CHECK(found != nullptr);
    out->append(found->text);
    pattern.remove_prefix(gap + 2);
  }
}

}  // namespace lake::demo_data
