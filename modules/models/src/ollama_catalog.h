// OllamaCatalog: which models Ollama has, as it told last.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/mutex.h"
#include "lake/models/provider.h"
#include "remote_server.h"

namespace lake::models {

/// "nomic-embed-text" of "nomic-embed-text:latest": one model has one name.
std::string ShortOllamaName(std::string_view name);

/// Errors: not_found/model_not_found (no name that Ollama could have),
/// failed_precondition/cloud_model_refused.
Status CheckOllamaName(std::string_view name);

/// Any thread.
class OllamaCatalog {
 public:
  struct Model {
    std::string name;  ///< Short.
    std::string digest;
    uint64_t size_bytes = 0;
    std::string architecture;
    std::vector<ModelTask> tasks;
    bool thinks = false;          ///< It writes down its thoughts unless it is told not to.
    uint32_t context_tokens = 0;  ///< What it was trained for; 0 when it is not known.
    uint32_t dimension = 0;       ///< Of its vectors, once some were seen.
    bool is_remote = false;       ///< Ollama would send the texts elsewhere.
  };

  explicit OllamaCatalog(RemoteServer& server) : server_(server) {}

  /// A model by its short name, as it was at most kFresh ago. Errors: not_found/model_not_found,
  /// failed_precondition/cloud_model_refused, those of the server.
  Result<Model> Find(const Context& context, const std::string& name);
  /// All of them now. Errors: those of the server.
  Result<std::vector<Model>> All(const Context& context);

  void RememberDimension(const std::string& digest, uint32_t dimension);

  /// For so long a model is taken to be the one it was: a new one pulled under its name is noticed after
  /// that.
  static constexpr std::chrono::seconds kFresh{5};

 private:
  using Steady = std::chrono::steady_clock;
  using Models = std::map<std::string, Model>;

  /// Without what only show tells.
  Result<Models> ReadTags(const Context& context);
  Result<Models> FreshTags(const Context& context);
  Status AddDetails(const Context& context, Model* model);

  RemoteServer& server_;
  Mutex mutex_;
  Models tags_ LAKE_GUARDED_BY(mutex_);
  std::optional<Steady::time_point> read_at_ LAKE_GUARDED_BY(mutex_);
  std::map<std::string, Model> details_ LAKE_GUARDED_BY(mutex_);  ///< By digest: they do not change.
};

}  // namespace lake::models
