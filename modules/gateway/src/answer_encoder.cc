#include "answer_encoder.h"

#include <utility>

namespace lake::gateway {
namespace {

/// Up to here it costs less to copy a body than to send it as a piece of its own.
constexpr size_t kSmallBody = 1024;

}  // namespace

size_t Outgoing::left() const {
  size_t size = 0;
  for (const std::string& piece : pieces_) size += piece.size();
  return size - sent_;
}

std::array<std::string_view, 4> Outgoing::Remaining() const {
  std::array<std::string_view, 4> remaining;
  size_t skip = sent_;
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const size_t skipped = std::min(skip, pieces_[i].size());
    remaining[i] = std::string_view(pieces_[i]).substr(skipped);
    skip -= skipped;
  }
  return remaining;
}

std::string AnswerEncoder::Head(const ResponseHead& head, uint64_t length, std::time_t now) {
  status_ = head.status;
  if (framing_ == BodyFraming::kUntilClose) closes_ = true;
  return WriteHead(head, {.framing = framing_,
                          .length = length,
                          .keep_alive = !closes_,
                          .http11 = http11_,
                          .request_id = request_id_,
                          .now = now});
}

Outgoing AnswerEncoder::EncodeWhole(Answer answer, std::time_t now) {
  complete_ = true;
  const bool bodiless = answer.head.status == 204 || answer.head.status == 304;
  framing_ = bodiless ? BodyFraming::kNoBody : BodyFraming::kLength;
  std::string head = Head(answer.head, answer.body.size(), now);
  if (head_only_ || bodiless) answer.body.clear();
  if (answer.body.size() > kSmallBody) return Outgoing({std::move(head), "", std::move(answer.body), ""});
  return Outgoing({std::move(head.append(answer.body)), "", "", ""});
}

Outgoing AnswerEncoder::Encode(AnswerQueue::Portion portion, Connection connection, std::time_t now) {
  if (connection == Connection::kClose && status_ == 0) closes_ = true;
  if (portion.whole) return EncodeWhole(std::move(*portion.whole), now);
  std::string head;
  if (portion.head && head_only_) {  // Nobody made the body, so nobody knows its length.
    framing_ = BodyFraming::kNoBody;
    complete_ = true;
    return Outgoing({Head(*portion.head, 0, now), "", "", ""});
  }
  if (portion.head && portion.finished && portion.trailers.empty())
    return EncodeWhole({std::move(*portion.head), std::move(portion.bytes)}, now);
  if (portion.head) {
    framing_ = http11_ ? BodyFraming::kChunked : BodyFraming::kUntilClose;
    head = Head(*portion.head, 0, now);
  }
  complete_ = portion.finished || (head_only_ && status_ != 0);
  cut_ = portion.closed && !complete_;
  if (head_only_) return Outgoing({std::move(head), "", "", ""});
  std::string prefix;
  std::string tail;
  if (framing_ == BodyFraming::kChunked && !portion.bytes.empty()) {
    prefix = ChunkPrefix(portion.bytes.size());
    tail = "\r\n";
  }
  if (framing_ == BodyFraming::kChunked && portion.finished) tail += LastChunk(portion.trailers);
  return Outgoing({std::move(head), std::move(prefix), std::move(portion.bytes), std::move(tail)});
}

}  // namespace lake::gateway
