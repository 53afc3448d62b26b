#include "supported_text.h"

#include "lake/answers/answer_service.h"
#include "lake/common/fold.h"

namespace lake::answers {

Status SupportedText::Add(std::string_view text) {
  if (text_.empty()) text.remove_prefix(std::min(text.find_first_not_of(" \n\r\t"), text.size()));
  text_ += text;
  if (!shown_) {
    // A model that says so and cites all the same has found no support.
    const bool says_none = Fold(text_.substr(0, kNoSupport.size())) == kNoSupport;
    if (filter_.cited().empty() || says_none) return {};
    shown_ = true;
    LAKE_RETURN_IF_ERROR(begin_());
    text = text_;
  }
  return text.empty() ? Status() : show_(text);
}

}  // namespace lake::answers
