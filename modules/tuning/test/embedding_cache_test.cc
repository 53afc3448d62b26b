// Goal: vectors are loaded once for all who ask, and what is in use is not evicted. Method: a cache with room
// for two of three, loads that count and that wait for the test.
#include "lake/tuning/embedding_cache.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "lake/common_testing/result_matchers.h"

namespace lake::tuning {
namespace {

class EmbeddingCacheTest : public testing::Test {
 protected:
  Result<EmbeddingCache::Lease> Get(const std::string& generation) {
    return cache_.Get(Context{}, generation, 100, [&]() -> Result<CachedVectors> {
      ++loads_;
      return CachedVectors{.values = {1, 2}, .ids = {0}, .dimensions = 2};
    });
  }

  EmbeddingCache cache_{200};
  std::atomic<int> loads_ = 0;
};

TEST_F(EmbeddingCacheTest, KeepsWhatWasUsedLast) {
  for (const char* generation : {"a", "b", "a", "c"}) LAKE_EXPECT_OK(Get(generation));
  EXPECT_EQ(loads_, 3);
  const EmbeddingCacheStats stats = cache_.stats();
  EXPECT_EQ(stats.hits, 1u);
  EXPECT_EQ(stats.misses, 3u);
  EXPECT_EQ(stats.evictions, 1u);
  EXPECT_EQ(stats.entries, 2u);
  EXPECT_EQ(stats.bytes, 200u);
  LAKE_EXPECT_OK(Get("a"));
  EXPECT_EQ(loads_, 3);
  LAKE_EXPECT_OK(Get("b"));  // It was the one that left.
  EXPECT_EQ(loads_, 4);
}

TEST_F(EmbeddingCacheTest, WhatIsInUseStays) {
  LAKE_ASSERT_OK_AND_ASSIGN(EmbeddingCache::Lease a, Get("a"));
  LAKE_ASSERT_OK_AND_ASSIGN(const EmbeddingCache::Lease b, Get("b"));
  EXPECT_EQ(cache_.stats().pinned, 2u);
  EXPECT_THAT(Get("c"), IsError(ErrorCode::kResourceExhausted, "embedding_cache_full"));
  EXPECT_EQ(a->matrix().rows, 1u);
  a.reset();
  EXPECT_EQ(cache_.stats().pinned, 1u);
  LAKE_EXPECT_OK(Get("c"));
  LAKE_EXPECT_OK(Get("b"));
  EXPECT_EQ(loads_, 3);
}

TEST_F(EmbeddingCacheTest, WhatIsTooLargeIsRefusedAndWhatFailsIsForgotten) {
  const auto never = []() -> Result<CachedVectors> { return Internal("not_reached", "loaded"); };
  EXPECT_THAT(cache_.Get(Context{}, "large", 201, never),
              IsError(ErrorCode::kResourceExhausted, "embedding_cache_full"));
  EXPECT_THAT(cache_.Get(Context{}, "a", 200, never), IsError(ErrorCode::kInternal, "not_reached"));
  EXPECT_EQ(cache_.stats().bytes, 0u);
  LAKE_EXPECT_OK(Get("a"));
}

TEST_F(EmbeddingCacheTest, ManyWhoAskAtOnceWaitForOneLoad) {
  std::atomic<int> begun = 0;
  std::atomic<bool> open = false;
  const auto slow = [&]() -> Result<CachedVectors> {
    ++begun;
    while (!open) std::this_thread::yield();
    return CachedVectors{.values = {1, 2}, .ids = {0}, .dimensions = 2};
  };
  std::atomic<int> ok = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { ok += cache_.Get(Context{}, "a", 100, slow).ok() ? 1 : 0; });
  while (begun == 0) std::this_thread::yield();
  CancelSource source;
  source.Cancel("by_request");
  EXPECT_THAT(cache_.Get(Context{.cancel = source.token()}, "a", 100, slow),
              IsError(ErrorCode::kCancelled, "by_request"));
  open = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(ok, 4);
  EXPECT_EQ(cache_.stats().pinned, 0u);
}

}  // namespace
}  // namespace lake::tuning
