// Goal: in whatever shape of a statement, a provider's relation is read like a dataset of the same rows, is
// opened once with the caller's request, and is bounded. Method: a provider that gives the rows of dataset
// "clean" and counts; every shape runs on both.
#include <gtest/gtest.h>

#include <atomic>

#include "governed_lake.h"
#include "lake/query/described_rows.h"
#include "statement_shapes.h"

namespace lake::query {
namespace {

struct PersonRow {
  int64_t id = 0;
  std::string name;
  int64_t region = 0;
};

enum class Mood { kGood };

struct Inner {
  int64_t depth = 0;
};

struct EveryKind {
  bool yes = true;
  uint64_t huge = UINT64_MAX;
  double ratio = 0.5;
  std::optional<std::string> none;
  QueryId id{"an-id"};
  Mood mood = Mood::kGood;
  Timestamp at;
  std::vector<std::string> words = {"a", "b"};
  Inner inner{.depth = 3};
  std::map<std::string, std::string> rules = {{"email", "hash"}};
};

}  // namespace
}  // namespace lake::query

template <>
struct lake::Describe<lake::query::PersonRow> {
  using T = lake::query::PersonRow;
  static constexpr auto kFields = std::tuple{Required("id", &T::id, ""), Required("name", &T::name, ""),
                                             Required("region", &T::region, "")};
};
template <>
struct lake::DescribeEnum<lake::query::Mood> {
  static constexpr std::array kNames = {EnumName(lake::query::Mood::kGood, "good")};
};
template <>
struct lake::Describe<lake::query::Inner> {
  static constexpr auto kFields = std::tuple{Required("depth", &lake::query::Inner::depth, "")};
};
template <>
struct lake::Describe<lake::query::EveryKind> {
  using T = lake::query::EveryKind;
  static constexpr auto kFields = std::tuple{
      Required("yes", &T::yes, ""),    Required("huge", &T::huge, ""),   Required("ratio", &T::ratio, ""),
      Optional("none", &T::none, ""),  Required("id", &T::id, ""),       Required("mood", &T::mood, ""),
      Required("at", &T::at, ""),      Required("words", &T::words, ""), Required("inner", &T::inner, ""),
      Required("rules", &T::rules, "")};
};

namespace lake::query {
namespace {

class SystemRelationsTest : public GovernedLake {
 protected:
  void SetUp() override {
    GovernedLake::SetUp();
    Provide<PersonRow>("people_again",
                       [this](const access::Request& request, DescribedRows<PersonRow>& rows) -> Status {
                         ++opened_;
                         callers_ += request.caller.name;
                         for (int64_t i = 0; i < 10; ++i)
                           if (i != 3 && i != 7)
                             LAKE_RETURN_IF_ERROR(rows.Add({i, fmt::format("n{}", i), i % 3}));
                         return {};
                       });
    Provide<EveryKind>("kinds",
                       [](const access::Request&, DescribedRows<EveryKind>& rows) { return rows.Add({}); });
    Provide<PersonRow>("secret", [](const access::Request&, DescribedRows<PersonRow>&) -> Status {
      return PermissionDenied("forbidden", "not for you");
    });
    Provide<PersonRow>("endless", [](const access::Request&, DescribedRows<PersonRow>& rows) -> Status {
      for (int64_t i = 0;; ++i) LAKE_RETURN_IF_ERROR(rows.Add({i, "x", 0}));
    });
    Provide<PersonRow>("wide", [](const access::Request&, DescribedRows<PersonRow>& rows) -> Status {
      const std::string mebibyte(1u << 20, 'x');
      for (int64_t i = 0;; ++i) LAKE_RETURN_IF_ERROR(rows.Add({i, mebibyte, 0}));
    });
    service_ = MakeService(*engine_, QueryLimits{});
  }

  template <class Row>
  void Provide(std::string_view name, typename DescribedRelation<Row>::Fill fill) {
    relations_.push_back(std::make_shared<DescribedRelation<Row>>(name, std::move(fill)));
  }

  Result<std::string> Run(const std::string& sql) { return GovernedLake::Run(sql, {}); }

  std::atomic<int> opened_ = 0;
  std::string callers_;
};

TEST_F(SystemRelationsTest, EveryShapeReadsThemLikeADatasetOfTheSameRows) {
  for (const std::string_view shape : kStatementShapes) {
    const Result<std::string> system = Run(OnTable(shape, "system.people_again"));
    const Result<std::string> dataset = Run(OnTable(shape, "clean"));
    ASSERT_TRUE(system.ok()) << shape << ": " << system.error().ToString();
    ASSERT_TRUE(dataset.ok()) << shape << ": " << dataset.error().ToString();
    EXPECT_EQ(*system, *dataset) << shape;
  }
}

TEST_F(SystemRelationsTest, AreOpenedOnceForAStatementAndAsItsCaller) {
  EXPECT_THAT(Run("SELECT count(*) FROM system.people_again a JOIN SYSTEM.People_Again b USING (id) "
                  "JOIN people p USING (id)"),
              HasValue(std::string("[8]")));
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(callers_, "local");
}

TEST_F(SystemRelationsTest, EveryKindOfMemberIsAColumn) {
  EXPECT_THAT(Run("FROM system.kinds"),
              HasValue(std::string(R"([true,"9223372036854775807",0.5,null,"an-id","good",)"
                                   R"("1970-01-01T00:00:00Z",["a","b"],"{\"depth\":3}",)"
                                   R"("{\"email\":\"hash\"}"])")));
}

TEST_F(SystemRelationsTest, WhatIsNotThereOrNotForTheCallerIsSaidWithItsPosition) {
  const auto unknown = Run("SELECT * FROM system.peple_again");
  EXPECT_THAT(unknown, IsError(ErrorCode::kNotFound, "system_table_not_found"));
  EXPECT_NE(unknown.error().message().find("did you mean 'system.people_again'?"), std::string::npos);
  ASSERT_EQ(unknown.error().details().size(), 1u);
  EXPECT_EQ(unknown.error().details()[0].message, "at byte 14");
  const auto secret = Run("SELECT * FROM people, system.secret");
  EXPECT_THAT(secret, IsError(ErrorCode::kPermissionDenied, "forbidden"));
  ASSERT_EQ(secret.error().details().size(), 1u);
  EXPECT_THAT(Run("DESCRIBE system.secret"), IsError(ErrorCode::kPermissionDenied, "forbidden"));
  EXPECT_THAT(Run("FROM system.people_again AT (VERSION => 1)"),
              IsError(ErrorCode::kInvalidArgument, "bad_version"));
  EXPECT_THAT(Run("FROM system.main.people_again"), IsError(ErrorCode::kNotFound, "dataset_not_found"));
  EXPECT_THAT(Run("FROM people_again"), IsError(ErrorCode::kNotFound, "dataset_not_found"));
  EXPECT_THAT(Run("FROM lake_table_0, system.people_again"),
              IsError(ErrorCode::kNotFound, "dataset_not_found"));
  EXPECT_THAT(Run("FROM system.people"), IsError(ErrorCode::kNotFound, "system_table_not_found"));
}

TEST_F(SystemRelationsTest, NamesOfWithAreNotInTheSchema) {
  EXPECT_THAT(Run("WITH people_again AS (SELECT 1) SELECT count(*) FROM people_again, system.people_again"),
              HasValue(std::string("[8]")));
  EXPECT_THAT(Run("WITH system AS (SELECT 1 AS a) SELECT a FROM system"), HasValue(std::string("[1]")));
}

TEST_F(SystemRelationsTest, AreBounded) {
  EXPECT_THAT(Run("SELECT count(*) FROM system.endless"),
              IsError(ErrorCode::kResourceExhausted, "system_table_too_large"));
  EXPECT_THAT(Run("SELECT count(*) FROM system.wide"),
              IsError(ErrorCode::kResourceExhausted, "system_table_too_large"));
}

TEST_F(SystemRelationsTest, TakingTheRowsEndsWithTheRequest) {
  Context context;
  context.deadline = Deadline::After(std::chrono::milliseconds(20));
  EXPECT_THAT(GovernedLake::Run("SELECT count(*) FROM system.endless", context),
              IsError(ErrorCode::kDeadlineExceeded, "deadline"));
}

TEST_F(SystemRelationsTest, TheStatementThatAsksIsAmongThoseThatRun) {
  auto running =
      service_->Start(MakeRequest({}), {.sql = "SELECT id, caller FROM system.queries", .parameters = {}});
  LAKE_ASSERT_OK(running);
  EXPECT_THAT(Drain((*running)->rows()),
              HasValue(fmt::format(R"(["{}","local"])", (*running)->id().value())));
}

TEST_F(SystemRelationsTest, AreOnRecord) {
  LAKE_ASSERT_OK(Run("SELECT count(*) FROM people, system.people_again"));
  const auto records = audit_->Read({}, {}, 1);
  LAKE_ASSERT_OK(records);
  ASSERT_EQ(records->size(), 1u);
  ASSERT_EQ(records->front().tables.size(), 2u);
  EXPECT_EQ(records->front().tables[1].dataset, "system.people_again");
  EXPECT_EQ(records->front().tables[1].version, catalog_->snapshot()->version().number);
}

}  // namespace
}  // namespace lake::query
