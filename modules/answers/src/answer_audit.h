// The audit of one answer: which documents it is made of, on record before a model or the caller gets them.
#pragma once

#include <chrono>
#include <span>
#include <string_view>

#include "lake/answers/answer_service.h"

namespace lake::answers {

/// One thread.
class AnswerAudit {
 public:
  AnswerAudit(const AnswerParts& parts, const access::Request& request, const AnswerRequest& wanted);

  /// The model that gets these sources (whoever runs it), or whose vectors chose them. Durable on ok.
  Status Begin(std::string_view model, std::span<const Citation> sources,
               const std::vector<access::AuditedTable>& tables);
  /// Gives `answer` back. What failed before Begin is put on record as refused or denied; then durable too.
  Result<Answer> Conclude(Result<Answer> answer);

 private:
  access::AuditLog& log_;
  const AnswerRequest& wanted_;
  access::AuditRecord record_;
  bool begun_ = false;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace lake::answers
