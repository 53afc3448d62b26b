// What the trials of an index came to, as one HTML file that needs nothing else.
#pragma once

#include <optional>
#include <string>

#include "lake/common/json.h"

namespace lake::app {

/// Documents as the API gives them.
struct TuningFacts {
  JsonValue index;
  JsonValue::Array trials;       ///< The newest first.
  JsonValue promoted;            ///< What is promoted for the index, and was.
  std::optional<JsonValue> run;  ///< What the last autotune answered.
  std::string made_at;
};

/// The front of recall and latency with the promoted configuration in it, what each parameter is worth, what
/// was decided and why, and every trial. UTF-8; no script, nothing from elsewhere.
std::string TuningReport(const TuningFacts& facts);

}  // namespace lake::app
