#include "lake/vector/promotion_service.h"

#include <map>
#include <set>
#include <utility>

#include "kept_generations.h"
#include "lake/common/json_io.h"
#include "promotion_files.h"
#include "record_changes.h"

namespace lake::vector {
namespace {

constexpr const char* kServer = "server";
constexpr const char* kCanary = "canary";

class LocalPromotionService final : public PromotionService {
 public:
  explicit LocalPromotionService(const PromotionServiceParts& parts)
      : parts_(parts), files_(parts.catalog, parts.buckets, parts.log) {}

  Result<IndexRecord> Promote(const access::Request& request, std::string_view index,
                              const NewPromotion& wanted) override {
    LAKE_RETURN_IF_ERROR(CheckHnswConfig(wanted.config));
    const Promotion promotion = PromotionOf(wanted, request.caller.name);
    return ChangeFor(request, index, "promote_index",
                     [&](IndexRecord& record) { return AddTo(&record, promotion); });
  }

  Status PromoteOnce(const Context& context, std::string_view index, const NewPromotion& wanted) override {
    LAKE_RETURN_IF_ERROR(CheckHnswConfig(wanted.config));
    const Promotion promotion = PromotionOf(wanted, kServer);
    const Result<IndexRecord> known = FindIndexRecord(*parts_.catalog.snapshot(), index);
    if (known.ok() && known->promotions && known->promotions->current &&
        known->promotions->current->trial_id == wanted.trial_id)
      return {};
    LAKE_RETURN_IF_ERROR(Change(context, promotion.promoted_by, index, "promote_index",
                                [&](IndexRecord& record) { return AddTo(&record, promotion); }));
    return {};
  }

  Result<IndexRecord> RollBack(const access::Request& request, std::string_view index) override {
    return ChangeFor(request, index, "roll_back_index", [](IndexRecord& record) -> Status {
      Promotions none;
      return vector::RollBack(record.promotions ? &*record.promotions : &none);
    });
  }

  Result<IndexRecord> Configure(const Context& context, const std::string& actor, std::string_view index,
                                const HnswConfig& config) override {
    LAKE_RETURN_IF_ERROR(CheckHnswConfig(config));
    LAKE_ASSIGN_OR_RETURN(IndexRecord known, FindIndexRecord(*parts_.catalog.snapshot(), index));
    if (known.live && OwnConfig(known) == config) return known;
    return Change(context, actor, index, "configure_index", [&](IndexRecord& record) -> Status {
      if (!record.live) return NotBuilt(record);
      record.config = config;
      return {};
    });
  }

  Status KeepCanary(const Context& context, std::string_view index, const CanaryRecall& canary,
                    const std::optional<std::string>& why_roll_back) override {
    const RecordChange change = [&](IndexRecord& record) -> Status {
      if (!IsOfWhatAnswers(canary, record))
        return Aborted("canary_outdated", "what answers for index '{}' was changed meanwhile", record.name);
      record.canary = canary;
      return why_roll_back ? RollBackBecause(*why_roll_back, &*record.promotions) : Status();
    };
    if (!why_roll_back)
      return ChangeIndexRecord(parts_.catalog, context, "keep_canary", kCanary, index, change);
    LAKE_RETURN_IF_ERROR(Change(context, kCanary, index, "roll_back_index", change));
    return {};
  }

  void Reconcile(const Context& context) override {
    std::map<std::string, std::set<std::string>> files;
    for (const IndexRecord& record : ListIndexRecords(*parts_.catalog.snapshot())) {
      const auto [in_bucket, first] = files.try_emplace(record.bucket);
      if (first) in_bucket->second = files_.List(context, record.bucket);
      const bool has_file = in_bucket->second.contains(record.name);
      if (record.promotions)
        files_.Mend(context, record);
      else if (has_file)
        Import(context, record);
    }
  }

 private:
  Promotion PromotionOf(const NewPromotion& wanted, std::string_view actor) const {
    return {.config = wanted.config,
            .trial_id = wanted.trial_id,
            .promoted_at = parts_.clock.Now(),
            .promoted_by = wanted.promoted_by.value_or(std::string(actor)),
            .note = wanted.note,
            .unknown = {}};
  }

  static Error NotBuilt(const IndexRecord& record) {
    return FailedPrecondition("index_not_ready", "index '{}' was not built yet", record.name);
  }

  static Status AddTo(IndexRecord* record, const Promotion& promotion) {
    if (!record->live) return NotBuilt(*record);
    if (!record->promotions) record->promotions.emplace();
    vector::Promote(promotion, &*record->promotions);
    return {};
  }

  Result<IndexRecord> ChangeFor(const access::Request& request, std::string_view index,
                                const std::string& operation, const RecordChange& change) {
    LAKE_RETURN_IF_ERROR(parts_.indexes.Find(request, index));
    return Change(request.context, request.caller.name, index, operation, change);
  }

  /// One commit moves what is promoted and what is live.
  Result<IndexRecord> Change(const Context& context, const std::string& actor, std::string_view index,
                             const std::string& operation, const RecordChange& change) {
    IndexRecord changed;
    LAKE_RETURN_IF_ERROR(ChangeIndexRecord(parts_.catalog, context, operation, actor, index,
                                           [&](IndexRecord& record) -> Status {
                                             LAKE_RETURN_IF_ERROR(change(record));
                                             UseKept(&record);
                                             changed = record;
                                             return {};
                                           }));
    files_.Export(changed.bucket, changed.name);
    return changed;
  }

  void Import(const Context& context, const IndexRecord& known) {
    const std::optional<Promotions> promotions = files_.Read(context, known.bucket, known.name);
    if (!promotions) return;
    const Status imported = ChangeIndexRecord(parts_.catalog, context, "import_promotions", kServer,
                                              known.name, [&](IndexRecord& record) -> Status {
                                                if (!record.promotions) record.promotions = *promotions;
                                                return {};
                                              });
    if (!imported.ok())
      parts_.log.Warning("promotions_not_imported",
                         {{"index", known.name}, {"error", imported.error().ToString()}});
  }

  const PromotionServiceParts parts_;
  PromotionFiles files_;
};

}  // namespace

std::unique_ptr<PromotionService> PromotionService::Make(const PromotionServiceParts& parts) {
  return std::make_unique<LocalPromotionService>(parts);
}

}  // namespace lake::vector
