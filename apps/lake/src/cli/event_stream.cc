#include "event_stream.h"

namespace lake::app {
namespace {

constexpr std::string_view kName = "event: ";
constexpr std::string_view kData = "data: ";

}  // namespace

Status EventStream::Add(std::string_view bytes) {
  rest_ += bytes;
  size_t begin = 0;
  for (size_t end = 0; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1)
    LAKE_RETURN_IF_ERROR(TakeLine(std::string_view(rest_).substr(begin, end - begin)));
  rest_.erase(0, begin);
  return {};
}

Status EventStream::TakeLine(std::string_view line) {
  if (line.starts_with(kName)) name_ = line.substr(kName.size());
  if (line.starts_with(kData)) data_ = line.substr(kData.size());
  if (!line.empty()) return {};
  Status taken = take_(name_, data_);
  name_.clear();
  data_.clear();
  return taken;
}

}  // namespace lake::app
