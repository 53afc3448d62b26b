// An index goes to another bucket.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <tuple>

#include "lake/common/describe.h"

namespace lake::vector {

/// What a move was asked for: fixed when it was accepted, so that it does the same after a crash.
struct IndexMove {
  std::string index_name;
  std::string from;  ///< Bucket.
  std::string to;
  std::string moved_by;
};

struct IndexMoved {
  std::string index_name;
  std::string from;
  std::string bucket;  ///< Where it is now.
  uint64_t objects = 0;
  uint64_t bytes = 0;
};

/// Told of bytes that are copied, of so many.
using MoveProgress = std::function<void(uint64_t done, uint64_t total)>;

}  // namespace lake::vector

template <>
struct lake::Describe<lake::vector::IndexMove> {
  using T = lake::vector::IndexMove;
  static constexpr auto kFields = std::tuple{Required("index_name", &T::index_name, "The index."),
                                             Required("from", &T::from, "Bucket that it leaves."),
                                             Required("to", &T::to, "Bucket that it goes to."),
                                             Required("moved_by", &T::moved_by, "Who asked for it.")};
};
template <>
struct lake::Describe<lake::vector::IndexMoved> {
  using T = lake::vector::IndexMoved;
  static constexpr std::string_view kName = "IndexMoved";
  static constexpr auto kFields = std::tuple{Required("index_name", &T::index_name, "The index."),
                                             Required("from", &T::from, "Bucket where it was."),
                                             Required("bucket", &T::bucket, "Bucket where it is."),
                                             Required("objects", &T::objects, "Objects that were copied."),
                                             Required("bytes", &T::bytes, "Their bytes.")};
};
