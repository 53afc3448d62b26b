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

enum class ModelTask { kEmbed };

struct Model {
  std::string name;
  std::string provider;
  std::vector<ModelTask> tasks;
  bool is_default = false;
  bool loaded = false;
  std::optional<std::string> model_version;
  std::optional<std::string> architecture;
  std::optional<uint32_t> dimensions;
  std::optional<uint32_t> max_tokens;
  uint64_t size_bytes = 0;
  std::optional<std::string> problem;
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
  static constexpr std::array kNames = {EnumName(V::kEmbed, "embed")};
};
template <>
struct lake::Describe<lake::gateway::wire::Model> {
  using T = lake::gateway::wire::Model;
  static constexpr std::string_view kName = "Model";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "What requests call it."),
      Required("provider", &T::provider, "Who runs it; \"built-in\": this server, from a GGUF file."),
      Required("tasks", &T::tasks, "What it can do here."),
      Required("default", &T::is_default, "It is used when a request names no model."),
      Required("loaded", &T::loaded, "It is in memory now."),
      Optional("model_version", &T::model_version,
               "SHA-256 of its file; null until it was loaded for the first time.")
          .NullWhenNone(),
      Optional("architecture", &T::architecture, "Kind of network, as its file says."),
      Optional("dimensions", &T::dimensions, "Numbers in a vector of it."),
      Optional("max_tokens", &T::max_tokens, "What it reads of one text."),
      Required("size_bytes", &T::size_bytes, "Its file."),
      Optional("problem", &T::problem, "Why it cannot be used.")};
};
