// Goal: only a key that was made here and is in force lets anybody in, and what is kept of it opens nothing.
// Method: keys are made, used, expired by the clock, revoked and reopened; the stored bytes are searched.
#include "lake/access/key_service.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "access_fixture.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::access {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class KeyServiceTest : public AccessFixture {
 protected:
  void SetUp() override {
    AccessFixture::SetUp();
    OpenKeys();
  }

  void OpenKeys() {
    keys_.reset();
    auto hash_keys =
        HashKeys::Open(*catalog_->snapshot(), (directory_.path() / "secrets").string(), random_, log_);
    LAKE_ASSERT_OK(hash_keys);
    hash_keys_ = std::move(*hash_keys);
    auto keys = KeyService::Open(Context{}, *catalog_, *store_, *hash_keys_, clock_, random_,
                                 [this](const RightsChange& change) { changes_.push_back(change); });
    LAKE_ASSERT_OK(keys);
    keys_ = std::move(*keys);
  }

  CreatedKey Make(const std::string& name, const std::string& role) {
    auto created = keys_->Create(As("admin"), {.name = name, .role = role, .expires_at = {}});
    EXPECT_TRUE(created.ok()) << created.error().ToString();
    return created.ok() ? *created : CreatedKey{};
  }

  Result<Principal> Enter(std::string_view secret) {
    return keys_->Authenticate(*catalog_->snapshot(), secret);
  }

  TempDir directory_;
  std::unique_ptr<HashKeys> hash_keys_;
  std::unique_ptr<KeyService> keys_;
  std::vector<RightsChange> changes_;
};

TEST_F(KeyServiceTest, AKeyLetsItsHolderIn) {
  const CreatedKey created = Make("anna", "analyst");
  EXPECT_EQ(created.secret.size(), 5u + 16 + 1 + 64);
  LAKE_ASSERT_OK_AND_ASSIGN(const Principal principal, Enter(created.secret));
  EXPECT_EQ(principal.name, "anna");
  EXPECT_EQ(principal.role, "analyst");
}

TEST_F(KeyServiceTest, TheFirstKeyBringsTheKeyOfHashes) {
  EXPECT_EQ(hash_keys_->current(), nullptr);
  const catalog::Version before = catalog_->snapshot()->version();
  Make("anna", "analyst");
  EXPECT_NE(hash_keys_->current(), nullptr);
  EXPECT_EQ(catalog_->snapshot()->version().number, before.number + 1);
}

TEST_F(KeyServiceTest, NothingElseDoes) {
  const std::string secret = Make("anna", "analyst").secret;
  std::string other_end = secret;
  other_end.back() = other_end.back() == '0' ? '1' : '0';
  std::string other_id = secret;
  other_id[6] = other_id[6] == '0' ? '1' : '0';
  for (const std::string& wrong : {std::string(), std::string("lake_"), secret.substr(1), secret + "0",
                                   other_end, other_id, std::string(86, 'x')})
    EXPECT_THAT(Enter(wrong), IsError(ErrorCode::kUnauthenticated, "invalid_key")) << wrong;
}

TEST_F(KeyServiceTest, AnExpiredKeyIsRefused) {
  const Timestamp end{clock_.Now().micros + 1'000'000};
  LAKE_ASSERT_OK_AND_ASSIGN(
      const CreatedKey created,
      keys_->Create(As("admin"), {.name = "anna", .role = "analyst", .expires_at = end}));
  LAKE_EXPECT_OK(Enter(created.secret));
  clock_.Advance(std::chrono::microseconds(1'000'000));
  EXPECT_THAT(Enter(created.secret), IsError(ErrorCode::kUnauthenticated, "key_expired"));
  EXPECT_FALSE(keys_->AnyInForce(*catalog_->snapshot(), [](const std::string&) { return true; }));
  EXPECT_THAT(keys_->Create(As("admin"), {.name = "late", .role = "analyst", .expires_at = end}),
              IsError(ErrorCode::kInvalidArgument, "bad_expiry"));
}

TEST_F(KeyServiceTest, KeysInForceAreAskedForByRole) {
  const auto any = [&](std::string_view wanted) {
    return keys_->AnyInForce(*catalog_->snapshot(), [&](const std::string& role) { return role == wanted; });
  };
  const CreatedKey created = Make("anna", "analyst");
  EXPECT_TRUE(any("analyst"));
  EXPECT_FALSE(any("admin"));
  LAKE_ASSERT_OK(keys_->Revoke(As("admin"), created.key.id));
  EXPECT_FALSE(any("analyst"));
}

TEST_F(KeyServiceTest, ARevokedKeyIsRefusedAndItsQueriesAreToBeStopped) {
  const CreatedKey created = Make("anna", "analyst");
  const catalog::Version before = catalog_->snapshot()->version();
  LAKE_ASSERT_OK_AND_ASSIGN(const Key revoked, keys_->Revoke(As("admin"), created.key.id));
  EXPECT_EQ(revoked.revoked_by, "someone");
  EXPECT_THAT(Enter(created.secret), IsError(ErrorCode::kUnauthenticated, "key_revoked"));
  ASSERT_EQ(changes_.size(), 1u);
  EXPECT_EQ(changes_.front().caller, "anna");
  EXPECT_GT(changes_.front().version, before);
  LAKE_EXPECT_OK(keys_->Revoke(As("admin"), created.key.id));
  EXPECT_EQ(changes_.size(), 1u);
  EXPECT_THAT(keys_->Revoke(As("admin"), KeyId("none")), IsError(ErrorCode::kNotFound, "key_not_found"));
}

TEST_F(KeyServiceTest, NamesInForceAreUnique) {
  const CreatedKey first = Make("anna", "analyst");
  EXPECT_THAT(keys_->Create(As("admin"), {.name = "anna", .role = "agent", .expires_at = {}}),
              IsError(ErrorCode::kAlreadyExists, "key_exists"));
  LAKE_ASSERT_OK(keys_->Revoke(As("admin"), first.key.id));
  Make("anna", "agent");
}

TEST_F(KeyServiceTest, BadNamesAndRolesAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("local"), std::string("a b"), std::string(65, 'a')})
    EXPECT_THAT(keys_->Create(As("admin"), {.name = name, .role = "analyst", .expires_at = {}}),
                IsError(ErrorCode::kInvalidArgument, "bad_key_name"));
  EXPECT_THAT(keys_->Create(As("admin"), {.name = "anna", .role = "king", .expires_at = {}}),
              IsError(ErrorCode::kNotFound, "role_not_found"));
}

TEST_F(KeyServiceTest, TheSecretIsNowhereInStorage) {
  const std::string secret = Make("anna", "analyst").secret;
  LAKE_ASSERT_OK(Enter(secret));
  LAKE_ASSERT_OK(keys_->FlushLastUses(Context{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const storage::ObjectPage page, store_->List(Context{}, {.prefix = ""}));
  ASSERT_GT(page.objects.size(), 1u);
  for (const storage::ObjectInfo& object : page.objects) {
    LAKE_ASSERT_OK_AND_ASSIGN(const std::string bytes, store_->Get(Context{}, object.key, {}));
    EXPECT_THAT(bytes, Not(HasSubstr(secret.substr(22)))) << object.key.text();
  }
}

TEST_F(KeyServiceTest, KeysAndLastUsesSurviveARestart) {
  const CreatedKey created = Make("anna", "analyst");
  EXPECT_FALSE(keys_->List(*catalog_->snapshot(), KeyId(), 10).front().last_used_at.has_value());
  clock_.Advance(std::chrono::seconds(5));
  LAKE_ASSERT_OK(Enter(created.secret));
  const Timestamp used = clock_.Now();
  LAKE_ASSERT_OK(keys_->FlushLastUses(Context{}));
  Reopen();
  OpenKeys();
  LAKE_EXPECT_OK(Enter(created.secret));
  const std::vector<Key> listed = keys_->List(*catalog_->snapshot(), KeyId(), 10);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed.front().last_used_at, used);
}

TEST_F(KeyServiceTest, AKeyInAFileIsForItsOwnerOnly) {
  const std::string path = (directory_.path() / "key").string();
  LAKE_ASSERT_OK_AND_ASSIGN(
      const CreatedKey created,
      keys_->CreateInFile(As("admin"), {.name = "admin", .role = "admin", .expires_at = {}}, path));
  struct stat info = {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), created.secret + "\n");
  EXPECT_THAT(keys_->CreateInFile(As("admin"), {.name = "other", .role = "admin", .expires_at = {}},
                                  (directory_.path() / "no" / "key").string()),
              IsError(ErrorCode::kUnavailable, "secret_not_written"));
  EXPECT_EQ(keys_->List(*catalog_->snapshot(), KeyId(), 10).size(), 1u);
}

TEST_F(KeyServiceTest, AKeyMayNameAProfile) {
  LAKE_ASSERT_OK_AND_ASSIGN(
      const CreatedKey created,
      keys_->Create(As("admin"), {.name = "anna", .role = "analyst", .expires_at = {}, .profile = "care"}));
  Make("bob", "analyst");
  EXPECT_EQ(created.key.profile, "care");
  Reopen();
  OpenKeys();
  const auto profile_of = [&](std::string_view holder) {
    return keys_->ProfileOf(*catalog_->snapshot(), holder);
  };
  EXPECT_THAT(profile_of("anna"), HasValue("care"));
  for (const std::string_view nobody : {"bob", "ann", ""})
    EXPECT_THAT(profile_of(nobody), IsError(ErrorCode::kNotFound, "profile_not_assigned")) << nobody;
  LAKE_ASSERT_OK(keys_->Revoke(As("admin"), created.key.id));
  EXPECT_THAT(profile_of("anna"), IsError(ErrorCode::kNotFound, "profile_not_assigned"));
}

}  // namespace
}  // namespace lake::access
