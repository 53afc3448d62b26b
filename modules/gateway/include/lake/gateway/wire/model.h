// Language models over the wire.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "lake/gateway/wire/list.h"
#include "lake/models/embedder.h"

namespace lake::gateway::wire {

struct EmbedTexts {
  std::vector<std::string> texts;
  std::optional<std::string> model;
};

struct EmbeddedTexts {
  std::string model;
  std::string model_version;
  uint32_t dimensions = 0;
  std::vector<std::vector<double>> embeddings;
  std::vector<uint64_t> truncated;
  uint64_t tokens = 0;
  double elapsed_ms = 0;
};

enum class ModelTask { kEmbed, kGenerate, kRerank };

struct Model {
  std::string name;
  std::string provider;
  std::vector<ModelTask> tasks;
  std::vector<ModelTask> default_for;
  bool loaded = false;
  std::optional<std::string> model_version;
  std::optional<std::string> architecture;
  std::optional<uint32_t> dimensions;
  std::optional<uint32_t> max_tokens;
  std::optional<uint64_t> size_bytes;
  std::optional<std::string> problem;
};

struct ModelProvider {
  std::string name;
  std::optional<std::string> problem;
};

struct ModelPage {
  std::vector<Model> items;
  std::vector<ModelProvider> providers;
  std::optional<std::string> next_page_token;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::EmbedTexts> {
  using T = lake::gateway::wire::EmbedTexts;
  static constexpr std::string_view kName = "EmbedTexts";
  static constexpr auto kFields = std::tuple{
      Required("texts", &T::texts, "Each becomes one vector.").Between(1, lake::models::kMaxTexts),
      Optional("model", &T::model, "Name of the model, from GET /ai/models; the default one when absent.")
          .Between(1, 255)};
};
template <>
struct lake::Describe<lake::gateway::wire::EmbeddedTexts> {
  using T = lake::gateway::wire::EmbeddedTexts;
  static constexpr std::string_view kName = "EmbeddedTexts";
  static constexpr auto kFields = std::tuple{
      Required("model", &T::model, "Which model made the vectors."),
      Required("model_version", &T::model_version,
               "SHA-256 of its file: vectors of different versions cannot be compared."),
      Required("dimensions", &T::dimensions, "Numbers in each vector."),
      Required("embeddings", &T::embeddings,
               "Vectors of unit length in the order of the texts; each number is the shortest decimal that "
               "reads back as the same 32-bit float."),
      Required("truncated", &T::truncated,
               "Positions of the texts that are longer than the model reads: their ends are not in the "
               "vectors."),
      Required("tokens", &T::tokens, "What the model read, of all texts together."),
      Required("elapsed_ms", &T::elapsed_ms, "Waiting, loading the model and computing.")};
};
template <>
struct lake::DescribeEnum<lake::gateway::wire::ModelTask> {
  using V = lake::gateway::wire::ModelTask;
  static constexpr std::array kNames = {EnumName(V::kEmbed, "embed"), EnumName(V::kGenerate, "generate"),
                                        EnumName(V::kRerank, "rerank")};
};
template <>
struct lake::Describe<lake::gateway::wire::Model> {
  using T = lake::gateway::wire::Model;
  static constexpr std::string_view kName = "Model";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "What requests call it."),
      Required("provider", &T::provider, "Who runs it; \"built-in\": this server, from a GGUF file."),
      Required("tasks", &T::tasks, "What it can do here."),
      Required("default_for", &T::default_for, "Tasks that it does when a request names no model."),
      Required("loaded", &T::loaded, "It is in memory now, as far as its provider tells."),
      Optional(
          "model_version", &T::model_version,
          "SHA-256 of its file, or \"declared:\" and what the configuration says where the provider tells "
          "none; null until it is known.")
          .NullWhenNone(),
      Optional("architecture", &T::architecture, "Kind of network, as its file says."),
      Optional("dimensions", &T::dimensions, "Numbers in a vector of it."),
      Optional("max_tokens", &T::max_tokens, "What it reads at once."),
      Optional("size_bytes", &T::size_bytes, "Its file, where that is known."),
      Optional("problem", &T::problem, "Why it cannot be used.")};
};
template <>
struct lake::Describe<lake::gateway::wire::ModelProvider> {
  using T = lake::gateway::wire::ModelProvider;
  static constexpr std::string_view kName = "ModelProvider";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "What the names of its models begin with."),
      Optional("problem", &T::problem, "Why it could not be asked; its models may be missing here.")};
};
template <>
struct lake::Describe<lake::gateway::wire::ModelPage> {
  using T = lake::gateway::wire::ModelPage;
  static constexpr std::string_view kName = "ModelPage";
  static constexpr auto kFields = std::tuple{
      Required("items", &T::items, "This page."),
      Required("providers", &T::providers, "Everybody who was asked for models."),
      Optional("next_page_token", &T::next_page_token, "Give it as page_token to get the next page.")
          .NullWhenNone()};
};
