// A server that speaks like Ollama, like an OpenAI-compatible server and like reranking servers, and goes
// wrong in every way that we know, by the name of the model that it is asked for:
//
//   words             embeds: one dimension a word, reads 8 words (Ollama and OpenAI)
//   talker            says the last message again, word by word (Ollama and OpenAI)
//   thinker           the same, and can think aloud
//   ranker            a text's score is how often it has the query's first letter
//   gpt-cloud, alias-of-remote   Ollama would ask another machine
//   busy-once         503 for the first request, then as words or talker
//   busy              always 503
//   slow              never begins to answer
//   stalls            begins and is silent then
//   cut               the connection breaks off in the middle
//   ends-early        the answer is over before it is complete
//   broken            no JSON
//   error-line        an error in the middle of a stream
//   crashes           500 with a message
//   no-memory         500, as Ollama says it has no room
//   few-vectors, mixed-vectors, odd-vectors, zero-vectors   one too few, of two lengths, with a text in them,
//   no direction no-http           bytes that are no HTTP huge              an answer without end
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/json.h"

namespace lake::models {

/// Any thread. Listens on a free loopback port until it dies.
class FakeModelServer {
 public:
  struct Seen {
    std::string method;
    std::string path;
    std::string authorization;
    JsonValue body;  ///< Null when there was none.
  };

  /// With a key, whoever does not send it gets 401 and a text that quotes what was sent.
  explicit FakeModelServer(std::string api_key);
  FakeModelServer() : FakeModelServer(std::string()) {}
  ~FakeModelServer();
  FakeModelServer(const FakeModelServer&) = delete;
  FakeModelServer& operator=(const FakeModelServer&) = delete;

  std::string url() const;  ///< "http://127.0.0.1:41234"
  std::vector<Seen> seen() const;
  size_t Count(std::string_view path) const;
  /// The body of the last request to the path; null when there was none.
  JsonValue LastBody(std::string_view path) const;

  /// Another model takes the name "words", as a pull does.
  void ReplaceWords();
  /// From now on "crashes" works like words and talker.
  void Repair();
  /// Blocks until a client of a slow or stalling answer has gone; how many have so far.
  size_t WaitUntilGone(size_t at_least) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lake::models
