#include "lake/tuning/eval_set.h"

#include <array>
#include <charconv>

namespace lake::tuning {

Status CheckEvalSetName(std::string_view name) {
  if (vector::CheckIndexName(name).ok()) return {};
  return InvalidArgument(
      "bad_eval_set_name",
      "a name of an eval set has 1 to 100 letters, digits, '_', '-' and '.', and starts with a "
      "letter or digit");
}

double ShortDouble(float value) {
  std::array<char, 32> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  double read = 0;
  std::from_chars(digits.data(), written.ptr, read);
  return read;
}

}  // namespace lake::tuning
