#include "lake/models/local_models.h"

#include <algorithm>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "lake/common/mutex.h"
#include "lake/common/suggest.h"
#include "lake/models/models.h"
#include "llama_runtime.h"
#include "local_embedder.h"
#include "local_generator.h"
#include "local_reranker.h"
#include "model_file.h"
#include "model_memory.h"
#include "turn_queue.h"

namespace lake::models {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view kExtension = ".gguf";
constexpr size_t kMaxModelFiles = 1000;  // Files looked at in one directory: a list stays a list.
constexpr size_t kMaxFileNameBytes = 128;

bool IsModelName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kMaxFileNameBytes && !name.starts_with('.') &&
         std::ranges::all_of(name, allowed);
}

struct FoundFile {
  std::filesystem::path path;
  FileIdentity identity;
};

/// What is known of one file.
struct KnownModel {
  FoundFile file;
  Result<ModelHeader> header;
  std::shared_ptr<LocalModel> model;  ///< Null when its header cannot be read.

  bool Does(ModelTask task) const {
    return header.ok() && ((task == ModelTask::kEmbed && header->embeds) ||
                           (task == ModelTask::kGenerate && header->generates) ||
                           (task == ModelTask::kRerank && header->ranks));
  }
};

class DirectoryModels final : public LocalModels {
 public:
  DirectoryModels(LocalModelOptions options, Log& log)
      : options_(std::move(options)),
        memory_(options_.memory_limit_bytes),
        threads_(options_.threads > 0 ? options_.threads : std::max(1u, std::thread::hardware_concurrency())),
        queue_({.threads = threads_, .max_works = options_.max_waiting}),
        parts_({.queue = queue_,
                .memory = memory_,
                .threads = threads_,
                .context_tokens = options_.context_tokens,
                .unload_idlest = [this] { return UnloadIdlest(); },
                .log = log}),
        sweeper_([this] { Sweep(); }) {}

  ~DirectoryModels() override {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      stop_.NotifyAll();
    }
    sweeper_.join();
  }

  ModelList List(const Context&) override {
    ModelList list = {.models = {}, .providers = {{.name = std::string(kBuiltInProvider)}}};
    for (auto& [name, file] : Files()) list.models.push_back(Info(name, *Know(name, file)));
    return list;
  }

  Result<std::shared_ptr<Embedder>> FindEmbedder(std::string_view wanted) override {
    const std::string name(wanted.empty() ? std::string_view(options_.default_embedding) : wanted);
    LAKE_ASSIGN_OR_RETURN(const auto known, FindUsable(name));
    if (!known->Does(ModelTask::kEmbed))
      return FailedPrecondition("model_not_usable", "the model '{}' makes no vectors of texts", name);
    return std::make_shared<LocalEmbedder>(known->model);
  }
  Result<std::shared_ptr<Generator>> FindGenerator(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const auto known, FindUsable(std::string(name)));
    if (!known->Does(ModelTask::kGenerate))
      return FailedPrecondition("model_not_usable", "the model '{}' generates no text", name);
    return std::make_shared<LocalGenerator>(known->model);
  }
  Result<std::shared_ptr<Reranker>> FindReranker(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const auto known, FindUsable(std::string(name)));
    if (!known->Does(ModelTask::kRerank))
      return FailedPrecondition("model_not_usable", "the model '{}' does not rank texts", name);
    return std::make_shared<LocalReranker>(known->model);
  }

  Status LoadModel(const Context& context, std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const auto known, FindUsable(std::string(name)));
    LAKE_ASSIGN_OR_RETURN(const auto loaded, known->model->Use(context));
    return {};
  }

  Status UnloadModel(const Context&, std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const auto known, FindUsable(std::string(name)));
    if (!known->model->loaded() || known->model->UnloadIfIdle(Steady::time_point::max())) return {};
    return FailedPrecondition("model_in_use", "the model '{}' is in use just now", name);
  }

  std::vector<ProviderMemory> Memory(const Context&) override {
    ProviderMemory memory = {.provider = std::string(kBuiltInProvider), .limit_bytes = memory_.limit_bytes()};
    for (const auto& [name, bytes] : LoadedBytes())
      memory.models.push_back({.name = name, .size_bytes = bytes});
    return {std::move(memory)};
  }

  size_t Unload(Steady::time_point before) override {
    size_t count = 0;
    for (const std::shared_ptr<LocalModel>& model : KnownModels())
      count += model->UnloadIfIdle(before) ? 1 : 0;
    return count;
  }

 private:
  std::optional<FoundFile> FindFile(const std::string& name) const {
    if (!IsModelName(name)) return std::nullopt;
    for (const std::filesystem::path& directory : options_.directories) {
      std::filesystem::path path = directory / (name + std::string(kExtension));
      if (const std::optional<FileIdentity> identity = IdentifyFile(path))
        return FoundFile{.path = std::move(path), .identity = *identity};
    }
    return std::nullopt;
  }

  /// Errors: not_found/model_not_found, failed_precondition/model_not_usable.
  Result<std::shared_ptr<const KnownModel>> FindUsable(const std::string& name) {
    const std::optional<FoundFile> file = FindFile(name);
    if (!file) return NoSuchModel(name);
    std::shared_ptr<const KnownModel> known = Know(name, *file);
    if (!known->header.ok()) return Error(known->header.error()).Within(fmt::format("model '{}'", name));
    return known;
  }

  std::map<std::string, FoundFile> Files() const {
    std::map<std::string, FoundFile> files;
    for (const std::filesystem::path& directory : options_.directories) {
      std::error_code error;
      size_t looked_at = 0;
      for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
           entry.increment(error)) {
        const std::filesystem::path& path = entry->path();
        if (++looked_at > kMaxModelFiles) break;
        std::string name = path.stem().string();
        if (path.extension() != kExtension || !IsModelName(name)) continue;
        if (const std::optional<FileIdentity> identity = IdentifyFile(path))
          files.emplace(std::move(name), FoundFile{.path = path, .identity = *identity});
      }
    }
    return files;
  }

  Error NoSuchModel(const std::string& name) const {
    if (name == options_.default_embedding)
      return NotFound("model_not_found",
                      "the default embedding model '{}' is not there; put it into models.directory or name "
                      "another one in models.embedding",
                      name);
    const std::map<std::string, FoundFile> files = Files();
    std::vector<std::string_view> names;
    for (const auto& [known, file] : files) names.push_back(known);
    const std::string_view near = Suggest(name, names);
    if (near.empty()) return NotFound("model_not_found", "there is no model '{}'", name);
    return NotFound("model_not_found", "there is no model '{}'; did you mean '{}'?", name, near);
  }

  /// What is known of the file, read from it unless it is the one that was read before.
  std::shared_ptr<const KnownModel> Know(const std::string& name, const FoundFile& file) {
    {
      MutexLock lock(mutex_);
      const auto found = known_.find(name);
      if (found != known_.end() && found->second->file.path == file.path &&
          found->second->file.identity == file.identity)
        return found->second;
    }
    auto model =
        std::make_shared<KnownModel>(KnownModel{.file = file, .header = ReadHeader(file), .model = nullptr});
    if (model->header.ok())
      model->model = std::make_shared<LocalModel>(
          LocalModel::Source{.name = name,
                             .path = file.path,
                             .identity = file.identity,
                             .header = *model->header,
                             .prompt_prefix = name == options_.default_embedding
                                                  ? options_.default_prompt_prefix
                                                  : std::string()},
          parts_);
    MutexLock lock(mutex_);
    std::shared_ptr<const KnownModel>& place = known_[name];
    // Two may have read it at once: the first one's model is the one that counts.
    if (place == nullptr || place->file.path != file.path || place->file.identity != file.identity)
      place = std::move(model);
    return place;
  }

  static Result<ModelHeader> ReadHeader(const FoundFile& found) {
    LAKE_ASSIGN_OR_RETURN(ModelFile file, ModelFile::Open(found.path));
    return ReadModelHeader(file.Rewound());
  }

  ModelInfo Info(const std::string& name, const KnownModel& known) const {
    ModelInfo info = {.name = name,
                      .provider = std::string(kBuiltInProvider),
                      .architecture = {},
                      .size_bytes = known.file.identity.size_bytes};
    if (!known.header.ok()) {
      info.problem = known.header.error().message();
      return info;
    }
    info.architecture = known.header->architecture;
    for (const ModelTask task : {ModelTask::kEmbed, ModelTask::kGenerate, ModelTask::kRerank})
      if (known.Does(task)) info.tasks.push_back(task);
    if (info.tasks.empty()) return info;
    info.loaded = known.model->loaded();
    info.digest = known.model->digest();
    if (known.header->embeds) info.dimensions = known.header->dimensions;
    info.max_tokens = known.header->generates ? WriterTokens(*known.header, options_.context_tokens)
                                              : known.header->max_tokens;
    return info;
  }

  std::map<std::string, uint64_t> LoadedBytes() {
    std::map<std::string, uint64_t> bytes;
    MutexLock lock(mutex_);
    for (const auto& [name, known] : known_)
      if (known->model != nullptr && known->model->loaded()) bytes[name] = known->model->memory_bytes();
    return bytes;
  }

  std::vector<std::shared_ptr<LocalModel>> KnownModels() {
    std::vector<std::shared_ptr<LocalModel>> models;
    MutexLock lock(mutex_);
    for (const auto& [name, known] : known_)
      if (known->model != nullptr) models.push_back(known->model);
    return models;
  }

  bool UnloadIdlest() {
    std::shared_ptr<LocalModel> idlest;
    Steady::time_point since = Steady::time_point::max();
    for (const std::shared_ptr<LocalModel>& model : KnownModels()) {
      const std::optional<Steady::time_point> idle = model->idle_since();
      if (!idle || *idle >= since) continue;
      since = *idle;
      idlest = model;
    }
    return idlest != nullptr && idlest->UnloadIfIdle(since);
  }

  /// Unloads what nobody used for `unload_after`; looks that often.
  void Sweep() {
    while (WaitToSweep()) Unload(Steady::now() - options_.unload_after);
  }

  /// False when it is time to stop.
  bool WaitToSweep() {
    const Steady::time_point next = Steady::now() + options_.unload_after;
    MutexLock lock(mutex_);
    while (!stopping_)
      if (!stop_.WaitUntil(mutex_, next)) return true;
    return false;
  }

  const LocalModelOptions options_;
  ModelMemory memory_;
  const size_t threads_;
  Mutex mutex_;
  CondVar stop_;
  bool stopping_ LAKE_GUARDED_BY(mutex_) = false;
  std::map<std::string, std::shared_ptr<const KnownModel>> known_ LAKE_GUARDED_BY(mutex_);
  TurnQueue queue_;  ///< Its threads end before what they use.
  const LocalModelParts parts_;
  std::thread sweeper_;
};

}  // namespace

std::unique_ptr<LocalModels> LocalModels::Make(LocalModelOptions options, Log& log) {
  return std::make_unique<DirectoryModels>(std::move(options), log);
}

}  // namespace lake::models
