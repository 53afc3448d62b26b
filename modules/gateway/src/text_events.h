// A text that a model writes, as one document or as server-sent events while it is written.
#pragma once

#include <string>
#include <string_view>

#include "lake/common/json_io.h"
#include "lake/common/result.h"
#include "lake/gateway/exchange.h"

namespace lake::gateway {

inline constexpr std::string_view kEventStream = "text/event-stream";

enum class TextForm { kDocument, kEvents };

/// What the client accepts; events also when its document says so. Error: invalid_argument/not_acceptable.
Result<TextForm> ChooseTextForm(const RequestHead& head, TextForm said_in_document);

/// Begins with the first event, so that what fails before it is a problem with a status.
class TextEvents {
 public:
  TextEvents(const RequestHead& head, ResponseWriter& writer) : head_(head), writer_(writer) {}

  template <class T>
  Status Send(std::string_view name, const T& data) {
    return SendJson(name, WriteJson(ToJson(data)));
  }
  /// The last event of a whole text.
  template <class T>
  Status Done(const T& whole) {
    LAKE_RETURN_IF_ERROR(Send("done", whole));
    return writer_.Finish({});
  }
  /// The last event of one that broke off, or the error when there was no event.
  Status Fail(Error error);

 private:
  Status SendJson(std::string_view name, std::string_view json);

  const RequestHead& head_;
  ResponseWriter& writer_;
};

Status WriteDocument(std::string_view json, ResponseWriter& writer);

/// The text as one document.
template <class T>
Status WriteWhole(const T& whole, ResponseWriter& writer) {
  return WriteDocument(WriteJson(ToJson(whole)), writer);
}

}  // namespace lake::gateway
