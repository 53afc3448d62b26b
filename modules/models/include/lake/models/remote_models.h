// Models that run elsewhere and are asked over HTTP: in Ollama, behind an OpenAI-compatible interface, behind
// a reranking server.
//
// Errors of all of them, beside those of the interfaces:
//   unavailable/provider_unreachable       no connection, or TLS that cannot be trusted
//   unavailable/provider_too_slow          one of the phases of RemoteLimits was over
//   unavailable/provider_cut               the connection broke off, or the answer ended before it was
//   complete unavailable/provider_failed            it says that it failed, before or in the middle of its
//   answer unavailable/provider_busy              it refuses more work for now, also after we waited and
//   tried again unavailable/provider_resting           it failed so often that it is left alone for a while
//   unavailable/bad_provider_answer        not what its interface promises: no JSON, too large, vectors that
//   are
//                                          too few, of another length or no numbers
//   failed_precondition/provider_refused   it does not accept our key
//   failed_precondition/cloud_model_refused   Ollama would send the texts to another machine
//   invalid_argument/request_refused       it does not accept the request (a text too long, for example)
//   not_found/model_not_found, failed_precondition/model_not_usable, resource_exhausted/models_busy
// What a provider says itself is a cause for the log, never part of an answer, and without keys and texts.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lake/common/log.h"
#include "lake/models/provider.h"

namespace lake::models {

/// The request's own deadline counts besides.
struct RemoteLimits {
  std::chrono::milliseconds connect{2'000};
  std::chrono::milliseconds first_byte{300'000};  ///< A model is loaded in this time.
  std::chrono::milliseconds between_bytes{60'000};
  std::chrono::milliseconds whole{600'000};
  size_t max_in_flight = 4;                ///< Calls at once to one model.
  size_t max_waiting = 64;                 ///< Calls that wait for that; more are models_busy.
  uint32_t failures_until_rest = 5;        ///< One after the other, of one model.
  std::chrono::milliseconds rest{10'000};  ///< After it one call tries whether it works again.
  std::chrono::milliseconds retry{200};  ///< Before a busy or unreachable one is asked again; then twice it.
};

struct RemoteServerOptions {
  std::string name;          ///< Of the provider; names of its models begin with it and '/'.
  std::string url;           ///< "http://127.0.0.1:11434", with a path if there is one, without trailing '/'.
  std::string api_key = {};  ///< Sent as a bearer token.
  RemoteLimits limits = {};
};

enum class PlainHttp { kLoopbackOnly, kAnywhere };

/// Whether `url` is one that may be asked: http or https, with a host, without user and query; plain http
/// only to loopback unless told otherwise, since texts and key can be read on their way. Error:
/// invalid_argument/bad_config.
Status CheckProviderUrl(const std::string& url, PlainHttp plain_http);

/// What stands before every text that one model embeds.
struct PromptPrefix {
  std::string model;  ///< Full name, "ollama/nomic-embed-text".
  std::string prefix;
};

struct OllamaOptions {
  RemoteServerOptions server;
  uint32_t context_tokens = 4096;        ///< num_ctx of every call; less when the model was trained for less.
  std::chrono::seconds keep_alive{300};  ///< A model that is not used for so long leaves memory.
  PromptPrefix prompt_prefix = {};
};

/// `log` is borrowed.
std::unique_ptr<Provider> MakeOllama(OllamaOptions options, Log& log);

struct OpenAiOptions {
  RemoteServerOptions server;
  std::vector<std::string> embedding_models = {};   ///< As the server calls them; no others are asked.
  std::vector<std::string> generation_models = {};  ///< The same.
  std::string version = {};                         ///< Stands for the digest that these servers do not tell.
  PromptPrefix prompt_prefix = {};
};

std::unique_ptr<Provider> MakeOpenAi(OpenAiOptions options);

enum class RerankShape {
  kJina,  ///< POST /v1/rerank {model, query, documents} as Jina, Cohere, vLLM and llama-server have it.
  kTei,   ///< POST /rerank {query, texts} as Hugging Face's Text Embeddings Inference has it.
};

/// Texts that are longer than the model reads are cut by its server.
struct RerankOptions {
  RemoteServerOptions server;
  RerankShape shape = RerankShape::kJina;
  std::string model = {};    ///< As the server calls it.
  std::string version = {};  ///< Stands for the digest that these servers do not tell.
};

std::unique_ptr<Provider> MakeRerankServer(RerankOptions options);

}  // namespace lake::models
