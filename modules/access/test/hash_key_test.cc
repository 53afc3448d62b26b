// Goal: hash masks stay comparable over restarts, and a lost key is never replaced in silence. Method: the
// key file is kept, lost, exchanged and laid open.
#include "lake/access/hash_key.h"

#include <sys/stat.h>

#include <filesystem>

#include "access_fixture.h"
#include "lake/access/secret_file.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::access {
namespace {

class HashKeyTest : public AccessFixture {
 protected:
  Result<std::unique_ptr<HashKeys>> Open() {
    return HashKeys::Open(*catalog_->snapshot(), path_, random_, log_);
  }
  /// What making the first API key does.
  void MakeFirst(HashKeys& keys) {
    auto action = keys.MakeFirst(*catalog_->snapshot());
    LAKE_ASSERT_OK(action);
    ASSERT_TRUE(action->has_value());
    Commit(**action);
  }

  TempDir directory_;
  std::string path_ = (directory_.path() / "secrets").string();
};

TEST_F(HashKeyTest, TheKeyIsMadeOnceAndKept) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto keys, Open());
  EXPECT_EQ(keys->current(), nullptr);
  MakeFirst(*keys);
  ASSERT_NE(keys->current(), nullptr);
  EXPECT_FALSE(keys->MakeFirst(*catalog_->snapshot())->has_value());
  Reopen();
  LAKE_ASSERT_OK_AND_ASSIGN(const auto again, Open());
  ASSERT_NE(again->current(), nullptr);
  EXPECT_EQ(*keys->current(), *again->current());
}

TEST_F(HashKeyTest, AKeyWhoseCommitFailedIsTheOneThatIsUsedNext) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto keys, Open());
  LAKE_ASSERT_OK(keys->MakeFirst(*catalog_->snapshot()));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto again, Open());
  MakeFirst(*again);
  EXPECT_EQ(*keys->current(), *again->current());
}

TEST_F(HashKeyTest, ALostOrExchangedKeyIsNone) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto keys, Open());
  MakeFirst(*keys);
  std::filesystem::rename(path_, path_ + ".away");
  LAKE_ASSERT_OK_AND_ASSIGN(const auto lost, Open());
  EXPECT_EQ(lost->current(), nullptr);
  EXPECT_FALSE(lost->MakeFirst(*catalog_->snapshot())->has_value());
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_EQ(log_.Count("hash_key_missing"), 1u);
  LAKE_ASSERT_OK(WriteSecretFile(path_, R"({"hash_key":")" + std::string(64, 'a') + R"("})"));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto exchanged, Open());
  EXPECT_EQ(exchanged->current(), nullptr);
  std::filesystem::rename(path_ + ".away", path_);
  LAKE_ASSERT_OK_AND_ASSIGN(const auto back, Open());
  EXPECT_NE(back->current(), nullptr);
}

TEST_F(HashKeyTest, AFileOthersMayReadIsRefused) {
  LAKE_ASSERT_OK(WriteSecretFile(path_, "x"));
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  EXPECT_THAT(Open(), IsError(ErrorCode::kFailedPrecondition, "secret_readable_by_others"));
}

TEST_F(HashKeyTest, AFileOfSomethingElseIsRefused) {
  LAKE_ASSERT_OK(WriteSecretFile(path_, "hello"));
  EXPECT_THAT(Open(), IsError(ErrorCode::kFailedPrecondition, "bad_secrets_file"));
}

}  // namespace
}  // namespace lake::access
