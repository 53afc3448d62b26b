// Models whose work is written down: one line a call with what it cost, or why it failed when that is not the
// caller's doing.
#pragma once

#include <memory>
#include <string>

#include "lake/common/log.h"
#include "lake/models/provider.h"

namespace lake::models {

// `name`: of the model. `log` is borrowed.
std::shared_ptr<Embedder> Accounted(std::string name, std::shared_ptr<Embedder> embedder, Log& log);
std::shared_ptr<Generator> Accounted(std::string name, std::shared_ptr<Generator> generator, Log& log);
std::shared_ptr<Reranker> Accounted(std::string name, std::shared_ptr<Reranker> reranker, Log& log);

}  // namespace lake::models
