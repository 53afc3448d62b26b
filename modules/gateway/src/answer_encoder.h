// The portions of one answer as the bytes of one HTTP response.
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "answer_queue.h"
#include "response_text.h"

namespace lake::gateway {

/// Bytes on their way out, in four pieces so that a large body is never copied.
class Outgoing {
 public:
  Outgoing() = default;
  explicit Outgoing(std::array<std::string, 4> pieces) : pieces_(std::move(pieces)) {}

  size_t left() const;
  void Advance(size_t sent) { sent_ += sent; }
  /// What is left, piece by piece; some may be empty.
  std::array<std::string_view, 4> Remaining() const;

 private:
  std::array<std::string, 4> pieces_;
  size_t sent_ = 0;
};

class AnswerEncoder {
 public:
  enum class Connection { kKeep, kClose };

  AnswerEncoder(Method method, bool http11, std::string_view request_id)
      : head_only_(method == Method::kHead), http11_(http11), request_id_(request_id) {}

  Outgoing Encode(AnswerQueue::Portion portion, Connection connection, std::time_t now);

  /// The response is complete; nothing more is to be encoded.
  bool complete() const { return complete_; }
  /// The answer ended before it was complete: the client must see a broken connection.
  bool cut() const { return cut_; }
  /// The client was told (or must find out) that the connection ends with this response.
  bool closes() const { return closes_; }
  /// Only the end of the connection ends the body.
  bool until_close() const { return framing_ == BodyFraming::kUntilClose; }
  int status() const { return status_; }

 private:
  std::string Head(const ResponseHead& head, uint64_t length, std::time_t now);
  Outgoing EncodeWhole(Answer answer, std::time_t now);

  const bool head_only_;
  const bool http11_;
  const std::string request_id_;
  BodyFraming framing_ = BodyFraming::kLength;
  bool complete_ = false;
  bool cut_ = false;
  bool closes_ = false;
  int status_ = 0;
};

}  // namespace lake::gateway
