#include "http_status.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lake::gateway {
namespace {

constexpr int kClientClosedRequest = 499;  // nginx's; nobody is there to read it, but the log is clear.

constexpr auto kByReason = std::to_array<std::pair<std::string_view, int>>({
    {"shutdown", 503},          {"client_too_slow", 408},
    {"header_timeout", 408},    {"method_not_allowed", 405},
    {"not_acceptable", 406},    {"payload_too_large", 413},
    {"upload_too_large", 413},  {"unsupported_media_type", 415},
    {"result_too_large", 400},  {"expectation_failed", 417},
    {"host_not_allowed", 421},  {"header_too_large", 431},
    {"pool_full", 503},         {"server_busy", 503},
    {"commit_queue_full", 503}, {"models_busy", 503},
    {"model_memory", 503},      {"query_out_of_memory", 503},
    {"storage_full", 507},      {"spill_full", 507},
});

constexpr auto kPhrases = std::to_array<std::pair<int, std::string_view>>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {kClientClosedRequest, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
});

}  // namespace

int HttpStatus(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCancelled:
      return kClientClosedRequest;
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kDeadlineExceeded:
      return 504;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kAlreadyExists:
      return 409;
    case ErrorCode::kPermissionDenied:
      return 403;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kResourceExhausted:
      return 429;
    case ErrorCode::kFailedPrecondition:
    case ErrorCode::kAborted:
      return 409;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kUnimplemented:
      return 501;
    case ErrorCode::kDataLoss:
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;  // Not reached: the switch is exhaustive, and the compiler says so when it is not.
}

int HttpStatus(const Error& error) {
  const auto found = std::ranges::find(kByReason, std::string_view(error.reason()),
                                       &std::pair<std::string_view, int>::first);
  return found != kByReason.end() ? found->second : HttpStatus(error.code());
}

std::string_view StatusPhrase(int status) {
  const auto found = std::ranges::find(kPhrases, status, &std::pair<int, std::string_view>::first);
  return found != kPhrases.end() ? found->second : "Unknown";
}

}  // namespace lake::gateway
