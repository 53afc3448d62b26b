#include "index_job.h"

namespace lake::vector {

models::ModelFingerprint FingerprintOf(const IndexModel& model) {
  return {.name = model.name,
          .digest = model.version,
          .dimension = model.dimensions,
          .prompt_prefix = model.prompt_prefix};
}

}  // namespace lake::vector
