// Models whose work is written down: one line a call with what it cost.
#pragma once

#include <memory>

#include "lake/common/log.h"
#include "lake/models/provider.h"

namespace lake::models {

// `log` is borrowed.
std::shared_ptr<Embedder> Accounted(std::shared_ptr<Embedder> embedder, Log& log);
std::shared_ptr<Generator> Accounted(std::shared_ptr<Generator> generator, Log& log);
std::shared_ptr<Reranker> Accounted(std::shared_ptr<Reranker> reranker, Log& log);

}  // namespace lake::models
