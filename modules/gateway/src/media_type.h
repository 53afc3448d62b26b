// Content-Type and Accept.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lake::gateway {

/// "text/csv" of "Text/CSV; charset=utf-8".
std::string MediaTypeOf(std::string_view content_type);
/// The value of one parameter, unquoted: boundary of "multipart/form-data; boundary=\"x\"". None when it is
/// absent or the header is malformed.
std::optional<std::string> ParameterOf(std::string_view header_value, std::string_view name);
/// The weight of one entry of Accept or Accept-Encoding: 1 without "q", 0 when that is no weight.
double ReadQuality(std::string_view entry);
/// The one of `offered` that an Accept header (RFC 9110, section 12.5.1) wants most; the first of equals, and
/// the first when the header is empty. None: nothing offered is acceptable.
std::optional<size_t> ChooseByAccept(std::string_view accept, std::span<const std::string_view> offered);

}  // namespace lake::gateway
