// The files of the page at /, compiled in.
#pragma once

#include <string_view>

namespace lake::gateway {

struct PageFile {
  std::string_view text;
  std::string_view etag;  ///< Strong, in its quotes; of the text.
};

extern const PageFile kPageHtml;
extern const PageFile kPageCss;
extern const PageFile kPageScript;

}  // namespace lake::gateway
