#include "exit_code.h"

#include <cstdio>

namespace lake::app {

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
  return ExitCodeOf(error);
}

}  // namespace lake::app
