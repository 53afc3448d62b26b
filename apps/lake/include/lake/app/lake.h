// Lake: the whole system on one data directory, wired. Its members in declaration order are the system; there
// is nothing else. The server binary, the golden tests and the benchmarks open the same thing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lake/app/settings.h"
#include "lake/common/clock.h"
#include "lake/common/json.h"
#include "lake/common/log.h"
#include "lake/common/random.h"
#include "lake/common/result.h"

namespace lake::app {

/// What a test replaces. Borrowed; must outlive the Lake.
struct Seams {
  Clock& clock;
  RandomSource& random;
  Log& log;
};

class Lake {
 public:
  /// Takes the data directory's lock, recovers the catalog, resumes jobs and listens. Errors: those of the
  /// lock (failed_precondition/directory_locked), of the catalog (failed_precondition/newer_format,
  /// data_loss/log_damaged), of the address (unavailable/address_in_use), of certificate and key
  /// (gateway::CheckTls), and invalid_argument/bad_config.
  static Result<std::unique_ptr<Lake>> Open(const Settings& settings, const Seams& seams);
  virtual ~Lake() = default;  ///< Stop().

  virtual uint16_t port() const = 0;
  /// Stops listening, lets running requests finish within the drain timeout, cancels the rest and the jobs
  /// (they resume at the next start), writes a checkpoint.
  virtual void Stop() = 0;
  virtual JsonValue OpenApi() const = 0;
  /// File with the key of the first administrator, when this start made one; else empty.
  virtual std::string first_key_file() const = 0;
};

}  // namespace lake::app
