// Goal: a role is what was last committed for it, bad definitions are refused with their place, and nobody
// can lock the administrators out. Method: roles are put, read back after a restart, deleted, and defined
// wrongly.
#include "lake/access/role_service.h"

#include <gmock/gmock.h>

#include "access_fixture.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::access {
namespace {

using testing::ElementsAre;

class RoleServiceTest : public AccessFixture {
 protected:
  void SetUp() override {
    AccessFixture::SetUp();
    OpenRoles();
  }

  void OpenRoles() {
    roles_ = std::make_unique<RoleService>(
        *catalog_,
        [](const Context&, std::string_view condition,
           const std::vector<catalog::Column>* columns) -> Status {
          if (condition == "bad") return InvalidArgument("bad_row_filter", "it is bad");
          if (condition == "unknown dataset" && columns != nullptr) return Internal("test", "it is known");
          return {};
        },
        [this](const RightsChange& change) { changes_.push_back(change); });
  }

  std::unique_ptr<RoleService> roles_;
  std::vector<RightsChange> changes_;
};

TEST_F(RoleServiceTest, BuiltInRolesAreThere) {
  std::vector<std::string> names;
  for (const RoleRef& role : roles_->List(*catalog_->snapshot())) names.push_back(role->name);
  EXPECT_THAT(names, ElementsAre("admin", "recruiter", "analyst", "agent"));
  EXPECT_EQ(roles_->Find(*catalog_->snapshot(), "king"), nullptr);
}

TEST_F(RoleServiceTest, ARoleIsWhatWasLastCommitted) {
  const catalog::SnapshotRef before = catalog_->snapshot();
  Role role{.name = "sales",
            .permissions = {Permission::kRead},
            .columns = {{"people", {{"email", Mask{.keep_prefix = 3, .keep_suffix = 2}}}}},
            .row_filters = {{"people", "id > 1"}}};
  LAKE_ASSERT_OK(roles_->Put(As("admin"), role));
  EXPECT_EQ(roles_->Find(*before, "sales"), nullptr);
  Reopen();
  OpenRoles();
  const RoleRef kept = roles_->Find(*catalog_->snapshot(), "sales");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(WriteJson(ToJson(*kept)), WriteJson(ToJson(role)));
  EXPECT_TRUE(kept->Has(Permission::kRead));
  EXPECT_FALSE(kept->Has(Permission::kWrite));
  role.row_filters.clear();
  LAKE_ASSERT_OK(roles_->Put(As("admin"), role));
  EXPECT_TRUE(roles_->Find(*catalog_->snapshot(), "sales")->row_filters.empty());
  ASSERT_EQ(changes_.size(), 2u);
  EXPECT_EQ(changes_.back().role, "sales");
  EXPECT_EQ(changes_.back().caller, "");
}

TEST_F(RoleServiceTest, ABuiltInRoleCanBeChangedAndPutBack) {
  Role recruiter = *BuiltInRole("recruiter");
  recruiter.sensitivity.pii = Absent{};
  LAKE_ASSERT_OK(roles_->Put(As("admin"), recruiter));
  EXPECT_TRUE(
      std::holds_alternative<Absent>(roles_->Find(*catalog_->snapshot(), "recruiter")->sensitivity.pii));
  LAKE_ASSERT_OK(roles_->Delete(As("admin"), "recruiter"));
  EXPECT_TRUE(
      std::holds_alternative<Clear>(roles_->Find(*catalog_->snapshot(), "recruiter")->sensitivity.pii));
  LAKE_EXPECT_OK(roles_->Delete(As("admin"), "recruiter"));
}

TEST_F(RoleServiceTest, AdminStaysAdmin) {
  EXPECT_THAT(roles_->Put(As("admin"), Role{.name = "admin"}),
              IsError(ErrorCode::kFailedPrecondition, "role_is_fixed"));
  EXPECT_THAT(roles_->Delete(As("admin"), "admin"), IsError(ErrorCode::kFailedPrecondition, "role_is_fixed"));
}

TEST_F(RoleServiceTest, BadDefinitionsAreRefused) {
  const auto put = [&](Role role) { return roles_->Put(As("admin"), std::move(role)); };
  EXPECT_THAT(put(Role{.name = "Sales"}), IsError(ErrorCode::kInvalidArgument, "bad_role"));
  EXPECT_THAT(put(Role{.name = "x", .permissions = {Permission::kPublic}}),
              IsError(ErrorCode::kInvalidArgument, "bad_role"));
  EXPECT_THAT(put(Role{.name = "x", .columns = {{"a", {}}, {"A", {}}}}),
              IsError(ErrorCode::kInvalidArgument, "bad_role"));
  EXPECT_THAT(put(Role{.name = "x", .columns = {{"a", {{"b", Clear{}}, {"B", Hash{}}}}}}),
              IsError(ErrorCode::kInvalidArgument, "bad_role"));
  const auto filter = put(Role{.name = "x", .row_filters = {{"people", "bad"}}});
  EXPECT_THAT(filter, IsError(ErrorCode::kInvalidArgument, "bad_row_filter"));
  EXPECT_THAT(filter.error().details(), ElementsAre(ErrorDetail{"/row_filters/people", "it is bad"}));
  LAKE_EXPECT_OK(put(Role{.name = "x", .row_filters = {{"later", "unknown dataset"}}}));
}

TEST_F(RoleServiceTest, ARoleThatAKeyHasStays) {
  LAKE_ASSERT_OK(roles_->Put(As("admin"), Role{.name = "sales"}));
  const TempDir directory;
  LAKE_ASSERT_OK_AND_ASSIGN(
      const auto hash_keys,
      HashKeys::Open(*catalog_->snapshot(), (directory.path() / "secrets").string(), random_, log_));
  LAKE_ASSERT_OK_AND_ASSIGN(
      const auto keys, KeyService::Open(Context{}, *catalog_, *store_, *hash_keys, clock_, random_, nullptr));
  LAKE_ASSERT_OK_AND_ASSIGN(const CreatedKey created,
                            keys->Create(As("admin"), {.name = "sam", .role = "sales", .expires_at = {}}));
  EXPECT_THAT(roles_->Delete(As("admin"), "sales"), IsError(ErrorCode::kFailedPrecondition, "role_in_use"));
  LAKE_ASSERT_OK(keys->Revoke(As("admin"), created.key.id));
  LAKE_EXPECT_OK(roles_->Delete(As("admin"), "sales"));
  EXPECT_THAT(roles_->Delete(As("admin"), "sales"), IsError(ErrorCode::kNotFound, "role_not_found"));
}

}  // namespace
}  // namespace lake::access
