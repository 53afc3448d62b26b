// Changes of one object on a local store, each with what the object was before and is after. Shared by the
// tests that make the disk fail in the middle of them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lake/common_testing/seeded_random.h"
#include "lake/storage/local_store.h"
#include "lake/storage_testing/faulty_disk.h"
#include "lake/storage_testing/listing.h"
#include "lake/storage_testing/memory_dir.h"

namespace lake::storage {

using Contents = std::optional<std::string>;  ///< None: there is no object.

struct Scenario {
  std::string name;
  std::function<void(ObjectStore&)> prepare;
  std::string key;
  Contents before;
  Contents after;
  std::function<Status(ObjectStore&)> act;
};

inline void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

inline Status AsStatus(const Result<Etag>& result) { return result.ok() ? Status() : Status(result.error()); }

inline Status PutIn(ObjectStore& store, std::string_view key, std::string_view bytes, const PutMode& mode) {
  return AsStatus(store.Put(Context(), KeyOf(key), bytes, mode));
}

inline std::vector<Scenario> AllScenarios() {
  const auto nothing = [](ObjectStore&) {};
  const auto with_old = [](ObjectStore& store) { LAKE_ASSERT_OK(PutIn(store, "a/b/x", "old", Overwrite{})); };
  const auto with_neighbour = [](ObjectStore& store) {
    LAKE_ASSERT_OK(PutIn(store, "a/b/n", "n", Overwrite{}));
  };
  const auto put = [](const PutMode& mode) {
    return [mode](ObjectStore& store) { return PutIn(store, "a/b/x", "new", mode); };
  };
  const auto replace = [](ObjectStore& store) -> Status {
    LAKE_ASSIGN_OR_RETURN(const ObjectInfo info, store.Head(Context(), KeyOf("a/b/x")));
    return PutIn(store, "a/b/x", "new", IfMatch{info.etag});
  };
  const auto write = [](ObjectStore& store) -> Status {
    LAKE_ASSIGN_OR_RETURN(const auto writer, store.StartPut(Context(), KeyOf("a/b/x"), IfAbsent{}));
    for (const char* piece : {"n", "e", "w"}) LAKE_RETURN_IF_ERROR(writer->Append(piece));
    return AsStatus(writer->Finish());
  };
  const auto remove = [](ObjectStore& store) { return store.Delete(Context(), KeyOf("a/b/x")); };
  return {
      {"IfAbsentInNewDirectories", nothing, "a/b/x", {}, "new", put(IfAbsent{})},
      {"IfAbsentBesideAnother", with_neighbour, "a/b/x", {}, "new", put(IfAbsent{})},
      {"OverwriteInNewDirectories", nothing, "a/b/x", {}, "new", put(Overwrite{})},
      {"OverwriteOfAnObject", with_old, "a/b/x", "old", "new", put(Overwrite{})},
      {"IfMatch", with_old, "a/b/x", "old", "new", replace},
      {"WriterInPieces", nothing, "a/b/x", {}, "new", write},
      {"DeleteOfTheLastInItsDirectory", with_old, "a/b/x", "old", {}, remove},
      {"DeleteOfNothing", with_neighbour, "a/b/x", {}, {}, remove},
  };
}

/// A local store over a faulty disk; both can be dropped and opened again over the same directory.
class StoreOnFaultyDisk {
 public:
  StoreOnFaultyDisk() { Open(); }

  ObjectStore& store() { return *store_; }
  FaultyDisk& disk() { return *disk_; }
  const MemoryDir& directory() const { return directory_; }

  void Close() { store_.reset(); }
  void Open() {
    auto disk = std::make_unique<FaultyDisk>(directory_.path(), memory_);
    disk_ = disk.get();
    store_ = OpenLocalStore(std::move(disk)).value();
  }
  /// The process ends and the power is cut; then both come back.
  void CutPower(RandomSource* some) {
    Close();
    if (some == nullptr) {
      memory_.DropUnsynced(directory_.path());
    } else {
      memory_.DropSomeUnsynced(directory_.path(), *some);
    }
    Open();
  }

  Contents Read(const std::string& key) {
    const Result<std::string> bytes = store_->Get(Context(), KeyOf(key), ByteRange{});
    if (bytes.ok()) return *bytes;
    EXPECT_THAT(bytes, IsError(ErrorCode::kNotFound, "object_not_found"));
    return std::nullopt;
  }

  /// Files below the root that are not at a key's place.
  std::vector<std::string> StrayFiles() const {
    std::vector<std::string> stray;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      const std::string path = std::filesystem::relative(entry.path(), directory_.path());
      if (entry.is_regular_file() && !ObjectKey::Parse(path).ok()) stray.push_back(path);
    }
    return stray;
  }

 private:
  MemoryDir directory_;
  DiskMemory memory_;
  FaultyDisk* disk_ = nullptr;
  std::unique_ptr<ObjectStore> store_;
};

/// What the contract allows an object to be after `status` was answered.
inline void ExpectAllowed(const Scenario& scenario, const Status& status, const Contents& found) {
  if (status.ok()) {
    EXPECT_EQ(found, scenario.after) << "acknowledged";
  } else if (status.error().Is("outcome_unknown")) {
    EXPECT_TRUE(found == scenario.before || found == scenario.after) << "unknown, but neither old nor new";
  } else {
    EXPECT_EQ(found, scenario.before) << "refused with " << status.error().ToString();
  }
}

}  // namespace lake::storage
