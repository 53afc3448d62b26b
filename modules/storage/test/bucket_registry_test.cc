// Buckets by name, and the probe that tells a store which honours conditions from one that does not. Method:
// stores that drop one condition each.
#include "lake/storage/bucket_registry.h"

#include <gmock/gmock.h>

#include "lake/common_testing/fake_clock.h"
#include "lake/storage/memory_store.h"
#include "lake/storage_testing/faulty_store.h"
#include "lake/storage_testing/listing.h"

namespace lake::storage {
namespace {

TEST(BucketNameTest, IsShortAndPlain) {
  for (const std::string& name :
       {std::string("primary"), std::string("a-b"), std::string("0.x_y"), std::string(63, 'a')}) {
    LAKE_ASSERT_OK_AND_ASSIGN(const BucketName parsed, ParseBucketName(name));
    EXPECT_EQ(parsed.value(), name);
  }
  for (const std::string& name :
       {std::string(), std::string("ab"), std::string("-ab"), std::string(".ab"), std::string("Abc"),
        std::string("a/b"), std::string("a b"), std::string(64, 'a')}) {
    EXPECT_THAT(ParseBucketName(name), IsError(ErrorCode::kInvalidArgument, "bad_bucket_name")) << name;
  }
}

TEST(BucketRegistryTest, FindsWhatWasAttached) {
  FakeClock clock;
  BucketRegistry registry;
  const std::shared_ptr<ObjectStore> store = MakeMemoryStore(clock);
  LAKE_ASSERT_OK(registry.Attach(kPrimaryBucket, store));
  LAKE_ASSERT_OK(registry.Attach(BucketName("archive"), MakeMemoryStore(clock)));
  EXPECT_THAT(registry.Find(kPrimaryBucket), HasValue(store));
  EXPECT_THAT(registry.Find(BucketName("other")), IsError(ErrorCode::kNotFound, "bucket_not_found"));
  EXPECT_THAT(registry.Attach(kPrimaryBucket, MakeMemoryStore(clock)),
              IsError(ErrorCode::kAlreadyExists, "bucket_exists"));
  EXPECT_THAT(registry.Names(), testing::ElementsAre(BucketName("archive"), kPrimaryBucket));
}

/// Treats puts with the condition `Ignored` as Overwrite.
template <class Ignored>
class CarelessStore final : public FaultyStore {
 public:
  using FaultyStore::FaultyStore;
  Result<Etag> Put(const Context& context, const ObjectKey& key, std::string_view bytes,
                   const PutMode& mode) override {
    return FaultyStore::Put(context, key, bytes,
                            std::holds_alternative<Ignored>(mode) ? PutMode(Overwrite{}) : mode);
  }
};

TEST(ProbeConditionalPutTest, TellsCarelessStores) {
  FakeClock clock;
  FaultyStore honest(MakeMemoryStore(clock));
  CarelessStore<IfAbsent> no_absent(MakeMemoryStore(clock));
  CarelessStore<IfMatch> no_match(MakeMemoryStore(clock));
  const auto ignores = IsError(ErrorCode::kFailedPrecondition, "store_ignores_conditions");
  LAKE_EXPECT_OK(ProbeConditionalPut(Context(), honest, "p1"));
  EXPECT_THAT(ProbeConditionalPut(Context(), no_absent, "p1"), ignores);
  EXPECT_THAT(ProbeConditionalPut(Context(), no_match, "p1"), ignores);
  for (ObjectStore* store : {static_cast<ObjectStore*>(&honest), static_cast<ObjectStore*>(&no_absent),
                             static_cast<ObjectStore*>(&no_match)}) {
    EXPECT_THAT(ListAll(*store, {}), testing::IsEmpty()) << "the probe cleans up";
  }
}

TEST(ProbeConditionalPutTest, SaysWhenTheStoreFails) {
  FakeClock clock;
  FaultyStore store(MakeMemoryStore(clock));
  for (uint64_t call = 1; call <= 4; ++call) {
    store.Fail({.nth = call});
    EXPECT_THAT(ProbeConditionalPut(Context(), store, fmt::format("p{}", call)),
                IsError(ErrorCode::kUnavailable, "store_unreachable"))
        << call;
  }
  EXPECT_THAT(ProbeConditionalPut(Context(), store, "a/../b"),
              IsError(ErrorCode::kInvalidArgument, "bad_object_key"));
}

}  // namespace
}  // namespace lake::storage
