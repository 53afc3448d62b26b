// The models that the configuration names.
#pragma once

#include <memory>

#include "lake/app/model_settings.h"
#include "lake/common/log.h"
#include "lake/models/models.h"

namespace lake::app {

/// Asks and loads nothing yet. Error: invalid_argument/bad_config.
Result<std::unique_ptr<models::Models>> OpenModels(const ModelSettings& settings, Log& log);

}  // namespace lake::app
