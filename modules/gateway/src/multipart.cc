#include "multipart.h"

#include <algorithm>
#include <cstring>

#include "lake/common/utf8.h"
#include "media_type.h"
#include "text.h"

namespace lake::gateway {
namespace {

constexpr size_t kReadBytes = 64u << 10;
constexpr size_t kMostHeaderBytes = 8u << 10;  // A file name and a media type; anything longer is no form.
constexpr size_t kMostEpilogueBytes = 64u << 10;
constexpr std::string_view kBoundaryCharacters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ";

template <class... Args>
Error Bad(fmt::format_string<Args...> format, Args&&... args) {
  return InvalidArgument("bad_multipart", format, std::forward<Args>(args)...);
}

/// Browsers of old sent whole paths.
std::string BaseName(std::string_view path) {
  const size_t slash = path.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

Status TakeDisposition(std::string_view value, MultipartFile* file) {
  if (MediaTypeOf(value) != "form-data") return Bad("a part is no form-data");
  const std::optional<std::string> field = ParameterOf(value, "name");
  if (!field) return Bad("a part has no name");
  file->field = *field;
  file->file_name = BaseName(ParameterOf(value, "filename").value_or(""));
  if (!IsUtf8(file->file_name) || std::ranges::any_of(file->file_name, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      }))
    return Bad("the file name is not UTF-8 without control characters");
  return {};
}

}  // namespace

Result<std::string> MultipartReader::BoundaryOf(std::string_view content_type) {
  const std::optional<std::string> boundary = ParameterOf(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70 || boundary->ends_with(' ') ||
      boundary->find_first_not_of(kBoundaryCharacters) != std::string::npos)
    return Bad("Content-Type has no well-formed boundary");
  return *boundary;
}

Result<size_t> MultipartReader::Fill() {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    clean_ -= std::min(clean_, begin_);
    begin_ = 0;
  }
  const size_t before = buffer_.size();
  Result<size_t> count = size_t{0};
  buffer_.resize_and_overwrite(before + kReadBytes, [&](char* bytes, size_t) {
    count = body_.Read(std::span(bytes + before, kReadBytes));
    return before + (count.ok() ? *count : 0);
  });
  return count;
}

Result<bool> MultipartReader::FillTo(size_t count) {
  while (buffer_.size() - begin_ < count) {
    LAKE_ASSIGN_OR_RETURN(const size_t filled, Fill());
    if (filled == 0) return false;
  }
  return true;
}

Result<std::string> MultipartReader::ReadLine(size_t most) {
  for (;;) {
    const size_t end = buffer_.find("\r\n", begin_);
    if (end != std::string::npos && end - begin_ <= most) {
      std::string line = buffer_.substr(begin_, end - begin_);
      begin_ = end + 2;
      return line;
    }
    if (buffer_.size() - begin_ > most + 2)
      return Bad("a part has more than {} bytes of headers", kMostHeaderBytes);
    LAKE_ASSIGN_OR_RETURN(const size_t filled, Fill());
    if (filled == 0) return Bad("the body ends inside a part's headers");
  }
}

Result<MultipartFile> MultipartReader::ReadHead() {
  LAKE_ASSIGN_OR_RETURN(const bool enough, FillTo(delimiter_.size()));
  if (!enough || !std::string_view(buffer_).substr(begin_).starts_with(delimiter_))
    return Bad("the body does not begin with the boundary");
  begin_ += delimiter_.size();
  LAKE_ASSIGN_OR_RETURN(const std::string padding, ReadLine(kMostHeaderBytes));
  if (!Trim(padding).empty()) return Bad("the first boundary is followed by something else than a line end");
  MultipartFile file;
  size_t left = kMostHeaderBytes;
  bool has_disposition = false;
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const std::string line, ReadLine(left));
    if (line.empty()) break;
    left -= line.size();
    std::string_view value = line;
    const std::string_view name = Trim(CutAt(':', &value));
    if (EqualsIgnoringCase(name, "content-disposition")) {
      if (has_disposition) return Bad("a part has two Content-Disposition headers");
      has_disposition = true;
      LAKE_RETURN_IF_ERROR(TakeDisposition(Trim(value), &file));
    } else if (EqualsIgnoringCase(name, "content-type")) {
      file.content_type = MediaTypeOf(value);
    } else if (EqualsIgnoringCase(name, "content-transfer-encoding") &&
               !EqualsIgnoringCase(Trim(value), "binary") && !EqualsIgnoringCase(Trim(value), "8bit") &&
               !EqualsIgnoringCase(Trim(value), "7bit")) {
      return Bad("a part has a transfer encoding");
    }
  }
  if (!has_disposition) return Bad("a part has no Content-Disposition header");
  // The line end of the empty line may be the one a delimiter starts with: an empty file.
  begin_ -= 2;
  clean_ = begin_;
  LAKE_ASSIGN_OR_RETURN(const bool more, FillTo(delimiter_.size()));
  if (!more || !std::string_view(buffer_).substr(begin_).starts_with(delimiter_)) begin_ += 2;
  clean_ = std::max(clean_, begin_);
  return file;
}

Result<size_t> MultipartReader::Read(std::span<char> buffer) {
  while (!ended_ && clean_ == begin_) {
    const size_t found = buffer_.find(delimiter_, begin_);
    if (found == begin_) {
      LAKE_RETURN_IF_ERROR(ReadEnd());
      break;
    }
    // A delimiter may begin in the last bytes that are here.
    const size_t unsure = delimiter_.size() - 1;
    clean_ = found != std::string::npos ? found
                                        : std::max(begin_, buffer_.size() - std::min(buffer_.size(), unsure));
    if (clean_ > begin_) break;
    LAKE_ASSIGN_OR_RETURN(const size_t filled, Fill());
    clean_ = begin_;
    if (filled == 0) return Bad("the body ends inside a part");
  }
  const size_t count = std::min(buffer.size(), clean_ - begin_);
  if (ended_ || count == 0) return size_t{0};
  std::memcpy(buffer.data(), buffer_.data() + begin_, count);
  begin_ += count;
  return count;
}

Status MultipartReader::ReadEnd() {
  begin_ += delimiter_.size();
  LAKE_ASSIGN_OR_RETURN(const bool enough, FillTo(2));
  if (!enough) return Bad("the body ends inside a boundary");
  const std::string_view next = std::string_view(buffer_).substr(begin_, 2);
  if (next == "\r\n" || next.starts_with(' ') || next.starts_with('\t'))
    return InvalidArgument("unexpected_part", "the form has more than the one part 'file'");
  if (next != "--") return Bad("the boundary is followed by something else than its end");
  begin_ += 2;
  size_t epilogue = 0;
  for (;;) {
    epilogue += buffer_.size() - begin_;
    begin_ = buffer_.size();
    if (epilogue > kMostEpilogueBytes) return Bad("there are too many bytes behind the last boundary");
    LAKE_ASSIGN_OR_RETURN(const size_t filled, Fill());
    if (filled == 0) break;
  }
  ended_ = true;
  clean_ = begin_;
  return {};
}

}  // namespace lake::gateway
