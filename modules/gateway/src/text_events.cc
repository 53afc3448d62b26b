#include "text_events.h"

#include <array>

#include "media_type.h"
#include "problem.h"

namespace lake::gateway {
namespace {

constexpr std::array<std::string_view, 2> kTextTypes = {"application/json", kEventStream};

ResponseHead HeadOf(std::string_view type) {
  return {.content_type = std::string(type), .headers = {{"Vary", "Accept"}}};
}

}  // namespace

Result<TextForm> ChooseTextForm(const RequestHead& head, TextForm said_in_document) {
  const std::optional<size_t> type = ChooseByAccept(head.Find("accept"), kTextTypes);
  if (!type) return InvalidArgument("not_acceptable", "a text can be had as {}", fmt::join(kTextTypes, ", "));
  return kTextTypes[*type] == kEventStream ? TextForm::kEvents : said_in_document;
}

Status TextEvents::SendJson(std::string_view name, std::string_view json) {
  if (!writer_.started()) LAKE_RETURN_IF_ERROR(writer_.Start(HeadOf(kEventStream)));
  return writer_.Write(fmt::format("event: {}\ndata: {}\n\n", name, json));
}

Status TextEvents::Fail(Error error) {
  if (!writer_.started()) return error;
  LAKE_RETURN_IF_ERROR(Send("error", MakeProblem(error, head_.request_id)));
  return writer_.Finish({.failure = error.reason()});
}

Status WriteDocument(std::string_view json, ResponseWriter& writer) {
  LAKE_RETURN_IF_ERROR(writer.Start(HeadOf(kTextTypes[0])));
  LAKE_RETURN_IF_ERROR(writer.Write(json));
  return writer.Finish({});
}

}  // namespace lake::gateway
