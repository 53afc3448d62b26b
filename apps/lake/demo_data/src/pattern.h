// Sentences with gaps: "$r wanted in $c" with {'r', "Welder"} and {'c', "Omaha"}.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace lake::demo_data {

struct Filling {
  char gap;
  std::string_view text;
};

/// Appends `pattern` with every "$x" replaced by the filling of gap x; a gap without filling is a bug.
void AppendPattern(std::string_view pattern, std::initializer_list<Filling> fillings, std::string* out);

}  // namespace lake::demo_data
