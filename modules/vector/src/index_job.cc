#include "index_job.h"

#include <fmt/format.h>

namespace lake::vector {

models::ModelFingerprint FingerprintOf(const IndexModel& model) {
  return {.name = model.name,
          .digest = model.version,
          .dimension = model.dimensions,
          .prompt_prefix = model.prompt_prefix};
}

std::string GenerationPrefix(std::string_view generation) {
  return fmt::format("{}{}/", kGenerationsPrefix, generation);
}

}  // namespace lake::vector
