#include "coded_writer.h"

#include <utility>

namespace lake::gateway {

Status CodedWriter::Start(ResponseHead head) {
  // Nothing was written when an answer is withdrawn and started anew, so the old encoder can go.
  encoder_ = nullptr;
  const bool refused = accepted_.plain == AcceptedCodings::Plain::kRefused;
  const bool has_body = !head.content_type.empty();
  if (has_body && (refused || IsWorthCoding(head.content_type))) {
    encoder_ = MakeContentEncoder(accepted_.best);
    DescribeCoding(accepted_.best, &head);
  }
  return answer_.Start(std::move(head));
}

Status CodedWriter::Write(std::string_view bytes) {
  if (!encoder_ || bytes.empty()) return answer_.Write(bytes);
  coded_.clear();
  LAKE_RETURN_IF_ERROR(encoder_->Encode(bytes, &coded_));
  return answer_.Write(coded_);
}

Status CodedWriter::Finish(BodyEnd end) {
  if (!encoder_) return answer_.Finish(std::move(end));
  coded_.clear();
  LAKE_RETURN_IF_ERROR(encoder_->End(&coded_));
  LAKE_RETURN_IF_ERROR(answer_.Write(coded_));
  return answer_.Finish(std::move(end));
}

}  // namespace lake::gateway
