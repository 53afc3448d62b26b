// Errors of models, with the place in the request that they are about.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "lake/common/error.h"

namespace lake::gateway {

/// `named`: the model that the request names, if it names one.
inline Error AtModel(Error error, const std::optional<std::string>& named) {
  if (!named) return error;
  return std::move(error).WithDetail("/model", "names no model that does this");
}

}  // namespace lake::gateway
