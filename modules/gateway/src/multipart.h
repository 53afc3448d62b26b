// multipart/form-data (RFC 7578) with exactly one part, read in constant memory. Strict where leniency would
// let two programs see two different files: no preamble, boundaries only at the start of a line, bounded part
// headers.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lake/gateway/exchange.h"

namespace lake::gateway {

struct MultipartFile {
  std::string field;         ///< Name of the form field.
  std::string file_name;     ///< Without directories; may be empty.
  std::string content_type;  ///< May be empty.
};

/// One thread. Errors of all: invalid_argument/bad_multipart, those of the body. After an error it is of no
/// use.
class MultipartReader {
 public:
  /// `body` must outlive it.
  MultipartReader(BodyReader& body, std::string_view boundary)
      : body_(body), delimiter_("\r\n--" + std::string(boundary)), buffer_("\r\n") {}

  /// 1–70 characters of RFC 2046, section 5.1.1. Error: invalid_argument/bad_multipart.
  static Result<std::string> BoundaryOf(std::string_view content_type);

  /// Once, first.
  Result<MultipartFile> ReadHead();
  /// Bytes of the part; 0 at its end, when the rest of the body has been read too: further parts are refused
  /// (invalid_argument/unexpected_part), an epilogue is skipped up to 64 KiB.
  Result<size_t> Read(std::span<char> buffer);

 private:
  Result<size_t> Fill();
  /// Until there are `count` bytes. False at the end of the body.
  Result<bool> FillTo(size_t count);
  Result<std::string> ReadLine(size_t most);
  Status ReadEnd();

  BodyReader& body_;
  const std::string delimiter_;
  std::string buffer_;
  size_t begin_ = 0;  ///< Of buffer_: used up.
  size_t clean_ = 0;  ///< Of buffer_: bytes before this are data, no delimiter begins there.
  bool ended_ = false;
};

}  // namespace lake::gateway
