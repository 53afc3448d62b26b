// Goal: what a role does not see, and what is gone, appears nowhere: in no answer, error, cause for the log,
// plan, column name, log line or audit record, whatever is asked. Method: random statements, of which
// more than a third are answered and the others refused, run and explained, over a table whose hidden values
// and rows are all canaries.
// LAKE_CANARY_STATEMENTS sets how many; the seed is fixed.
#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

#include "governed_lake.h"

namespace lake::query {
namespace {

constexpr int kStatements = 300;  // About eight seconds under the sanitizers.
constexpr uint32_t kSeed = 20261121;

/// Statements over "secrets", made of what SQL has to compute and combine values.
class Statements {
 public:
  explicit Statements(uint32_t seed) : random_(seed) {}

  std::string Next() {
    switch (Below(12)) {
      case 0:
        return "SELECT " + Expressions() + " FROM secrets WHERE " + Condition(2) + " ORDER BY ALL";
      case 1:
        return "SELECT " + Column() + ", " + Aggregate() + " FROM secrets GROUP BY 1 HAVING " + Aggregate() +
               " IS NOT NULL ORDER BY ALL";
      case 2:
        return "SELECT a." + Column() + ", " + "b." + Column() + " FROM secrets a JOIN secrets b ON a." +
               Column() + " = b." + Column() + " WHERE " + Replaced(Condition(1), "a.");
      case 3:
        return "SELECT " + Column() + ", " + Window() + " FROM secrets QUALIFY " + Window() + " IS NOT NULL";
      case 4:
        return "WITH t AS (SELECT " + Expression(2) + " AS x FROM secrets WHERE " + Condition(1) +
               ") SELECT x, count(*) FROM t GROUP BY ALL";
      case 5:
        return "SELECT (SELECT " + Aggregate() +
               " FROM secrets s WHERE s.region = secrets.region) FROM secrets";
      case 6:
        return "SELECT " + Expression(2) + " FROM secrets UNION ALL SELECT " + Expression(2) +
               " FROM secrets";
      case 7:
        return "SELECT * FROM secrets WHERE " + Condition(3) + " LIMIT " + std::to_string(1 + Below(5));
      case 8:
        return "SELECT COLUMNS('" + std::string(1, "cnepri"[Below(6)]) + ".*') FROM secrets WHERE " +
               Condition(2);
      case 9:
        return "SELECT i, l.* FROM range(9) r(i) LEFT JOIN LATERAL (SELECT " + Expression(2) +
               " AS x FROM secrets WHERE id = i) l ON " + (Below(2) == 0 ? "true" : "l.x IS NOT NULL");
      case 10:
        return "SELECT * FROM (SUMMARIZE SELECT " + Expressions() + " FROM secrets WHERE " + Condition(1) +
               ")";
      default:
        return "SELECT " + Aggregate() + ", " + Aggregate() + " FROM secrets WHERE " + Condition(2);
    }
  }

 private:
  size_t Below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random_); }
  template <size_t N>
  std::string Of(const char* const (&choices)[N]) {
    return choices[Below(N)];
  }
  static std::string Replaced(std::string text, const std::string& prefix) {
    for (const char* column : {"city", "name", "email", "pay", "region"})
      for (size_t at = text.find(column); at != std::string::npos; at = text.find(column, at + 8))
        text.insert(at, prefix);
    return text;
  }

  std::string Column() { return Of({"id", "city", "city", "name", "email", "pay", "region"}); }
  std::string Type() {
    return Of({"INTEGER", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN", "DECIMAL(9,2)",
               "UUID", "BLOB", "INTERVAL", "TIME", "UTINYINT", "VARCHAR[]"});
  }
  std::string Constant() {
    return Of({"1", "0", "'a'", "'1'", "NULL", "'2026-01-01'", "3.5", "true", "'x,y'"});
  }

  std::string Expression(int depth) {
    if (depth == 0) return Below(5) == 0 ? Constant() : Column();
    const std::string a = Expression(depth - 1);
    switch (Below(14)) {
      case 0:
      case 1:
        return "CAST(" + a + " AS " + Type() + ")";
      case 2:
        return "TRY_CAST(" + a + " AS " + Type() + ")";
      case 3:
        return "CASE WHEN " + Condition(depth - 1) + " THEN " + a + " ELSE " + Expression(depth - 1) + " END";
      case 4:
        return "(" + a + " || " + Expression(depth - 1) + ")";
      case 5:
        return "(" + a + Of({" + ", " - ", " * ", " / ", " // ", " % "}) + Expression(depth - 1) + ")";
      case 6:
        return Of({"upper(", "lower(", "reverse(", "length(", "md5(", "trim(", "hash(", "typeof(", "ascii(",
                   "hex("}) +
               a + ")";
      case 7:
        return "substring(CAST(" + a + " AS VARCHAR), " + std::to_string(Below(4)) + ", 3)";
      case 8:
        return "[" + a + ", " + Expression(depth - 1) + "]";
      case 9:
        return "{'k': " + a + "}";
      case 10:
        return "coalesce(" + a + ", " + Expression(depth - 1) + ")";
      case 11:
        return "strptime(CAST(" + a + " AS VARCHAR), '%Y')";
      case 12:
        return Of({"sqrt(", "ln(", "epoch_ms(", "to_timestamp(", "chr(", "from_hex(", "from_base64(",
                   "json("}) +
               a + ")";
      default:
        return "regexp_extract(CAST(" + a + " AS VARCHAR), '[A-Z]+')";
    }
  }
  std::string Expressions() { return Expression(2) + ", " + Expression(1) + ", " + Column(); }
  std::string Condition(int depth) {
    switch (depth == 0 ? Below(3) : Below(8)) {
      case 0:
        return Column() + Of({" = ", " <> ", " < ", " >= "}) + Constant();
      case 1:
        return Column() + " IS NOT NULL";
      case 2:
        return "CAST(" + Column() + " AS VARCHAR) LIKE '%A%'";
      case 3:
        return "(" + Condition(depth - 1) + " AND " + Condition(depth - 1) + ")";
      case 4:
        return "(" + Condition(depth - 1) + " OR " + Condition(depth - 1) + ")";
      case 5:
        return "CAST(" + Expression(depth) + " AS " + Type() + ") IS NOT NULL";
      case 6:
        return Expression(depth) + " = " + Expression(depth);
      default:
        return Column() + " IN (SELECT " + Expression(depth) + " FROM secrets)";
    }
  }
  std::string Aggregate() {
    return Of({"min(", "max(", "count(", "list(", "any_value(", "mode(", "first(", "histogram(",
               "count(DISTINCT ", "string_agg(", "sum(", "avg(", "bit_and(", "approx_count_distinct(",
               "entropy("}) +
           Expression(1) + ")";
  }
  std::string Window() {
    return Of({"lag(", "lead(", "first_value(", "last_value(", "max(", "min("}) + Column() +
           ") OVER (PARTITION BY " + Column() + " ORDER BY " + Column() + ")";
  }

  std::mt19937 random_;
};

class CanaryTest : public GovernedLake {
 protected:
  void SetUp() override {
    GovernedLake::SetUp();
    LAKE_ASSERT_OK(hash_keys_->MakeFirst(*catalog_->snapshot()));
    AddDataset(
        "secrets",
        "SELECT i::BIGINT AS id, CASE WHEN i IN (3, 7) THEN 'CANARYGONE' WHEN i % 3 = 1 THEN 'CANARYFILTER' "
        "ELSE 'city' || i END AS city, 'CANARYNAME' || i AS name, 'CANARYMAIL' || i AS email, "
        "(987654321 + i)::BIGINT AS pay, 'CANARYCODE' AS code, (i % 3)::BIGINT AS region FROM range(12) t(i)",
        {{.field_id = 1, .name = "id", .type = "BIGINT"},
         {.field_id = 2, .name = "city", .type = "VARCHAR"},
         {.field_id = 3, .name = "name", .type = "VARCHAR"},
         {.field_id = 4, .name = "email", .type = "VARCHAR"},
         {.field_id = 5, .name = "pay", .type = "BIGINT"},
         {.field_id = 6, .name = "code", .type = "VARCHAR"},
         {.field_id = 7, .name = "region", .type = "BIGINT"}});
    Commit("tombstone", catalog::AddTombstones{.dataset = catalog::DatasetId("secrets-id"),
                                               .row_key_column = "id",
                                               .row_key_values = {"3", "7"},
                                               .actor = "test",
                                               .reason = "asked"});
  }

  access::Request Outsider() {
    access::Request request = MakeRequest({});
    request.context.deadline = Deadline::After(std::chrono::seconds(20));
    auto role = std::make_shared<access::Role>(access::Role{.name = "outsider",
                                                            .permissions = {access::Permission::kRead},
                                                            .columns = {{"secrets",
                                                                         {{"id", access::Clear{}},
                                                                          {"city", access::Clear{}},
                                                                          {"name", access::Hash{}},
                                                                          {"email", access::Null{}},
                                                                          {"pay", access::Mask{}},
                                                                          {"region", access::Clear{}}}}},
                                                            .row_filters = {{"secrets", "region <> 1"}}});
    request.caller = {.name = "outsider", .role = role->name};
    request.role = role;
    return request;
  }

  static std::string AllOf(const Error& error) {
    std::string text = error.ToString() + error.internal_cause();
    for (const ErrorDetail& detail : error.details()) text += detail.message;
    return text;
  }

  static void AppendOperator(const engine::PlanOperator& op, std::string* text) {
    *text += op.name + "\n";
    for (const auto& [name, value] : op.details) *text += name + "=" + value + "\n";
    for (const engine::PlanOperator& child : op.children) AppendOperator(child, text);
  }

  Result<std::string> NamesAndRows(const access::Request& request, const std::string& sql) {
    LAKE_ASSIGN_OR_RETURN(auto running, service_->Start(request, {.sql = sql, .parameters = {}}));
    std::string names;
    for (const engine::ResultColumn& column : running->rows().columns()) names += "[" + column.name + " ";
    LAKE_ASSIGN_OR_RETURN(const std::string rows, Drain(running->rows()));
    return names + rows;
  }

  /// Columns as "[name type]", operators, and what is said of them.
  std::string PlanOf(const access::Request& request, const std::string& sql) {
    const Result<QueryPlan> plan = service_->Explain(request, {.sql = sql, .parameters = {}});
    if (!plan.ok()) return AllOf(plan.error());
    std::string text;
    for (const engine::ResultColumn& column : plan->columns)
      text += "[" + column.name + " " + column.type + "]\n";
    AppendOperator(plan->root, &text);
    return text;
  }

  /// All that the log got so far.
  std::string Logged() const {
    std::string text;
    for (const CaptureLog::Event& event : log_.events()) text += event.name + WriteJson(event.fields) + "\n";
    return text;
  }

  /// The bytes of the audit log's objects, whatever they are.
  std::string Audited() {
    service_.reset();
    audit_.reset();  // Writes what it still has.
    std::string text;
    for (std::optional<std::string> after = ""; after.has_value();) {
      const auto page = store_->List(Context{}, {.prefix = "_audit/", .delimiter = "", .after = *after});
      LAKE_CHECK(page.ok());
      for (const storage::ObjectInfo& object : page->objects) text += *store_->Get(Context{}, object.key, {});
      after = page->next_after;
    }
    return text;
  }

  static void ExpectNoCanary(const std::string& text, const std::string& where) {
    for (const char* canary : {"CANARY", "YRANAC", "98765432", "canary"})
      ASSERT_EQ(text.find(canary), std::string::npos) << where << "\n" << text.substr(0, 10'000);
  }
};

TEST_F(CanaryTest, NothingHiddenAppearsAnywhere) {
  const char* wanted = std::getenv("LAKE_CANARY_STATEMENTS");
  const int count = wanted == nullptr ? kStatements : std::atoi(wanted);
  Statements statements(kSeed);
  int answered = 0, explained = 0;
  std::map<std::string, int> errors;
  for (int i = 0; i < count; ++i) {
    const std::string sql = statements.Next();
    ASSERT_EQ(sql.find("CANARY"), std::string::npos);
    const Result<std::string> answer = NamesAndRows(Outsider(), sql);
    answered += answer.ok() ? 1 : 0;
    if (!answer.ok()) ++errors[answer.error().reason()];
    const std::string text = answer.ok() ? *answer : AllOf(answer.error());
    ASSERT_NO_FATAL_FAILURE(ExpectNoCanary(text, sql));
    ASSERT_FALSE(!answer.ok() && answer.error().Is(ErrorCode::kInternal)) << sql << "\n" << text;
    const std::string plan = PlanOf(Outsider(), sql);
    explained += plan.starts_with("[") ? 1 : 0;
    ASSERT_NO_FATAL_FAILURE(ExpectNoCanary(plan, "EXPLAIN " + sql));
    // Nor that there is a column "code", or what lies below the statement.
    for (const char* hidden : {"[code ", "parquet", "lake_", "PARQUET"}) {
      ASSERT_EQ(plan.find(hidden), std::string::npos) << sql << "\n" << plan;
      if (answer.ok()) ASSERT_EQ(text.find(hidden), std::string::npos) << sql << "\n" << text;
    }
  }
  fmt::print("{} statements, {} answered, {} explained", count, answered, explained);
  for (const auto& [reason, times] : errors) fmt::print(", {} {}", times, reason);
  fmt::print("\n");
  // A generator of nonsense would prove nothing.
  EXPECT_GT(answered, count / 4);
  EXPECT_GT(explained, count / 4);
  ExpectNoCanary(Logged(), "log");
  const std::string audited = Audited();
  EXPECT_THAT(audited, testing::HasSubstr("FROM secrets"));
  ExpectNoCanary(audited, "audit log");
}

/// The canaries are there to be found: an administrator's statements show them, and plans say what they know.
TEST_F(CanaryTest, WithoutRulesTheyDoAppear) {
  Statements statements(kSeed);
  int shown = 0, files_shown = 0, columns_shown = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string sql = statements.Next();
    const Result<std::string> answer = RunAs(MakeRequest({}), sql);
    const std::string text = answer.ok() ? *answer : AllOf(answer.error());
    shown += text.find("CANARY") != std::string::npos ? 1 : 0;
    const std::string plan = PlanOf(MakeRequest({}), sql);
    files_shown += plan.find("PARQUET") != std::string::npos ? 1 : 0;
    columns_shown += plan.find("[code ") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(shown, 20);
  EXPECT_GT(files_shown, 20);
  EXPECT_GT(columns_shown, 0);
}

}  // namespace
}  // namespace lake::query
