// The clients' industries: what they are called and whom they hire.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "roles.h"

namespace lake::demo_data {

struct Industry {
  std::string_view name;
  int32_t weight;                              ///< Relative number of clients.
  std::array<int32_t, kFamilies> hires;        ///< Relative number of orders per Family.
  std::array<std::string_view, 5> name_tails;  ///< "… Regional Hospital"
  std::string_view employer;                   ///< "a regional hospital network", for résumés.
};

std::span<const Industry> Industries();

/// First parts of client names.
std::span<const std::string_view> ClientNameHeads();
std::span<const std::string_view> ClientNameForms();  ///< " Inc.", ", LLC", "": how the law calls them.

/// The client with the highest revenue, whoever that is, bears this name; it needs quoting in CSV and in
/// LIKE.
inline constexpr std::string_view kTopClientName = "Halvorsen & Pike, Inc.";
/// The best client among those that nobody has called for months.
inline constexpr std::string_view kColdClientName = "Ashgrove \"Lantern\" Works";

}  // namespace lake::demo_data
