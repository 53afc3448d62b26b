// Errors as values: a canonical code, a stable slug for clients and tests, and a sentence for people.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lake {

/// The canonical codes of gRPC. The gateway maps each to one HTTP status in one exhaustive switch.
enum class ErrorCode {
  kCancelled,           ///< The caller gave up, or the server is shutting down.
  kInvalidArgument,     ///< The request is wrong whatever the state of the system.
  kDeadlineExceeded,    ///< The time limit passed; the work was stopped.
  kNotFound,            ///< The named thing does not exist, or the caller may not know that it does.
  kAlreadyExists,       ///< The thing to create is there already.
  kPermissionDenied,    ///< The caller is known and may not do this.
  kUnauthenticated,     ///< The caller is not known.
  kResourceExhausted,   ///< A limit, a queue or the disk is full.
  kFailedPrecondition,  ///< The state forbids it; retrying alone does not help.
  kAborted,             ///< Lost a race; the caller may retry from the start.
  kUnavailable,         ///< A dependency is down; a retry may help.
  kUnimplemented,       ///< Not offered by this build or backend.
  kDataLoss,            ///< Stored bytes are damaged or missing.
  kInternal,            ///< A bug in this program.
};

/// The code's name in lower_snake_case, e.g. "not_found".
std::string_view ErrorCodeName(ErrorCode code);

/// One place in a request that is wrong; `pointer` is an RFC 6901 JSON pointer ("" = the whole document).
struct ErrorDetail {
  std::string pointer;
  std::string message;
  bool operator==(const ErrorDetail&) const = default;
};

class [[nodiscard]] Error {
 public:
  /// `reason` is a stable slug ("dataset_not_found"); `message` a sentence without secrets or absolute paths.
  Error(ErrorCode code, std::string reason, std::string message)
      : code_(code), reason_(std::move(reason)), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& reason() const { return reason_; }
  const std::string& message() const { return message_; }
  const std::vector<ErrorDetail>& details() const { return details_; }
  /// What the log may know and an answer may not: system errors, paths, third-party messages.
  const std::string& internal_cause() const { return internal_cause_; }

  Error&& WithDetail(std::string pointer, std::string message) && {
    details_.push_back({std::move(pointer), std::move(message)});
    return std::move(*this);
  }
  void AddDetail(std::string pointer, std::string message) {
    details_.push_back({std::move(pointer), std::move(message)});
  }
  Error&& WithCause(std::string cause) && {
    internal_cause_ = std::move(cause);
    return std::move(*this);
  }
  /// Puts "where: " before the message.
  Error&& Within(std::string_view where) && {
    message_.insert(0, fmt::format("{}: ", where));
    return std::move(*this);
  }
  bool Is(ErrorCode code) const { return code_ == code; }
  bool Is(std::string_view reason) const { return reason_ == reason; }

  /// "not_found/dataset_not_found: message [cause]", for logs and test output, never for answers.
  std::string ToString() const;

 private:
  ErrorCode code_;
  std::string reason_;
  std::string message_;
  std::string internal_cause_;
  std::vector<ErrorDetail> details_;
};

// Factories, one per code: NotFound("dataset_not_found", "dataset does not exist: {}", name).
#define LAKE_ERROR_FACTORY(Name)                                                                             \
  template <class... Args>                                                                                   \
  Error Name(std::string_view reason, fmt::format_string<Args...> format, Args&&... args) {                  \
    return Error(ErrorCode::k##Name, std::string(reason), fmt::format(format, std::forward<Args>(args)...)); \
  }
LAKE_ERROR_FACTORY(Cancelled)
LAKE_ERROR_FACTORY(InvalidArgument)
LAKE_ERROR_FACTORY(DeadlineExceeded)
LAKE_ERROR_FACTORY(NotFound)
LAKE_ERROR_FACTORY(AlreadyExists)
LAKE_ERROR_FACTORY(PermissionDenied)
LAKE_ERROR_FACTORY(Unauthenticated)
LAKE_ERROR_FACTORY(ResourceExhausted)
LAKE_ERROR_FACTORY(FailedPrecondition)
LAKE_ERROR_FACTORY(Aborted)
LAKE_ERROR_FACTORY(Unavailable)
LAKE_ERROR_FACTORY(Unimplemented)
LAKE_ERROR_FACTORY(DataLoss)
LAKE_ERROR_FACTORY(Internal)
#undef LAKE_ERROR_FACTORY

}  // namespace lake
