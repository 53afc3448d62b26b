#include "environment.h"

#include <cstdlib>

namespace lake::app {

std::optional<std::string> EnvironmentVariable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets one
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace lake::app
