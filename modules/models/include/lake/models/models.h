// Models: all providers of this server as one, with the models that are used when nobody names one.
//
// A name without '/' is a model of the provider "built-in"; "ollama/nomic-embed-text" is what the provider
// "ollama" calls nomic-embed-text. Everything that is done leaves one line in the log: model, tokens and
// milliseconds, never texts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lake/common/log.h"
#include "lake/models/provider.h"

namespace lake::models {

inline constexpr std::string_view kBuiltInProvider = "built-in";

struct NamedProvider {
  std::string name;
  std::unique_ptr<Provider> provider;  ///< Its models are named "<name>/…", or plainly when it is built-in.
};

/// Names of models by task; "" is none.
struct DefaultModels {
  std::string embedding;
  std::string generation = {};
  std::string reranking = {};  ///< "": the first built-in one that ranks, if there is any.
};

class Models : public Provider {
 public:
  /// `log` is borrowed.
  static std::unique_ptr<Models> Make(std::vector<NamedProvider> providers, DefaultModels defaults, Log& log);
};

}  // namespace lake::models
