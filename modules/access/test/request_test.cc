// Goal: a permission is granted by role alone, and an unknown role gets nothing. Method: the whole matrix.
#include "lake/access/request.h"

#include <gtest/gtest.h>

#include "lake/common_testing/result_matchers.h"

namespace lake::access {
namespace {

Request Holding(const std::string& role) {
  return {
      .caller = {.name = "x", .role = role}, .role = BuiltInRole(role), .context = {}, .snapshot = nullptr};
}

TEST(RequireTest, RolesReachExactlyTheirPermissions) {
  const std::vector<std::pair<std::string, Permission>> highest = {{"admin", Permission::kAdmin},
                                                                   {"recruiter", Permission::kWrite},
                                                                   {"analyst", Permission::kWrite},
                                                                   {"agent", Permission::kRead}};
  for (const auto& [role, most] : highest)
    for (Permission wanted :
         {Permission::kPublic, Permission::kRead, Permission::kWrite, Permission::kAdmin}) {
      Status status = Require(Holding(role), wanted);
      EXPECT_EQ(status.ok(), wanted <= most) << role << " " << NameOf(wanted);
      if (!status.ok()) EXPECT_THAT(status, IsError(ErrorCode::kPermissionDenied, "forbidden"));
    }
}

TEST(RequireTest, UnknownRoleReachesOnlyPublicRoutes) {
  Request stranger = Holding("janitor");
  stranger.role = std::make_shared<Role>(Role{.name = "janitor"});
  EXPECT_THAT(Require(stranger, Permission::kPublic), IsOk());
  EXPECT_THAT(Require(stranger, Permission::kRead), IsError(ErrorCode::kPermissionDenied, "forbidden"));
}

TEST(RequireTest, NoRoleMeansNotAuthenticated) {
  EXPECT_THAT(Require(Request{}, Permission::kRead), IsError(ErrorCode::kUnauthenticated, "no_credentials"));
}

}  // namespace
}  // namespace lake::access
