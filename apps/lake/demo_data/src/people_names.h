// Names of people, as many cultures spell them.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lake::demo_data {

std::span<const std::string_view> FirstNames();
std::span<const std::string_view> LastNames();
/// The staffing company's own recruiters, the busiest first.
std::span<const std::string_view> Recruiters();

/// Appends `name` as the local part of an e-mail address has it: lower case, accents dropped, letters and
/// digits only.
void AppendMailLetters(std::string_view name, std::string* out);

}  // namespace lake::demo_data
