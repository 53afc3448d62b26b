// The section [models] of the configuration: language models in this process and elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"

namespace lake::app {

/// One provider of models elsewhere; there is none without a URL.
struct OllamaSettings {
  std::string url;
  bool insecure = false;
  uint32_t context_tokens = 4096;
  uint32_t keep_alive_secs = 300;
  uint32_t connect_secs = 2;
  uint32_t first_byte_secs = 300;
  uint32_t silence_secs = 60;
  uint32_t max_in_flight = 4;
};

struct OpenAiSettings {
  std::string url;
  bool insecure = false;
  std::string api_key;
  std::vector<std::string> embedding_models;
  std::vector<std::string> generation_models;
  std::string version;
  uint32_t connect_secs = 5;
  uint32_t first_byte_secs = 120;
  uint32_t silence_secs = 60;
  uint32_t max_in_flight = 8;
};

struct RerankSettings {
  std::string url;
  bool insecure = false;
  std::string api_key;
  std::string shape = "jina";
  std::string model;
  std::string version;
  uint32_t connect_secs = 5;
  uint32_t first_byte_secs = 60;
  uint32_t silence_secs = 60;
  uint32_t max_in_flight = 4;
};

struct ModelSettings {
  std::string directory = "./models";
  std::string embedding = "all-minilm-l6-v2";
  std::string embedding_prefix;
  std::string generation;
  std::string reranking;
  uint32_t threads = 0;
  uint64_t memory_bytes = 1ull << 30;
  uint32_t idle_secs = 300;
  uint32_t context_tokens = 4096;
  uint32_t max_waiting = 64;
  OllamaSettings ollama;
  OpenAiSettings openai;
  RerankSettings rerank;
};

}  // namespace lake::app

namespace lake::app {

// The fields that the providers have in common.
template <class T>
constexpr auto ProviderUrlField() {
  return Optional("url", &T::url, "Where it listens, e.g. http://127.0.0.1:11434; empty: there is none.")
      .Between(0, 2048);
}
template <class T>
constexpr auto ProviderInsecureField() {
  return Optional(
      "insecure", &T::insecure,
      "Whether texts may go over plain HTTP to another machine, where they can be read on their way.");
}
template <class T>
constexpr auto ProviderKeyField() {
  return Optional("api_key", &T::api_key, "Sent as a bearer token.").Between(0, 4096).Secret();
}
template <class T>
constexpr auto ProviderVersionField() {
  return Optional(
             "version", &T::version,
             "Stands for the digest that the server does not tell. Change it when other models take these "
             "names: an index refuses vectors of another version.")
      .Between(0, 128);
}
template <class T>
constexpr auto ConnectField() {
  return Optional("connect_secs", &T::connect_secs, "It must take a connection within this time.")
      .Between(1, 300);
}
template <class T>
constexpr auto FirstByteField() {
  return Optional("first_byte_secs", &T::first_byte_secs,
                  "It must begin to answer within this time; a model may have to be loaded in it.")
      .Between(1, 3600);
}
template <class T>
constexpr auto SilenceField() {
  return Optional("silence_secs", &T::silence_secs,
                  "It may be silent for so long in the middle of an answer.")
      .Between(1, 3600);
}
template <class T>
constexpr auto MaxInFlightField() {
  return Optional("max_in_flight", &T::max_in_flight, "Calls at once to one model.").Between(1, 1024);
}

}  // namespace lake::app

template <>
struct lake::Describe<lake::app::OllamaSettings> {
  using T = lake::app::OllamaSettings;
  static constexpr std::string_view kName = "OllamaSettings";
  static constexpr auto kFields = std::tuple{
      lake::app::ProviderUrlField<T>(),
      lake::app::ProviderInsecureField<T>(),
      Optional("context_tokens", &T::context_tokens,
               "What a model holds of a prompt and its text; less when it was trained for less.")
          .Between(256, 1'048'576),
      Optional("keep_alive_secs", &T::keep_alive_secs, "A model that is not used for so long leaves memory.")
          .Between(1, 86400),
      lake::app::ConnectField<T>(),
      lake::app::FirstByteField<T>(),
      lake::app::SilenceField<T>(),
      lake::app::MaxInFlightField<T>()};
};
template <>
struct lake::Describe<lake::app::OpenAiSettings> {
  using T = lake::app::OpenAiSettings;
  static constexpr std::string_view kName = "OpenAiSettings";
  static constexpr auto kFields =
      std::tuple{lake::app::ProviderUrlField<T>(),
                 lake::app::ProviderInsecureField<T>(),
                 lake::app::ProviderKeyField<T>(),
                 Optional("embedding_models", &T::embedding_models,
                          "Models that embed, as the server calls them; no others are asked.")
                     .Between(0, 100),
                 Optional("generation_models", &T::generation_models,
                          "Models that generate, as the server calls them; no others are asked.")
                     .Between(0, 100),
                 lake::app::ProviderVersionField<T>(),
                 lake::app::ConnectField<T>(),
                 lake::app::FirstByteField<T>(),
                 lake::app::SilenceField<T>(),
                 lake::app::MaxInFlightField<T>()};
};
template <>
struct lake::Describe<lake::app::RerankSettings> {
  using T = lake::app::RerankSettings;
  static constexpr std::string_view kName = "RerankSettings";
  static constexpr auto kFields = std::tuple{
      lake::app::ProviderUrlField<T>(),
      lake::app::ProviderInsecureField<T>(),
      lake::app::ProviderKeyField<T>(),
      Optional("shape", &T::shape,
               "How it is asked: jina (POST /v1/rerank, also of Cohere, vLLM and llama-server) or tei (POST "
               "/rerank of Text Embeddings Inference)."),
      Optional("model", &T::model, "Its model, as it calls it.").Between(0, 200),
      lake::app::ProviderVersionField<T>(),
      lake::app::ConnectField<T>(),
      lake::app::FirstByteField<T>(),
      lake::app::SilenceField<T>(),
      lake::app::MaxInFlightField<T>()};
};
template <>
struct lake::Describe<lake::app::ModelSettings> {
  using T = lake::app::ModelSettings;
  static constexpr std::string_view kName = "ModelSettings";
  static constexpr auto kFields = std::tuple{
      Optional("directory", &T::directory,
               "Directory of GGUF files: NAME.gguf is the model NAME. It need not exist: one embedding model "
               "comes with the program.")
          .Between(1, 4096),
      Optional("embedding", &T::embedding, "Model that embeds texts when nobody names one.").Between(0, 255),
      Optional("embedding_prefix", &T::embedding_prefix,
               "Put before every text for that model, when it was trained so.")
          .Between(0, 1024),
      Optional("generation", &T::generation,
               "Model that generates text when nobody names one; empty is none.")
          .Between(0, 255),
      Optional("reranking", &T::reranking,
               "Model that ranks texts when nobody names one; empty is that of the section rerank, else the "
               "first one here that ranks.")
          .Between(0, 255),
      Optional("threads", &T::threads, "Threads that run models; 0 is one per core.").Between(0, 1024),
      Optional("memory_bytes", &T::memory_bytes, "Most memory for loaded models."),
      Optional("idle_secs", &T::idle_secs, "A model that is not used for so long leaves memory.")
          .Between(1, 86400),
      Optional(
          "context_tokens", &T::context_tokens,
          "What a model in this process holds of a prompt and its text; less when it was trained for less.")
          .Between(256, 1'048'576),
      Optional("max_waiting", &T::max_waiting, "Requests that may wait for a model.").Between(1, 65536),
      Optional("ollama", &T::ollama, "Models of an Ollama; their names begin with ollama/."),
      Optional("openai", &T::openai,
               "Models behind an OpenAI-compatible interface; their names begin with openai/."),
      Optional("rerank", &T::rerank, "A model that ranks texts; its name begins with rerank/.")};
};
