// What a route asks of its caller. A route without a permission does not compile.
#pragma once

#include <array>

#include "lake/common/describe.h"

namespace lake::access {

enum class Permission {
  kPublic,  ///< Anyone who reaches the port: liveness, version.
  kRead,    ///< Look at data and metadata the caller may see.
  kWrite,   ///< Add or change data.
  kAdmin,   ///< Change who may do what, and how the server runs.
};

}  // namespace lake::access

template <>
struct lake::DescribeEnum<lake::access::Permission> {
  using P = lake::access::Permission;
  static constexpr std::array kNames = {EnumName(P::kPublic, "public"), EnumName(P::kRead, "read"),
                                        EnumName(P::kWrite, "write"), EnumName(P::kAdmin, "admin")};
};
