// What language models take, over the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"

namespace lake::gateway::wire {

struct NamedModel {
  std::string model;
};

struct ModelLoading {
  std::string model;
  bool loaded = false;
  double elapsed_ms = 0;
};

struct LoadedModel {
  std::string name;
  uint64_t size_bytes = 0;
  std::optional<uint64_t> gpu_bytes;
  std::optional<uint32_t> context_tokens;
  std::optional<std::string> expires_at;
};

struct ProviderMemory {
  std::string provider;
  std::vector<LoadedModel> models;
  std::optional<uint64_t> limit_bytes;
  std::optional<std::string> problem;
};

struct Gpu {
  std::string name;
  std::optional<uint64_t> total_bytes;
  std::optional<uint64_t> used_bytes;
};

struct ModelMemory {
  std::vector<ProviderMemory> providers;
  std::vector<Gpu> gpus;
  std::optional<std::string> gpu_problem;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::NamedModel> {
  using T = lake::gateway::wire::NamedModel;
  static constexpr std::string_view kName = "NamedModel";
  static constexpr auto kFields =
      std::tuple{Required("model", &T::model, "Name of the model, from GET /ai/models.").Between(1, 255)};
};
template <>
struct lake::Describe<lake::gateway::wire::ModelLoading> {
  using T = lake::gateway::wire::ModelLoading;
  static constexpr std::string_view kName = "ModelLoading";
  static constexpr auto kFields = std::tuple{Required("model", &T::model, "Its name."),
                                             Required("loaded", &T::loaded, "Whether it is in memory now."),
                                             Required("elapsed_ms", &T::elapsed_ms, "How long that took.")};
};
template <>
struct lake::Describe<lake::gateway::wire::LoadedModel> {
  using T = lake::gateway::wire::LoadedModel;
  static constexpr std::string_view kName = "LoadedModel";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "As in GET /ai/models."),
      Required("size_bytes", &T::size_bytes, "All it takes, wherever that is."),
      Optional("gpu_bytes", &T::gpu_bytes, "Of these in the memory of GPUs."),
      Optional("context_tokens", &T::context_tokens, "What it was loaded to hold at once."),
      Optional("expires_at", &T::expires_at, "When it leaves unless it is used, as its provider says it.")};
};
template <>
struct lake::Describe<lake::gateway::wire::ProviderMemory> {
  using T = lake::gateway::wire::ProviderMemory;
  static constexpr std::string_view kName = "ProviderMemory";
  static constexpr auto kFields = std::tuple{
      Required("provider", &T::provider, "Who runs them; \"built-in\": this server, in its own memory."),
      Required("models", &T::models, "What is in memory now."),
      Optional("limit_bytes", &T::limit_bytes, "Most that they may take together."),
      Optional("problem", &T::problem, "Why nothing is known.")};
};
template <>
struct lake::Describe<lake::gateway::wire::Gpu> {
  using T = lake::gateway::wire::Gpu;
  static constexpr std::string_view kName = "Gpu";
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "As its driver calls it."),
                 Optional("total_bytes", &T::total_bytes, "Its memory; absent when it shares the machine's."),
                 Optional("used_bytes", &T::used_bytes, "In use now, by whomever.")};
};
template <>
struct lake::Describe<lake::gateway::wire::ModelMemory> {
  using T = lake::gateway::wire::ModelMemory;
  static constexpr std::string_view kName = "ModelMemory";
  static constexpr auto kFields =
      std::tuple{Required("providers", &T::providers, "Those who know what they hold."),
                 Required("gpus", &T::gpus, "This machine's; empty when it has none whose driver tells."),
                 Optional("gpu_problem", &T::gpu_problem, "Why the driver does not tell.")};
};
