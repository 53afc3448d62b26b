// Where the sample company's people and customers are.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lake::demo_data {

struct City {
  std::string_view name;
  std::string_view nickname;  ///< What careless typists write; "" when there is none.
  std::string_view state;
  std::string_view zip_prefix;  ///< Three digits; some start with 0, so a ZIP is text.
  std::string_view area_code;
  int32_t pay_percent;  ///< Wages against the national average.
  int32_t weight;       ///< Relative number of people.
};

std::span<const City> Cities();

}  // namespace lake::demo_data
