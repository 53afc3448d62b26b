#include "exit_code.h"

#include <cstdio>
#include <string_view>

namespace lake::app {
namespace {

/// What a person can do about it; "" when the sentence says it all.
std::string_view Advice(const Error& error) {
  if (error.code() == ErrorCode::kUnauthenticated)
    return "give a key that is valid: --key-file FILE, LAKEHOUSE_API_KEY or --key KEY";
  if (error.Is("forbidden")) return "the key is valid, but its role may not do this; use another key";
  if (error.Is("server_not_trusted"))
    return "when the certificate is your own, name the file to trust: --ca-file FILE or LAKEHOUSE_CA_FILE";
  if (error.Is("tls_failed")) return "does that port speak HTTPS? plain HTTP is http://";
  return "";
}

}  // namespace

ExitCode ExitCodeOf(const Error& error) {
  if (error.Is("interrupted")) return kExitInterrupted;
  switch (error.code()) {
    case ErrorCode::kNotFound:
      return kExitNotFound;
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kUnauthenticated:
      return kExitDenied;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kAborted:
    case ErrorCode::kFailedPrecondition:
      return kExitConflict;
    case ErrorCode::kUnavailable:
    case ErrorCode::kResourceExhausted:
      return kExitUnavailable;
    case ErrorCode::kCancelled:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kDeadlineExceeded:
    case ErrorCode::kUnimplemented:
    case ErrorCode::kDataLoss:
    case ErrorCode::kInternal:
      return kExitFailed;
  }
  return kExitFailed;
}

ExitCode Fail(const Error& error) {
  fmt::print(stderr, "lake: {}\n", error.message());
  for (const ErrorDetail& detail : error.details())
    fmt::print(stderr, "  {}{}{}\n", detail.pointer, detail.pointer.empty() ? "" : ": ", detail.message);
  if (std::string_view advice = Advice(error); !advice.empty()) fmt::print(stderr, "  {}\n", advice);
  return ExitCodeOf(error);
}

}  // namespace lake::app
