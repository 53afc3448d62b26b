#include "waiting.h"

#include <string_view>

#include "text.h"

namespace lake::gateway {

Waiting WaitingOf(const RequestHead& head) {
  for (const Header& header : head.headers) {
    if (!EqualsIgnoringCase(header.name, "prefer")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      std::string_view preference = CutAt(',', &rest);
      preference = CutAt(';', &preference);
      const std::string_view name = Trim(CutAt('=', &preference));
      if (EqualsIgnoringCase(name, "respond-async")) return Waiting::kAsync;
      if (EqualsIgnoringCase(name, "wait")) return Waiting::kWait;
    }
  }
  return Waiting::kUnsaid;
}

}  // namespace lake::gateway
