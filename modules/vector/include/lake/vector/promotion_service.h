// Promotion: which configuration an index is to have, decided by one commit of its record and taken back by
// another. docs/decisions/0025-promotion-is-a-commit.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lake/access/request.h"
#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/common/log.h"
#include "lake/storage/bucket_registry.h"
#include "lake/vector/index_service.h"

namespace lake::vector {

struct NewPromotion {
  HnswConfig config;
  std::string trial_id;                    ///< Opaque here.
  std::optional<std::string> promoted_by;  ///< None: the caller.
  std::optional<std::string> note;
};

/// What the service works with; all of it outlives the service.
struct PromotionServiceParts {
  catalog::Catalog& catalog;
  const storage::BucketRegistry& buckets;
  const IndexService& indexes;
  Clock& clock;
  Log& log;
};

/// Any thread.
///
/// A promotion is in effect at once where a generation is built for it: the live one, when it differs from
/// what that was built with in ef_search only, or a kept one, which is live from the same commit on. Else it
/// is from the next rebuild on, which a refresh makes when it is asked for one.
class PromotionService {
 public:
  static std::unique_ptr<PromotionService> Make(const PromotionServiceParts& parts);
  virtual ~PromotionService() = default;

  /// The record as it is then; durable on ok. Errors: those of IndexService::Find and CheckHnswConfig,
  /// failed_precondition/index_not_ready when it was never built.
  virtual Result<IndexRecord> Promote(const access::Request& request, std::string_view index,
                                      const NewPromotion& wanted) = 0;
  /// The same on behalf of what runs in this process and names itself in `promoted_by`. Nothing when that
  /// trial is promoted already: what is run again after a crash adds no second entry.
  virtual Status PromoteOnce(const Context& context, std::string_view index, const NewPromotion& wanted) = 0;
  /// Back to the promotion before, or to the index's own configuration when there is none. The same. Errors:
  /// those of IndexService::Find, failed_precondition/nothing_promoted.
  virtual Result<IndexRecord> RollBack(const access::Request& request, std::string_view index) = 0;

  /// Gives the index another configuration of its own: that which it has while nothing is promoted. Nothing
  /// when it is that already. Durable on ok; in effect like a promotion. `actor` is who commits. Errors:
  /// not_found/index_not_found, those of CheckHnswConfig, failed_precondition/index_not_ready when it was
  /// never built.
  virtual Result<IndexRecord> Configure(const Context& context, const std::string& actor,
                                        std::string_view index, const HnswConfig& config) = 0;

  /// Keeps what the canary found, and rolls back with it when there is a reason to: one commit, in which the
  /// promotion is remembered as rolled back. Errors: those of FindIndexRecord; aborted/canary_outdated when
  /// it is not of what answers any more, and nothing was changed.
  virtual Status KeepCanary(const Context& context, std::string_view index, const CanaryRecall& canary,
                            const std::optional<std::string>& why_roll_back) = 0;

  /// Exports what a crash left unexported, and takes over files of indexes that have had no promotion. Once,
  /// at the start. What fails is logged.
  virtual void Reconcile(const Context& context) = 0;
};

}  // namespace lake::vector
