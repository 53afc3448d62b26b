// Trials as the command line shows them.
#pragma once

#include <string>
#include <vector>

#include "lake/common/json.h"

namespace lake::app {

std::string TrialsPath(const std::string& index);

/// The members that people compare, side by side: figures are text with as many decimals as mean something.
JsonValue TrialRow(const JsonValue& trial);
/// Their names.
const std::vector<std::string>& TrialColumns();

}  // namespace lake::app
