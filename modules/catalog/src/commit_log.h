// CommitLog: the objects `_catalog/log/<20 digits>.json`, each created once. The only truth.
//
// Create has four ends, because a store may not know what became of a put. The object's commit_id tells whose
// it is:
//
//   put says ok ...................... committed
//   put says object_exists ........... another's: lost race. Ours (the store repeated a request): committed
//   put says outcome_unknown ......... another's: lost race, ours can never get that name. Ours: committed,
//   because a
//                                      store shows nothing that a power cut could take back. Absent or not to
//                                      be read: the request may still arrive, so the very same object is put
//                                      again, until an answer is certain or the tries are spent: unknown
//   put says anything else ........... absent: refused. Ours: the store broke its word, unknown
//
// The reasons are in docs/decisions/0004-unknown-commits.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "commit_object.h"
#include "lake/common/context.h"
#include "lake/common/random.h"
#include "lake/storage/object_store.h"

namespace lake::catalog {

class CommitLog {
 public:
  struct Committed {};
  struct LostRace {};  ///< Another writer has the version.
  struct Refused {     ///< Nothing happened and nothing will.
    Error error;
  };
  struct Unknown {
    Error error;
  };
  using CreateOutcome = std::variant<Committed, LostRace, Refused, Unknown>;

  CommitLog(std::shared_ptr<storage::ObjectStore> store, RandomSource& random)
      : store_(std::move(store)), random_(random) {}

  static storage::ObjectKey KeyOf(Version version);

  CreateOutcome Create(const Context& context, Version version, std::string_view commit_id,
                       std::string_view bytes);
  /// None when there is no such commit. Errors: data_loss/log_damaged, failed_precondition/newer_format, both
  /// naming the object; those of the store's Get.
  Result<std::optional<CommitObject>> Read(const Context& context, Version version) const;
  /// Whether a later commit than `version` is listed. Not how the end of the log is found: a way to notice
  /// that something before the end is missing.
  Result<bool> HasCommitAfter(const Context& context, Version version) const;

 private:
  enum class Holder { kNobody, kUs, kAnother };

  Result<Holder> HolderOf(const Context& context, Version version, std::string_view commit_id) const;

  std::shared_ptr<storage::ObjectStore> store_;
  RandomSource& random_;
};

}  // namespace lake::catalog
