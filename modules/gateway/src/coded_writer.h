// CodedWriter: an answer of any length in the content coding that the client wants most. What the handler
// writes is flushed through the coding each time, so that rows are not held back.
#pragma once

#include <memory>
#include <string>

#include "content_coding.h"

namespace lake::gateway {

class CodedWriter final : public ResponseWriter {
 public:
  /// `answer` must outlive it.
  CodedWriter(AcceptedCodings accepted, ResponseWriter& answer) : accepted_(accepted), answer_(answer) {}

  Status Start(ResponseHead head) override;
  Status Write(std::string_view bytes) override;
  Status Finish(BodyEnd end) override;
  bool Withdraw() override { return answer_.Withdraw(); }
  bool started() const override { return answer_.started(); }

 private:
  const AcceptedCodings accepted_;
  ResponseWriter& answer_;
  std::unique_ptr<ContentEncoder> encoder_;  ///< Null: the bytes go as they are.
  std::string coded_;
};

}  // namespace lake::gateway
