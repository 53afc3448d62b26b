#include "index_mover.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "index_builds.h"
#include "lake/common/fold.h"
#include "record_changes.h"

namespace lake::vector {
namespace {

/// An index that is refreshed again and again while it is copied goes another time.
constexpr int kMaxRounds = 5;

Error MovedElsewhere(const IndexRecord& record) {
  return FailedPrecondition("index_moved", "index '{}' went to bucket '{}' meanwhile", record.name,
                            record.bucket);
}

std::set<std::string> Without(const std::set<std::string>& some, const std::set<std::string>& others) {
  std::set<std::string> left;
  std::ranges::set_difference(some, others, std::inserter(left, left.end()));
  return left;
}

}  // namespace

Result<IndexMoved> IndexMover::Move(const Context& context, const IndexMove& move,
                                    const MoveProgress& progress) {
  const std::string name = Fold(move.index_name);
  {
    MutexLock lock(mutex_);
    if (!moving_.insert(name).second)
      return FailedPrecondition("index_being_moved", "index '{}' is on its way to a bucket already",
                                move.index_name);
  }
  IndexMoved moved = {.index_name = move.index_name, .from = move.from, .bucket = move.to};
  const Status done = CopyAndCommit(context, move, progress, &moved);
  MutexLock lock(mutex_);
  moving_.erase(name);
  if (!done.ok()) return done.error();
  return moved;
}

Status IndexMover::CopyAndCommit(const Context& context, const IndexMove& move, const MoveProgress& progress,
                                 IndexMoved* moved) {
  LAKE_ASSIGN_OR_RETURN(const IndexRecord record, FindIndexRecord(*catalog_.snapshot(), move.index_name));
  std::set<std::string> copied = GenerationIds(record);
  // Else the process has died after the commit.
  if (record.bucket != move.to) {
    copied.clear();
    const Status committed = CopyAll(context, move, progress, &copied, moved);
    if (!committed.ok()) {
      RemoveCopies(move, copied);
      return committed;
    }
  }
  promotion_files_.Export(move.to, record.name);
  promotion_files_.Remove(move.from, record.name);
  for (const std::string& generation : copied) storage_.Retire(move.from, generation);
  return {};
}

Status IndexMover::CopyAll(const Context& context, const IndexMove& move, const MoveProgress& progress,
                           std::set<std::string>* copied, IndexMoved* moved) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> from,
                        buckets_.Find(storage::BucketName(move.from)));
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> to,
                        buckets_.Find(storage::BucketName(move.to)));
  for (int round = 1;; ++round) {
    LAKE_ASSIGN_OR_RETURN(const IndexRecord record, FindIndexRecord(*catalog_.snapshot(), move.index_name));
    if (record.building) return BeingBuilt(record);
    if (record.bucket != move.from) return MovedElsewhere(record);
    const std::set<std::string> wanted = Without(GenerationIds(record), *copied);
    uint64_t total = moved->bytes;
    for (const std::string& generation : wanted) {
      LAKE_ASSIGN_OR_RETURN(const CopiedFiles files, MeasureGeneration(context, *from, generation));
      total += files.bytes;
    }
    for (const std::string& generation : wanted) {
      copied->insert(generation);  // What is half copied goes, too, when it fails.
      LAKE_ASSIGN_OR_RETURN(const CopiedFiles files,
                            CopyGeneration(context, *from, *to, generation, [&](uint64_t bytes) {
                              moved->bytes += bytes;
                              progress(moved->bytes, total);
                            }));
      moved->objects += files.objects;
    }
    bool all_copied = true;
    const Status committed = Commit(context, move, *copied, &all_copied);
    if (committed.ok() || all_copied || round == kMaxRounds) return committed;
  }
}

/// `all_copied` is false when a refresh has made another generation meanwhile.
Status IndexMover::Commit(const Context& context, const IndexMove& move, const std::set<std::string>& copied,
                          bool* all_copied) {
  return ChangeIndexRecord(catalog_, context, "move_index", move.moved_by, move.index_name,
                           [&](IndexRecord& record) -> Status {
                             if (record.building) return BeingBuilt(record);
                             if (record.bucket != move.from) return MovedElsewhere(record);
                             *all_copied = Without(GenerationIds(record), copied).empty();
                             if (!*all_copied) return BeingBuilt(record);
                             record.bucket = move.to;
                             return {};
                           });
}

/// Not those that are in use there: the commit may have been made although it was answered with an error.
void IndexMover::RemoveCopies(const IndexMove& move, const std::set<std::string>& copied) {
  const Result<IndexRecord> record = FindIndexRecord(*catalog_.snapshot(), move.index_name);
  if (record.ok() && record->bucket == move.to) return;
  if (!record.ok() && !record.error().Is(ErrorCode::kNotFound)) return;
  for (const std::string& generation : copied) storage_.Remove(move.to, generation);
}

}  // namespace lake::vector
