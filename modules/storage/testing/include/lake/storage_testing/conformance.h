// The contract of object_store.h as tests that every store passes. Include it in one file of a test program
// and name the stores:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(&MakeMemoryUnderTest));
#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/storage/object_store.h"
#include "lake/storage_testing/listing.h"

namespace lake::storage {

/// A new and empty store with all it stands on.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ObjectStore& store() = 0;
};

class StoreConformance : public testing::TestWithParam<std::unique_ptr<StoreUnderTest> (*)()> {
 protected:
  ObjectStore& store() { return under_test_->store(); }

  Result<Etag> Put(std::string_view key, std::string_view bytes, const PutMode& mode) {
    return store().Put(Context(), KeyOf(key), bytes, mode);
  }
  Result<std::string> Get(std::string_view key) { return store().Get(Context(), KeyOf(key), ByteRange{}); }
  Result<std::string> GetRange(std::string_view key, const ByteRange& range) {
    return store().Get(Context(), KeyOf(key), range);
  }

 private:
  std::unique_ptr<StoreUnderTest> under_test_ = GetParam()();
};

TEST_P(StoreConformance, GivesBackWhatWasPut) {
  const std::string binary("\0\n\r\xff{}", 6);
  const std::string large(1 << 20, 'x');
  for (const std::string& bytes : {std::string(), binary, large}) {
    LAKE_ASSERT_OK(Put("a/b", bytes, Overwrite{}));
    EXPECT_THAT(Get("a/b"), HasValue(bytes));
  }
}

TEST_P(StoreConformance, AnEtagBelongsToOneVersion) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Etag first, Put("a", "1", Overwrite{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const Etag second, Put("a", "2", Overwrite{}));
  EXPECT_NE(first, second);
  LAKE_ASSERT_OK_AND_ASSIGN(const ObjectInfo info, store().Head(Context(), KeyOf("a")));
  EXPECT_EQ(info.etag, second);
  EXPECT_EQ(info.key.text(), "a");
  EXPECT_EQ(info.size, 1u);
  LAKE_ASSERT_OK_AND_ASSIGN(const ObjectPage page, store().List(Context(), {}));
  ASSERT_EQ(page.objects.size(), 1u);
  EXPECT_EQ(page.objects[0].etag, second);
  EXPECT_EQ(page.objects[0].size, 1u);
  EXPECT_EQ(page.objects[0].modified, info.modified);
}

TEST_P(StoreConformance, EtagsAreNotReusedByQuickRewrites) {
  std::set<std::string> etags;
  for (int i = 0; i < 50; ++i) {
    LAKE_ASSERT_OK_AND_ASSIGN(const Etag etag, Put("counter", "same size", Overwrite{}));
    EXPECT_TRUE(etags.insert(etag.value()).second) << "rewrite " << i;
  }
}

TEST_P(StoreConformance, IfAbsentKeepsWhatIsThere) {
  LAKE_ASSERT_OK(Put("log/1", "winner", IfAbsent{}));
  EXPECT_THAT(Put("log/1", "loser", IfAbsent{}), IsError(ErrorCode::kFailedPrecondition, "object_exists"));
  EXPECT_THAT(Get("log/1"), HasValue("winner"));
  LAKE_ASSERT_OK(store().Delete(Context(), KeyOf("log/1")));
  LAKE_EXPECT_OK(Put("log/1", "second life", IfAbsent{}));
}

TEST_P(StoreConformance, IfMatchReplacesOnlyTheNamedVersion) {
  EXPECT_THAT(Put("p", "x", IfMatch{Etag("1-2-3")}), IsError(ErrorCode::kAborted, "etag_mismatch"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Etag first, Put("p", "one", Overwrite{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const Etag second, Put("p", "two", IfMatch{first}));
  EXPECT_THAT(Put("p", "three", IfMatch{first}), IsError(ErrorCode::kAborted, "etag_mismatch"));
  EXPECT_THAT(Get("p"), HasValue("two"));
  LAKE_EXPECT_OK(Put("p", "three", IfMatch{second}));
  EXPECT_THAT(Get("p"), HasValue("three"));
}

TEST_P(StoreConformance, RangesAreClipped) {
  LAKE_ASSERT_OK(Put("r", "0123456789", Overwrite{}));
  EXPECT_THAT(GetRange("r", {.offset = 2, .length = 3}), HasValue("234"));
  EXPECT_THAT(GetRange("r", {.offset = 8, .length = 100}), HasValue("89"));
  EXPECT_THAT(GetRange("r", {.offset = 10, .length = 1}), HasValue(""));
  EXPECT_THAT(GetRange("r", {.offset = UINT64_MAX, .length = 1}), HasValue(""));
  EXPECT_THAT(GetRange("r", {.offset = 0, .length = 0}), HasValue(""));
  EXPECT_THAT(GetRange("r", {.offset = 5}), HasValue("56789"));
}

TEST_P(StoreConformance, WhatIsMissingIsNotFound) {
  const auto not_found = IsError(ErrorCode::kNotFound, "object_not_found");
  LAKE_ASSERT_OK(Put("dir/object", "x", Overwrite{}));
  for (const char* key : {"nothing", "no/such/place", "dir"}) {
    EXPECT_THAT(Get(key), not_found) << key;
    EXPECT_THAT(store().Head(Context(), KeyOf(key)), not_found) << key;
    EXPECT_THAT(store().Open(Context(), KeyOf(key)), not_found) << key;
    LAKE_EXPECT_OK(store().Delete(Context(), KeyOf(key))) << key;
  }
  EXPECT_THAT(Get("dir/object"), HasValue("x"));
}

TEST_P(StoreConformance, DeleteRemovesOneObject) {
  LAKE_ASSERT_OK(Put("d/one", "1", Overwrite{}));
  LAKE_ASSERT_OK(Put("d/two", "2", Overwrite{}));
  LAKE_ASSERT_OK(store().Delete(Context(), KeyOf("d/one")));
  EXPECT_THAT(Get("d/one"), IsError(ErrorCode::kNotFound, "object_not_found"));
  EXPECT_THAT(Get("d/two"), HasValue("2"));
  LAKE_ASSERT_OK(store().Delete(Context(), KeyOf("d/two")));
  EXPECT_THAT(ListAll(store(), {.delimiter = "/"}), testing::IsEmpty());
  LAKE_EXPECT_OK(Put("d", "a key where a directory was", IfAbsent{}));
}

TEST_P(StoreConformance, WritersPutInPieces) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto writer, store().StartPut(Context(), KeyOf("w/x"), IfAbsent{}));
  LAKE_ASSERT_OK(writer->Append("one "));
  LAKE_ASSERT_OK(writer->Append(""));
  LAKE_ASSERT_OK(writer->Append("two"));
  EXPECT_THAT(Get("w/x"), IsError(ErrorCode::kNotFound, "object_not_found"));
  EXPECT_THAT(ListAll(store(), {}), testing::IsEmpty());
  LAKE_ASSERT_OK_AND_ASSIGN(const Etag etag, writer->Finish());
  EXPECT_THAT(Get("w/x"), HasValue("one two"));
  LAKE_ASSERT_OK_AND_ASSIGN(const ObjectInfo info, store().Head(Context(), KeyOf("w/x")));
  EXPECT_EQ(info.etag, etag);
}

TEST_P(StoreConformance, AnUnfinishedWriterLeavesNothing) {
  {
    LAKE_ASSERT_OK_AND_ASSIGN(const auto writer, store().StartPut(Context(), KeyOf("w"), Overwrite{}));
    LAKE_ASSERT_OK(writer->Append("half"));
  }
  EXPECT_THAT(Get("w"), IsError(ErrorCode::kNotFound, "object_not_found"));
  EXPECT_THAT(ListAll(store(), {}), testing::IsEmpty());
}

TEST_P(StoreConformance, AWritersConditionHoldsWhenItFinishes) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Etag old, Put("match", "old", Overwrite{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto absent, store().StartPut(Context(), KeyOf("absent"), IfAbsent{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto match, store().StartPut(Context(), KeyOf("match"), IfMatch{old}));
  LAKE_ASSERT_OK(absent->Append("late"));
  LAKE_ASSERT_OK(match->Append("late"));
  LAKE_ASSERT_OK(Put("absent", "early", IfAbsent{}));
  LAKE_ASSERT_OK(Put("match", "early", IfMatch{old}));
  EXPECT_THAT(absent->Finish(), IsError(ErrorCode::kFailedPrecondition, "object_exists"));
  EXPECT_THAT(match->Finish(), IsError(ErrorCode::kAborted, "etag_mismatch"));
  EXPECT_THAT(Get("absent"), HasValue("early"));
  EXPECT_THAT(Get("match"), HasValue("early"));
}

TEST_P(StoreConformance, AReaderKeepsItsVersion) {
  LAKE_ASSERT_OK(Put("v", "version one", Overwrite{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto reader, store().Open(Context(), KeyOf("v")));
  LAKE_ASSERT_OK(Put("v", "2", Overwrite{}));
  LAKE_ASSERT_OK(store().Delete(Context(), KeyOf("v")));
  EXPECT_EQ(reader->size(), 11u);
  std::string buffer(20, '.');
  EXPECT_THAT(reader->ReadAt(8, buffer), HasValue(3u));
  EXPECT_EQ(buffer.substr(0, 4), "one.");
  EXPECT_THAT(reader->ReadAt(11, buffer), HasValue(0u));
  EXPECT_THAT(reader->ReadAt(UINT64_MAX, buffer), HasValue(0u));
}

TEST_P(StoreConformance, ListsInByteOrder) {
  const std::set<std::string> keys = {"a-b", "a.b", "a/b", "a0", "a/b-c/d", "a/b.c", "B", "\xc3\xa9/x", "z"};
  for (const std::string& key : keys) LAKE_ASSERT_OK(Put(key, key, Overwrite{}));
  EXPECT_THAT(ListAll(store(), {.limit = 2}), testing::ElementsAreArray(keys));
  EXPECT_THAT(ListAll(store(), {.delimiter = "/", .limit = 2}),
              testing::ElementsAre("B", "a-b", "a.b", "a/", "a0", "z", "\xc3\xa9/"));
  EXPECT_THAT(ListAll(store(), {.prefix = "a/b", .delimiter = "/"}),
              testing::ElementsAre("a/b", "a/b-c/", "a/b.c"));
}

TEST_P(StoreConformance, ListsAgreeWithAModel) {
  // No leaf is a directory's name, so that stores on file systems can hold any subset.
  const std::vector<std::string> directories = {"a/", "a-/", "a.b/", "b/", "\xc3\xa9/"};
  const std::vector<std::string> leaves = {"x", "a0", "-", "z.z", "y y", "%2F"};
  SeededRandom random(11);
  const auto any = [&](const std::vector<std::string>& texts) {
    return texts[random.NextBelow(texts.size())];
  };
  const auto path = [&] {
    std::string text;
    for (uint64_t depth = random.NextBelow(4); depth > 0; --depth) text += any(directories);
    return text;
  };
  std::set<std::string> keys;
  for (int round = 0; round < 120; ++round) {
    const std::string key = path() + any(leaves);
    if (random.NextBelow(3) != 0) {
      LAKE_ASSERT_OK(Put(key, "x", Overwrite{}));
      keys.insert(key);
    } else if (!keys.empty()) {
      const std::string gone =
          *std::next(keys.begin(), static_cast<ptrdiff_t>(random.NextBelow(keys.size())));
      LAKE_ASSERT_OK(store().Delete(Context(), KeyOf(gone)));
      keys.erase(gone);
    }
    ListOptions options{.prefix = path(), .delimiter = random.NextBelow(2) == 0 ? "" : "/"};
    if (random.NextBelow(2) == 0) options.prefix += any(leaves).substr(0, random.NextBelow(2));
    if (random.NextBelow(2) == 0) options.after = path() + any(leaves);
    options.limit = 1 + random.NextBelow(5);
    EXPECT_EQ(ListAll(store(), options), ExpectedList(keys, options))
        << "prefix '" << options.prefix << "' delimiter '" << options.delimiter << "' after '"
        << options.after << "' limit " << options.limit;
  }
}

TEST_P(StoreConformance, AnyTextMayBeAPrefix) {
  LAKE_ASSERT_OK(Put("a/b", "x", Overwrite{}));
  for (const char* prefix :
       {"/", "..", "../", "a//", "a/../", "a/b/", "./", ".lake-", ".lake-staging/", "a\\", "\xff"}) {
    EXPECT_THAT(ListAll(store(), {.prefix = prefix}), testing::IsEmpty()) << prefix;
    EXPECT_THAT(ListAll(store(), {.prefix = prefix, .delimiter = "/"}), testing::IsEmpty()) << prefix;
  }
}

TEST_P(StoreConformance, RefusesListsItDoesNotOffer) {
  EXPECT_THAT(store().List(Context(), {.limit = 0}), IsError(ErrorCode::kInvalidArgument, "bad_list_limit"));
  EXPECT_THAT(store().List(Context(), {.limit = 1001}),
              IsError(ErrorCode::kInvalidArgument, "bad_list_limit"));
  EXPECT_THAT(store().List(Context(), {.delimiter = "-"}),
              IsError(ErrorCode::kInvalidArgument, "bad_list_delimiter"));
}

TEST_P(StoreConformance, ACancelledCallDoesNothing) {
  LAKE_ASSERT_OK(Put("c", "x", Overwrite{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto in_time, store().StartPut(Context(), KeyOf("w"), Overwrite{}));
  CancelSource source;
  const Context context{.cancel = source.token()};
  LAKE_ASSERT_OK_AND_ASSIGN(const auto writer, store().StartPut(context, KeyOf("w"), Overwrite{}));
  source.Cancel("client_gone");
  const auto cancelled = IsError(ErrorCode::kCancelled, "client_gone");
  EXPECT_THAT(writer->Finish(), cancelled);
  EXPECT_THAT(store().Put(context, KeyOf("c"), "y", Overwrite{}), cancelled);
  EXPECT_THAT(store().StartPut(context, KeyOf("c"), Overwrite{}), cancelled);
  EXPECT_THAT(store().Get(context, KeyOf("c"), ByteRange{}), cancelled);
  EXPECT_THAT(store().Open(context, KeyOf("c")), cancelled);
  EXPECT_THAT(store().Head(context, KeyOf("c")), cancelled);
  EXPECT_THAT(store().List(context, {}), cancelled);
  EXPECT_THAT(store().Delete(context, KeyOf("c")), cancelled);
  EXPECT_THAT(ListAll(store(), {}), testing::ElementsAre("c"));
  EXPECT_THAT(Get("c"), HasValue("x"));
  LAKE_EXPECT_OK(in_time->Finish());
}

TEST_P(StoreConformance, APassedDeadlineStopsACall) {
  const Context late{.deadline = Deadline::After(std::chrono::milliseconds(-1))};
  const Result<Etag> put = store().Put(late, KeyOf("late"), "x", Overwrite{});
  ASSERT_FALSE(put.ok());
  EXPECT_TRUE(put.error().Is(ErrorCode::kDeadlineExceeded));
  EXPECT_THAT(ListAll(store(), {}), testing::IsEmpty());
}

TEST_P(StoreConformance, OneOfManyIfAbsentWins) {
  constexpr int kThreads = 8;
  constexpr int kKeys = 200;
  std::vector<std::atomic<int>> winners(kKeys);
  std::vector<std::atomic<int>> wins(kKeys);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int key = 0; key < kKeys; ++key) {
        const Result<Etag> put = Put("race/" + std::to_string(key), std::to_string(thread), IfAbsent{});
        if (put.ok()) {
          ++wins[static_cast<size_t>(key)];
          winners[static_cast<size_t>(key)] = thread;
        } else {
          EXPECT_THAT(put, IsError(ErrorCode::kFailedPrecondition, "object_exists"));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int key = 0; key < kKeys; ++key) {
    EXPECT_EQ(wins[static_cast<size_t>(key)], 1) << key;
    EXPECT_THAT(Get("race/" + std::to_string(key)),
                HasValue(std::to_string(winners[static_cast<size_t>(key)])));
  }
}

TEST_P(StoreConformance, IfMatchLosesNoIncrement) {
  constexpr int kThreads = 4;
  constexpr int kIncrements = 40;
  LAKE_ASSERT_OK(Put("counter", "0", Overwrite{}));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int done = 0; done < kIncrements;) {
        // The etag is read first: a value newer than its etag makes the put fail, never succeed wrongly.
        const Result<ObjectInfo> info = store().Head(Context(), KeyOf("counter"));
        ASSERT_THAT(info, IsOk());
        const Result<std::string> value = Get("counter");
        ASSERT_THAT(value, IsOk());
        const Result<Etag> put = Put("counter", std::to_string(std::stoi(*value) + 1), IfMatch{info->etag});
        if (!put.ok()) ASSERT_THAT(put, IsError(ErrorCode::kAborted, "etag_mismatch"));
        done += put.ok() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(Get("counter"), HasValue(std::to_string(kThreads * kIncrements)));
}

TEST_P(StoreConformance, PutsAndDeletesOfNeighboursDoNotDisturb) {
  // The directory d/e is left empty, and may be removed, all the time.
  constexpr int kThreads = 4;
  constexpr int kRounds = 60;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      const std::string key = "d/e/" + std::to_string(thread);
      for (int round = 0; round < kRounds; ++round) {
        ASSERT_THAT(Put(key, key, IfAbsent{}), IsOk());
        ASSERT_THAT(Get(key), HasValue(key));
        ASSERT_THAT(store().Delete(Context(), KeyOf(key)), IsOk());
        ASSERT_THAT(Get(key), IsError(ErrorCode::kNotFound, "object_not_found"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(ListAll(store(), {}), testing::IsEmpty());
}

}  // namespace lake::storage
