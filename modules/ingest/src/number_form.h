// How a cell of a file is written, seen as a number: what a numeric column would not give back.
#pragma once

#include <cstdint>
#include <string_view>

namespace lake::ingest {

struct NumberForm {
  bool is_number = false;
  /// The digits mean more than their value: zeros in front (00123), a plus before a telephone number
  /// (+4915112345678), another base or underscores (0x1F, 1_000).
  bool is_name = false;
  uint32_t fraction_digits = 0;  ///< After the point without zeros at the end; kExponent for 1e3.
  bool beyond_double = false;    ///< A whole number beyond ±2^53: DOUBLE holds only some of those.
  bool beyond_bigint = false;    ///< A whole number that BIGINT cannot hold.

  static constexpr uint32_t kExponent = 1000;  ///< More than any DECIMAL has.
};

NumberForm FormOf(std::string_view cell);

}  // namespace lake::ingest
