#include "lake/tuning/trial.h"

#include "lake/common/json_io.h"

namespace lake::tuning {

std::string NewTrialId(Timestamp now, RandomSource& random) {
  return fmt::format("trial-{}-{}", now.micros / 1000, random.NextHex(4));
}

Result<Trial> ReadTrial(std::string_view json) {
  LAKE_ASSIGN_OR_RETURN(JsonValue document, ParseJson(json));
  // JSON has no NaN: who wrote one wrote null.
  if (JsonValue* metrics = document.Find("metrics"); metrics != nullptr && metrics->is_object())
    std::erase_if(metrics->as_object(),
                  [](const JsonValue::Member& member) { return member.second.is_null(); });
  return FromJson<Trial>(document, Reading::kTolerant);
}

}  // namespace lake::tuning
