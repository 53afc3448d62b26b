// Goal: what is promoted is the configuration of a trial of that index, and of no other. Method: journals
// written by hand, a real catalog and index.
#include "lake/tuning/promote_trial.h"

#include "tuned_lake.h"

namespace lake::tuning {
namespace {

constexpr vector::HnswConfig kTried = {.ef_construction = 160, .ef_search = 40, .seed = 42};

class PromoteTrialTest : public TunedLake {
 protected:
  void SetUp() override {
    TunedLake::SetUp();
    AddNotes(vector::kFewNotes);
    LAKE_ASSERT_OK(BuildOk(Notes()));
    promotions_ = vector::PromotionService::Make(
        {.catalog = *catalog_, .buckets = buckets_, .indexes = *service_, .clock = clock_, .log = log_});
  }
  void Journal(const std::string& index_name, const std::string& id, const vector::HnswConfig& config) {
    Trial trial;
    trial.id = id;
    trial.index_name = index_name;
    trial.eval_set = "none";
    trial.config = config;
    LAKE_ASSERT_OK(journals_->Append(Context{}, "primary", trial));
  }
  Result<vector::IndexRecord> Promote(const std::string& index_name, const std::string& trial_id) {
    return PromoteTrial({.indexes = *service_, .journals = *journals_, .promotions = *promotions_}, Request(),
                        {.index_name = index_name, .trial_id = trial_id, .promoted_by = {}, .note = "best"});
  }

  std::unique_ptr<vector::PromotionService> promotions_;
};

TEST_F(PromoteTrialTest, TakesTheConfigurationOfTheTrial) {
  Journal("notes-index", "trial-1-00000001", kTried);
  LAKE_ASSERT_OK_AND_ASSIGN(const vector::IndexRecord record, Promote("NOTES-index", "trial-1-00000001"));
  const vector::Promotion& current = *record.promotions->current;
  EXPECT_EQ(current.config, kTried);
  EXPECT_EQ(current.trial_id, "trial-1-00000001");
  EXPECT_EQ(current.promoted_by, Request().caller.name);
  EXPECT_EQ(current.note, "best");
}

TEST_F(PromoteTrialTest, RefusesWhatIsNoTrialOfTheIndex) {
  Journal("other", "trial-1-00000001", kTried);
  EXPECT_THAT(Promote("notes-index", "trial-1-00000001"), IsError(ErrorCode::kNotFound, "trial_not_found"));
  EXPECT_THAT(Promote("notes-index", ""), IsError(ErrorCode::kNotFound, "trial_not_found"));
  EXPECT_THAT(Promote("other", "trial-1-00000001"), IsError(ErrorCode::kNotFound, "index_not_found"));
}

}  // namespace
}  // namespace lake::tuning
