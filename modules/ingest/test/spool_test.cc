// Goal: an upload is whole or leaves nothing behind. Method: a source that ends, grows or fails, and a look
// into the store.
#include "spool.h"

#include <gtest/gtest.h>

#include <cstring>

#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/storage/memory_store.h"

namespace lake::ingest {
namespace {

class TextSource final : public ByteSource {
 public:
  TextSource(std::string text, Status end) : text_(std::move(text)), end_(std::move(end)) {}
  Result<size_t> Read(std::span<char> buffer) override {
    const size_t count = std::min(buffer.size(), text_.size() - at_);
    if (count == 0 && !end_.ok()) return end_.error();
    std::memcpy(buffer.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  Status end_;
  size_t at_ = 0;
};

class SpoolTest : public ::testing::Test {
 protected:
  size_t Objects() { return ObjectsIn(*store_); }
  static size_t ObjectsIn(storage::ObjectStore& store) {
    auto page = store.List(Context{}, {.prefix = "_uploads/"});
    return page.ok() ? page->objects.size() : SIZE_MAX;
  }

  Result<Upload> Receive(ByteSource& source, UploadHold hold) {
    return spool_.Receive(Context{}, source, hold,
                          [this](std::string_view start) { starts_.emplace_back(start); });
  }

  FakeClock clock_;
  std::vector<std::string> starts_;
  SeededRandom random_{1};
  IngestOptions options_{.async_bytes = 10, .max_upload_bytes = 1000};
  std::shared_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
  std::shared_ptr<storage::ObjectStore> scratch_ = storage::MakeMemoryStore(clock_);
  Spool spool_{{.durable = store_, .scratch = scratch_}, clock_, random_, options_};
};

TEST_F(SpoolTest, SmallFilesStayInMemoryUnlessAJobNeedsThem) {
  TextSource small("0123456789", {});
  auto upload = Receive(small, UploadHold::kWhileRequest);
  LAKE_ASSERT_OK(upload);
  EXPECT_EQ(upload->bytes, 10u);
  EXPECT_EQ(upload->sha256, "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882");
  EXPECT_EQ(Objects(), 0u);
  TextSource again("0123456789", {});
  LAKE_ASSERT_OK(Receive(again, UploadHold::kDurable));
  EXPECT_EQ(Objects(), 1u);
}

TEST_F(SpoolTest, LargeFilesAreSpooledAndDiscarded) {
  TextSource large(std::string(900, 'x'), {});
  auto upload = Receive(large, UploadHold::kWhileSmall);
  LAKE_ASSERT_OK(upload);
  EXPECT_EQ(Objects(), 1u);
  EXPECT_THAT(store_->Get(Context{}, *storage::ObjectKey::Parse(upload->key), {}),
              HasValue(std::string(900, 'x')));
  EXPECT_THAT(starts_, testing::IsEmpty());  // All of it came at once: there was nothing to do meanwhile.
  LAKE_EXPECT_OK(spool_.Discard(Context{}, *upload));
  EXPECT_EQ(Objects(), 0u);
}

TEST_F(SpoolTest, WhatARequestWaitsForNeedsNoSync) {
  TextSource large(std::string(900, 'x'), {});
  auto upload = Receive(large, UploadHold::kWhileRequest);
  LAKE_ASSERT_OK(upload);
  EXPECT_EQ(upload->store, scratch_);
  EXPECT_EQ(Objects(), 0u);
  EXPECT_EQ(ObjectsIn(*scratch_), 1u);
  LAKE_EXPECT_OK(spool_.Discard(Context{}, *upload));
  EXPECT_EQ(ObjectsIn(*scratch_), 0u);
}

TEST_F(SpoolTest, TheStartOfALargeFileIsHandedOutWhileTheRestArrives) {
  options_ = {.async_bytes = 300'000, .max_upload_bytes = 1'000'000};
  const std::string text = std::string(262'144, 'a') + std::string(100'000, 'b');
  TextSource large(text, {});
  LAKE_ASSERT_OK(Receive(large, UploadHold::kWhileRequest));
  EXPECT_THAT(starts_, testing::ElementsAre(std::string(262'144, 'a')));
  TextSource for_a_job(text, {});
  LAKE_ASSERT_OK(Receive(for_a_job, UploadHold::kDurable));
  EXPECT_THAT(starts_, testing::SizeIs(1));
}

TEST_F(SpoolTest, RefusedAndBrokenUploadsLeaveNothing) {
  TextSource empty("", {});
  EXPECT_THAT(Receive(empty, UploadHold::kDurable), IsError(ErrorCode::kInvalidArgument, "empty_file"));
  TextSource huge(std::string(1001, 'x'), {});
  EXPECT_THAT(Receive(huge, UploadHold::kDurable),
              IsError(ErrorCode::kResourceExhausted, "upload_too_large"));
  TextSource broken(std::string(500, 'x'), Cancelled("client_gone", "the client went away"));
  EXPECT_THAT(Receive(broken, UploadHold::kDurable), IsError(ErrorCode::kCancelled, "client_gone"));
  EXPECT_EQ(Objects(), 0u);
}

TEST_F(SpoolTest, CollectKeepsWhatIsInUse) {
  TextSource one("1", {}), two("2", {});
  auto kept = Receive(one, UploadHold::kDurable);
  LAKE_ASSERT_OK(kept);
  LAKE_ASSERT_OK(Receive(two, UploadHold::kDurable));
  LAKE_EXPECT_OK(spool_.Collect(Context{}, {kept->key}));
  EXPECT_EQ(Objects(), 1u);
  LAKE_EXPECT_OK(store_->Head(Context{}, *storage::ObjectKey::Parse(kept->key)));
}

}  // namespace
}  // namespace lake::ingest
