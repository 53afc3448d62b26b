#include "lake/gateway/exchange.h"

#include "text.h"

namespace lake::gateway {

std::string_view RequestHead::Find(std::string_view name) const {
  for (const Header& header : headers)
    if (EqualsIgnoringCase(header.name, name)) return header.value;
  return {};
}

}  // namespace lake::gateway
