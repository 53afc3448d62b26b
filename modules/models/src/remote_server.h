// RemoteServer: one provider elsewhere: what is sent to it, how long it may take, and what its failures mean.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "gate.h"
#include "http_client.h"
#include "lake/common/json.h"
#include "lake/common/mutex.h"
#include "lake/models/remote_models.h"

namespace lake::models {

/// What one call asks for.
struct RemoteCall {
  enum class Patience {
    kLook,  ///< It only has to look something up.
    kWork,  ///< It may load a model and compute.
  };
  std::string_view model;  ///< As messages call it; its gate is used. "" for calls about no model.
  std::string_view path;   ///< "/api/tags"
  JsonValue body = {};     ///< Null: a GET.
  Patience patience = Patience::kWork;
};

/// Any thread.
class RemoteServer {
 public:
  explicit RemoteServer(RemoteServerOptions options) : RemoteServer(std::move(options), MakeCurlClient()) {}
  RemoteServer(RemoteServerOptions options, std::unique_ptr<HttpClient> client)
      : options_(std::move(options)), client_(std::move(client)) {}

  const std::string& name() const { return options_.name; }
  /// "ollama/nomic-embed-text" of "nomic-embed-text".
  std::string FullName(std::string_view model) const;

  /// Gives the JSON answer to `read`; its error is the call's and counts as the provider's failure when it is
  /// unavailable. Errors: those in remote_models.h, those of the context.
  Status Ask(const Context& context, const RemoteCall& call,
             const std::function<Status(const JsonValue& answer)>& read);

  /// Gives the lines of the answer to `line` while they arrive, without their ends, and calls `end` when it
  /// is over. Errors as of Ask.
  Status Stream(const Context& context, const RemoteCall& call,
                const std::function<Status(std::string_view line)>& line, const std::function<Status()>& end);

  /// What an error in the middle of an answer means. `says` is what the provider says, for the log.
  Error FailedInAnswer(std::string_view says) const;

 private:
  Status Guarded(const Context& context, const RemoteCall& call, const std::function<Status()>& work);
  Result<HttpAnswer> SendUntilTaken(const Context& context, const RemoteCall& call, const BodySink& sink);
  HttpCall MakeCall(const RemoteCall& call) const;
  Error ErrorOf(const HttpAnswer& answer, std::string_view model) const;
  std::string ForLog(std::string_view says) const;
  std::shared_ptr<Gate> GateOf(std::string_view model);

  const RemoteServerOptions options_;
  const std::unique_ptr<HttpClient> client_;
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<Gate>, std::less<>> gates_ LAKE_GUARDED_BY(mutex_);  ///< By model.
};

}  // namespace lake::models
