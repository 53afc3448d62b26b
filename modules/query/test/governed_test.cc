// Goal: whatever the shape of a statement, a role sees exactly what a table shows that physically holds the
// governed rows and values; and each rule matters. Method: masks, hashes and filters are computed here once
// more, independently of the engine, and written into a table of their own; every shape runs on both under
// every rule, and once more without the rule, where shapes must answer something else. Where several rules
// meet, each of them is also taken away alone. Every third shape under a rule, another third under the next
// one; with LAKE_GOVERNED_SHAPES=all each under each.
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>
#include <optional>

#include "governed_lake.h"

namespace lake::query {
namespace {

struct Person {
  int64_t id;
  std::string name;
  std::optional<std::string> email;
  std::optional<int64_t> salary;
  int64_t region;
};

const std::vector<Person>& People() {
  static const std::vector<Person> kPeople = {{0, "Ada", "ada@example.org", 100, 0},
                                              {1, "Bób", "b@x.eu", 2000, 1},
                                              {2, "Cyd", std::nullopt, 30, 2},
                                              {3, "CANARY", "canary@example.org", 99999, 0},
                                              {4, "Eve", "ada@example.org", std::nullopt, 1},
                                              {5, "Flo", "", 100, 2},
                                              {6, "Gus", "gus@example.org", 2000, 0},
                                              {7, "CANARY", "canary@example.org", 99999, 1},
                                              {8, "日本語名", "日本@example.org", 7, 2},
                                              {9, "Jo", "jo", 100, 0}};
  return kPeople;
}

std::vector<std::string> Characters(const std::string& text) {
  std::vector<std::string> characters;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) characters.emplace_back();
    characters.back().push_back(c);
  }
  return characters;
}

std::string Masked(const access::Mask& mask, const std::string& text) {
  const std::vector<std::string> characters = Characters(text);
  const bool whole = characters.size() <= mask.keep_prefix + mask.keep_suffix;
  std::string masked;
  for (size_t i = 0; i < characters.size(); ++i) {
    const bool kept = !whole && (i < mask.keep_prefix || i >= characters.size() - mask.keep_suffix);
    masked += kept ? characters[i] : "*";
  }
  return masked;
}

std::string Hashed(const std::string& key, const std::string& text) {
  std::array<unsigned char, 32> digest;
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  std::string hex;
  for (size_t i = 0; i < 16; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

/// What is left of a value, as an SQL literal.
class Literal {
 public:
  Literal(const std::string& key, std::optional<std::string> text, bool is_text)
      : key_(key), text_(std::move(text)), is_text_(is_text) {}
  std::string operator()(const access::Absent&) const { LAKE_CHECK(false); }  // Such a column is left out.
  std::string operator()(const access::Null&) const { return is_text_ ? "NULL::VARCHAR" : "NULL::BIGINT"; }
  std::string operator()(const access::Hash&) const {
    return text_ ? engine::QuoteText(Hashed(key_, *text_)) : "NULL::VARCHAR";
  }
  std::string operator()(const access::Mask& mask) const {
    return text_ ? engine::QuoteText(Masked(mask, *text_)) : "NULL::VARCHAR";
  }
  std::string operator()(const access::Clear&) const {
    if (!is_text_) return text_ ? *text_ + "::BIGINT" : "NULL::BIGINT";
    return text_ ? engine::QuoteText(*text_) : "NULL::VARCHAR";
  }

 private:
  const std::string& key_;
  const std::optional<std::string> text_;
  const bool is_text_;
};

struct Case {
  std::string name;
  access::ColumnRules rules;  // Of name, email and salary; clear when not listed.
  std::string filter;
  bool (*passes)(const Person&) = [](const Person&) { return true; };
};

bool InRegion(const Person& person) { return person.region != 1; }
bool HasSalary(const Person& person) { return person.salary && *person.salary < 5000; }
bool HasAt(const Person& person) { return person.email && person.email->contains('@'); }
bool FromD(const Person& person) { return person.name > "D"; }
bool Nobody(const Person&) { return false; }

const std::vector<Case>& Cases() {
  using access::Absent, access::Hash, access::Mask, access::Null;
  static const std::vector<Case> kCases = {
      {"absent email", {{"email", Absent{}}}, ""},
      {"absent salary", {{"salary", Absent{}}}, ""},
      {"null name", {{"name", Null{}}}, ""},
      {"null email", {{"email", Null{}}}, ""},
      {"null salary", {{"salary", Null{}}}, ""},
      {"hash name", {{"name", Hash{}}}, ""},
      {"hash email", {{"email", Hash{}}}, ""},
      {"hash salary", {{"salary", Hash{}}}, ""},
      {"mask all of name", {{"name", Mask{}}}, ""},
      {"mask all but the ends of name", {{"name", Mask{1, 1}}}, ""},
      {"mask all but the start of name", {{"name", Mask{2, 0}}}, ""},
      {"mask all but the end of name", {{"name", Mask{0, 2}}}, ""},
      {"mask all of email", {{"email", Mask{}}}, ""},
      {"mask all but the ends of email", {{"email", Mask{1, 1}}}, ""},
      {"mask all but the start of email", {{"email", Mask{2, 0}}}, ""},
      {"mask all of salary", {{"salary", Mask{}}}, ""},
      {"mask all but the start of salary", {{"salary", Mask{1, 0}}}, ""},
      {"mask all but the ends of salary", {{"salary", Mask{1, 1}}}, ""},
      {"filter", {}, "region <> 1", InRegion},
      {"filter on a value that may be missing", {}, "salary < 5000", HasSalary},
      {"filter that nobody passes", {}, "region > 5", Nobody},
      {"filter on an absent column", {{"email", Absent{}}}, "email LIKE '%@%'", HasAt},
      {"filter on a hashed column", {{"email", Hash{}}}, "email LIKE '%@%'", HasAt},
      {"filter on a masked column", {{"name", Mask{0, 1}}}, "name > 'D'", FromD},
      {"filter and masks",
       {{"name", Mask{1, 0}}, {"email", Null{}}, {"salary", Hash{}}},
       "region <> 1",
       InRegion},
      {"filter on a column that is null", {{"salary", Null{}}}, "salary < 5000", HasSalary},
      {"hash all", {{"name", Hash{}}, {"email", Hash{}}, {"salary", Hash{}}}, "region <> 1", InRegion},
      {"mask all",
       {{"name", Mask{}}, {"email", Mask{1, 1}}, {"salary", Mask{2, 0}}},
       "email LIKE '%@%'",
       HasAt},
      {"everything",
       {{"name", Hash{}}, {"email", Mask{2, 3}}, {"salary", Null{}}},
       "salary < 5000",
       HasSalary},
  };
  return kCases;
}

// @ stands for the table.
constexpr const char* kGovernedShapes[] = {
    "SELECT * FROM @ ORDER BY id",
    "FROM @ ORDER BY ALL",
    "SELECT count(*) FROM @",
    "SELECT count(email), count(salary), count(DISTINCT name) FROM @",
    "SELECT min(name), max(name), min(email), max(email), min(salary), max(salary) FROM @",
    "SELECT id FROM @ WHERE name = 'CANARY' ORDER BY id",
    "SELECT id FROM @ WHERE email LIKE '%example%' ORDER BY id",
    "SELECT id FROM @ WHERE email IS NULL ORDER BY id",
    "SELECT id FROM @ WHERE CAST(salary AS VARCHAR) = '100' ORDER BY id",
    "SELECT id FROM @ WHERE CAST(salary AS VARCHAR) IN ('100', '7') OR region = 2 ORDER BY id",
    "SELECT id FROM @ WHERE NOT (name > 'D') ORDER BY id",
    "SELECT id FROM @ WHERE starts_with(name, 'C') ORDER BY id",
    "SELECT name FROM @ WHERE id BETWEEN 2 AND 8 ORDER BY name, id",
    "SELECT id FROM @ ORDER BY salary NULLS FIRST, email NULLS LAST, name, id",
    "SELECT name, email FROM @ ORDER BY email DESC NULLS LAST, id LIMIT 3",
    "SELECT id FROM @ ORDER BY name, id LIMIT 2 OFFSET 1",
    "SELECT email, count(*) FROM @ GROUP BY email ORDER BY ALL",
    "SELECT salary, list(id ORDER BY id) FROM @ GROUP BY salary ORDER BY ALL",
    "SELECT region, count(*), max(name) FROM @ GROUP BY region HAVING count(*) > 1 ORDER BY region",
    "SELECT region, name, count(*) FROM @ GROUP BY ROLLUP (region, name) ORDER BY ALL",
    "SELECT region, email, count(*) FROM @ GROUP BY CUBE (region, email) ORDER BY ALL",
    "SELECT email FROM @ GROUP BY ALL HAVING email > 'b' ORDER BY 1",
    "SELECT a.id, b.id FROM @ a JOIN @ b ON a.email = b.email AND a.id < b.id ORDER BY ALL",
    "SELECT a.id, b.name FROM @ a JOIN @ b USING (salary) ORDER BY ALL",
    "SELECT a.id, b.id FROM @ a LEFT JOIN @ b ON a.name = b.email ORDER BY ALL",
    "SELECT a.id, b.id FROM @ a FULL JOIN @ b ON a.name < b.name AND a.region = b.region ORDER BY ALL",
    "SELECT id FROM @ a SEMI JOIN @ b USING (name) ORDER BY id",
    "SELECT r.i FROM range(12) r(i) ANTI JOIN @ p ON p.id = r.i ORDER BY 1",
    "SELECT r.i, p.name FROM range(12) r(i) LEFT JOIN @ p ON p.id = r.i ORDER BY 1",
    "SELECT count(*) FROM @ a CROSS JOIN @ b WHERE a.email = b.email",
    "SELECT a.id, b.id FROM @ a ASOF JOIN @ b ON a.region = b.region AND a.id >= b.id ORDER BY ALL",
    "SELECT count(*) FROM @ a POSITIONAL JOIN @ b",
    "WITH t AS (SELECT * FROM @ WHERE id < 8) SELECT count(*), min(name), max(email) FROM t",
    "WITH t AS MATERIALIZED (FROM @) SELECT * FROM t WHERE email IS NOT NULL ORDER BY id",
    "WITH RECURSIVE t(n, e) AS (SELECT id, email FROM @ WHERE id < 2 UNION ALL "
    "SELECT p.id, p.email FROM t JOIN @ p ON p.id = t.n + 2) SELECT * FROM t ORDER BY ALL",
    "SELECT (SELECT max(q.name) FROM @ q WHERE q.region = p.region) FROM @ p ORDER BY p.id",
    "SELECT id FROM @ p WHERE EXISTS (SELECT 1 FROM @ q WHERE q.email = p.email AND q.id <> p.id) ORDER BY "
    "id",
    "SELECT id FROM @ WHERE email IN (SELECT email FROM @ WHERE region = 0) ORDER BY id",
    "SELECT id FROM @ WHERE name > ANY (SELECT name FROM @ WHERE region = 0) ORDER BY id",
    "SELECT p.id, y FROM @ p, LATERAL (SELECT p.name || '!' AS y) ORDER BY ALL",
    "SELECT p.id, y.n FROM @ p, LATERAL (SELECT count(*) AS n FROM @ q WHERE q.name < p.name) y ORDER BY ALL",
    "SELECT name FROM @ WHERE id < 5 UNION SELECT name FROM @ WHERE id > 4 ORDER BY 1",
    "SELECT email FROM @ UNION ALL SELECT name FROM @ ORDER BY 1",
    "SELECT email FROM @ INTERSECT SELECT email FROM @ WHERE region = 0 ORDER BY 1",
    "SELECT id FROM range(12) t(id) EXCEPT SELECT id FROM @ ORDER BY id",
    "SELECT id, row_number() OVER (PARTITION BY region ORDER BY name, id) FROM @ ORDER BY id",
    "SELECT id, lag(email) OVER (ORDER BY id), rank() OVER (ORDER BY salary NULLS LAST) FROM @ ORDER BY id",
    "SELECT id, max(name) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM @ ORDER BY id",
    "SELECT id FROM @ QUALIFY row_number() OVER (PARTITION BY email ORDER BY id) = 1 ORDER BY id",
    "SELECT id FROM @ QUALIFY name = max(name) OVER (PARTITION BY region) ORDER BY id",
    "SELECT DISTINCT email FROM @ ORDER BY 1",
    "SELECT DISTINCT ON (region) id, name FROM @ ORDER BY region, name, id",
    "SELECT list(name ORDER BY id), string_agg(email, ',' ORDER BY id) FROM @",
    "SELECT arg_max(name, id), arg_min(email, id), mode(region) FROM @",
    "SELECT count(*) FILTER (WHERE email > 'b'), count(*) FILTER (WHERE salary IS NULL) FROM @",
    "SELECT histogram(region), approx_count_distinct(id) FROM @",
    "SELECT count(*) FROM (SELECT * FROM @ USING SAMPLE 100 PERCENT)",
    "SELECT * EXCLUDE (name) FROM @ ORDER BY id",
    "SELECT * REPLACE (upper(name) AS name) FROM @ ORDER BY id",
    "SELECT COLUMNS('.*a.*') FROM @ ORDER BY ALL",
    "SELECT COLUMNS(c -> c LIKE '%m%') FROM @ ORDER BY ALL",
    "SELECT p.a, p.b, p.c FROM @ p(a, b, c) ORDER BY 1",
    "SELECT {'n': name, 'e': email} AS s FROM @ ORDER BY id",
    "SELECT [name, email] AS l FROM @ ORDER BY id",
    "SELECT p FROM @ p ORDER BY p.id",
    "SELECT * FROM (PIVOT @ ON region IN (0, 1, 2) USING count(*) GROUP BY name) ORDER BY ALL",
    "SELECT * FROM (UNPIVOT (SELECT id, name, email FROM @) ON name, email INTO NAME k VALUE v) ORDER BY ALL",
    "SELECT list_transform(list(name ORDER BY id), x -> upper(x)) FROM @",
    "SELECT CASE WHEN name = 'CANARY' THEN email ELSE name END FROM @ ORDER BY id",
    "SELECT coalesce(email, name), length(name), md5(name), hash(name) = hash(name) FROM @ ORDER BY id",
    "SELECT name || email, concat(name, email), reverse(name) FROM @ ORDER BY id",
    "SELECT TRY_CAST(name AS INTEGER), TRY_CAST(email AS BIGINT), TRY_CAST(salary AS VARCHAR) FROM @ ORDER "
    "BY id",
    "DESCRIBE @",
    "SELECT column_name, column_type, min, max, count, null_percentage FROM (SUMMARIZE @) ORDER BY "
    "column_name",
    "SELECT * FROM (VALUES ('CANARY'), ('Ada')) v(n) JOIN @ p ON p.name = v.n ORDER BY ALL",
    "SELECT count(*) FROM @ WHERE name IN (SELECT name FROM @) AND email NOT IN ('x')",
};

class GovernedTest : public GovernedLake {
 protected:
  void SetUp() override {
    GovernedLake::SetUp();
    auto action = hash_keys_->MakeFirst(*catalog_->snapshot());
    LAKE_ASSERT_OK(action);
    key_ = *hash_keys_->current();
    AddDataset("persons", Rows(Case{}, Everybody), Columns(Case{}));
    Commit("tombstone", catalog::AddTombstones{.dataset = catalog::DatasetId("persons-id"),
                                               .row_key_column = "id",
                                               .row_key_values = {"3", "7"},
                                               .actor = "test",
                                               .reason = "asked"});
  }

  static bool Everybody(const Person&) { return true; }
  static bool Alive(const Person& person) { return person.id != 3 && person.id != 7; }

  static access::ColumnRule RuleOf(const Case& rules, const std::string& column) {
    const auto found = rules.rules.find(column);
    return found == rules.rules.end() ? access::ColumnRule(access::Clear{}) : found->second;
  }

  static bool Shows(const Case& rules, const std::string& column) {
    return !std::holds_alternative<access::Absent>(RuleOf(rules, column));
  }

  std::string Row(const Case& rules, const Person& person) {
    const auto salary = person.salary ? std::optional(fmt::to_string(*person.salary)) : std::nullopt;
    std::string select = fmt::format("SELECT {}::BIGINT AS id", person.id);
    const auto add = [&](const std::string& column, const Literal& literal) {
      if (!Shows(rules, column)) return;
      select += fmt::format(", {} AS {}", std::visit(literal, RuleOf(rules, column)), column);
    };
    add("name", Literal(key_, person.name, true));
    add("email", Literal(key_, person.email, true));
    add("salary", Literal(key_, salary, false));
    return select + fmt::format(", {}::BIGINT AS region", person.region);
  }

  /// The rows that pass, as they are under the rules.
  std::string Rows(const Case& rules, bool (*also)(const Person&)) {
    std::string select;
    for (const Person& person : People())
      if (rules.passes(person) && also(person))
        select += (select.empty() ? "" : " UNION ALL ") + Row(rules, person);
    return select.empty() ? Row(rules, People().front()) + " WHERE false" : select;
  }

  static std::vector<catalog::Column> Columns(const Case& rules) {
    const access::ColumnRule salary = RuleOf(rules, "salary");
    const bool text =
        std::holds_alternative<access::Hash>(salary) || std::holds_alternative<access::Mask>(salary);
    std::vector<catalog::Column> columns = {
        {.field_id = 1, .name = "id", .type = "BIGINT"},
        {.field_id = 2, .name = "name", .type = "VARCHAR"},
        {.field_id = 3, .name = "email", .type = "VARCHAR"},
        {.field_id = 4, .name = "salary", .type = text ? "VARCHAR" : "BIGINT"},
        {.field_id = 5, .name = "region", .type = "BIGINT"}};
    std::erase_if(columns, [&](const catalog::Column& column) { return !Shows(rules, column.name); });
    return columns;
  }

  access::Request Under(const Case& rules) {
    access::Role role = *access::BuiltInRole("admin");
    role.name = "governed";
    role.columns["persons"] = rules.rules;
    if (!rules.filter.empty()) role.row_filters["persons"] = rules.filter;
    access::Request request = MakeRequest({});
    request.caller.role = role.name;
    request.role = std::make_shared<access::Role>(role);
    return request;
  }

  static std::string On(std::string_view shape, std::string_view table) {
    std::string sql;
    for (const char c : shape) sql += c == '@' ? std::string(table) : std::string(1, c);
    return sql;
  }

  static std::string TextOf(const Result<std::string>& answer) {
    return answer.ok() ? *answer : "error " + answer.error().reason();
  }

  std::string key_;
};

/// The rules with one of them taken away, for each.
std::vector<Case> EachOneLess(const Case& rules) {
  std::vector<Case> less;
  for (const auto& [column, rule] : rules.rules) {
    less.push_back(rules);
    less.back().rules.erase(column);
    less.back().name += " without the one on " + column;
  }
  if (rules.filter.empty()) return less;
  less.push_back(rules);
  less.back().filter.clear();
  less.back().name += " without the filter";
  return less;
}

TEST_F(GovernedTest, EveryShapeUnderEveryRuleIsThePhysicalTable) {
  const size_t stride = std::getenv("LAKE_GOVERNED_SHAPES") == nullptr ? 3 : 1;
  std::vector<std::string> without;
  for (const char* shape : kGovernedShapes)
    without.push_back(TextOf(RunAs(MakeRequest({}), On(shape, "persons"))));
  size_t compared = 0, answered = 0;
  for (size_t i = 0; i < Cases().size(); ++i) {
    const Case& rules = Cases()[i];
    const std::string copy = fmt::format("copy{}", i);
    AddDataset(copy, Rows(rules, Alive), Columns(rules));
    size_t told_apart = 0;
    for (size_t j = i % stride; j < std::size(kGovernedShapes); j += stride) {
      const char* shape = kGovernedShapes[j];
      const Result<std::string> governed = RunAs(Under(rules), On(shape, "persons"));
      const std::string physical = TextOf(RunAs(MakeRequest({}), On(shape, copy)));
      EXPECT_EQ(TextOf(governed), physical) << rules.name << ": " << shape;
      EXPECT_THAT(TextOf(governed), testing::Not(testing::HasSubstr("99999"))) << rules.name << ": " << shape;
      told_apart += without[j] != physical ? 1 : 0;
      answered += governed.ok() ? 1 : 0;
      ++compared;
    }
    EXPECT_GT(stride * told_apart, 10u) << rules.name << ": hardly a shape would notice its loss";
    const std::string rows = TextOf(RunAs(Under(rules), "FROM persons ORDER BY id"));
    for (const Case& less : EachOneLess(rules))
      EXPECT_NE(TextOf(RunAs(Under(less), "FROM persons ORDER BY id")), rows) << less.name;
  }
  fmt::print("{} statements compared, {} of them answered\n", compared, answered);
  EXPECT_GE(stride * compared, 2000u);
  EXPECT_GT(answered, compared * 9 / 10);
}

TEST_F(GovernedTest, AnAbsentColumnIsNowhere) {
  Case rules{.name = "absent", .rules = {{"email", access::Absent{}}}};
  for (const char* sql :
       {"SELECT email FROM persons", "SELECT persons.email FROM persons",
        "SELECT id FROM persons WHERE email = 'x'", "SELECT id FROM persons ORDER BY email",
        "SELECT count(*) FROM persons GROUP BY email", "SELECT * EXCLUDE (email) FROM persons",
        "SELECT a.id FROM persons a JOIN persons b USING (email)", "SELECT COLUMNS('email') FROM persons"}) {
    const Result<std::string> answer = RunAs(Under(rules), sql);
    ASSERT_FALSE(answer.ok()) << sql;
    EXPECT_EQ(answer.error().reason(), "sql_error") << sql;
    EXPECT_THAT(answer.error().ToString(), testing::Not(testing::HasSubstr("@"))) << sql;
  }
  EXPECT_THAT(RunAs(Under(rules), "SELECT string_agg(column_name, ',') FROM (DESCRIBE persons)"),
              HasValue(std::string(R"(["id,name,salary,region"])")));
}

/// DuckDB calls a column after the text of its expression, and quotes such texts in errors. Below the user's
/// tables that text would name files, rules, the row filter and absent columns.
TEST_F(GovernedTest, NamesOfColumnsAndErrorsAreMadeOfTheTextAlone) {
  const Case rules{.name = "all",
                   .rules = {{"name", access::Mask{}}, {"email", access::Absent{}}},
                   .filter = "salary < 5000"};
  for (const char* sql :
       {"SELECT (SELECT max(id) FROM persons)",
        "SELECT 1 + (SELECT max(id) FROM persons) * 2",
        "SELECT EXISTS (SELECT 1 FROM persons p WHERE p.id = 1)",
        "SELECT 7 IN (SELECT id FROM persons)",
        "SELECT ARRAY(SELECT name FROM persons)",
        "SELECT id > ALL (SELECT id FROM persons) FROM persons",
        "SELECT CASE WHEN (SELECT true FROM persons LIMIT 1) THEN 1 ELSE 2 END",
        "SELECT max((SELECT min(id) FROM persons)) OVER () FROM persons",
        "SELECT [(SELECT max(id) FROM persons) FOR x IN [1, 2]]",
        "SELECT * FROM (SELECT (SELECT (SELECT max(id) FROM persons)))",
        "WITH t AS (SELECT (SELECT max(id) FROM persons)) SELECT * FROM t",
        "SELECT (WITH t AS (SELECT (SELECT max(id) FROM persons) FROM persons) SELECT count(*) FROM t)",
        "SELECT (SELECT max(id) FROM persons) UNION ALL SELECT (SELECT min(id) FROM persons)",
        "DESCRIBE SELECT (SELECT max(id) FROM persons)",
        "SUMMARIZE SELECT (SELECT max(id) FROM persons)",
        "SELECT alias((SELECT max(id) FROM persons))",
        "SELECT alias(1 + (SELECT max(id) FROM persons))",
        "SELECT row((SELECT max(id) FROM persons))",
        "SELECT struct_pack((SELECT max(id) FROM persons))",
        "SELECT unnest((SELECT list(id) FROM persons))",
        "FROM unnest((SELECT list(id) FROM persons))",
        "SELECT COLUMNS('i.*') + (SELECT max(id) FROM persons) FROM persons",
        "SELECT * REPLACE ((SELECT max(id) FROM persons) AS id) FROM persons",
        "FROM (PIVOT persons ON region IN (0, 1) USING max(id + (SELECT 1 FROM persons LIMIT 1)), count(*))",
        "SELECT (SELECT id, name FROM persons)",
        "SELECT (SELECT max(id) FROM persons) + 'x'::DATE",
        "SELECT sum((SELECT name FROM persons LIMIT 1))",
        "SELECT upper(x := (SELECT max(name) FROM persons))",
        "SELECT (SELECT id FROM persons)::INTEGER[]",
        "SELECT id FROM persons GROUP BY (SELECT max(id) FROM persons)",
        "SELECT CAST((SELECT max(name) FROM persons) AS INTEGER)",
        "SELECT sum(max((SELECT 1 FROM persons)))",
        "SELECT id FROM persons WHERE (SELECT name FROM persons)",
        "SELECT id FROM persons LIMIT (SELECT name FROM persons LIMIT 1)",
        "SELECT id FROM persons ORDER BY sum((SELECT max(id) FROM persons))",
        "SELECT DISTINCT id FROM persons ORDER BY (SELECT max(id) FROM persons)",
        "SELECT id FROM persons WHERE row_number() OVER (ORDER BY (SELECT max(id) FROM persons)) = 1",
        "SELECT list_transform([1], x -> (SELECT max(id) + x FROM persons))",
        "SELECT nothing, (SELECT max(id) FROM persons)",
        "SELECT (SELECT nothing FROM persons)"}) {
    const auto running = service_->Start(Under(rules), {.sql = sql, .parameters = {}});
    std::string text = running.ok() ? "" : running.error().ToString();
    if (running.ok()) {
      for (const engine::ResultColumn& column : (*running)->rows().columns()) text += column.name + "\n";
      const Result<std::string> rows = Drain((*running)->rows());
      text += rows.ok() ? *rows : rows.error().ToString();
    }
    for (const char* hidden : {"lake", "parquet", "email", "5000", "salary <", "TRY_CAST", "repeat"})
      EXPECT_THAT(text, testing::Not(testing::HasSubstr(hidden))) << sql;
  }
}

TEST_F(GovernedTest, ColumnsWithSubqueriesAreCalledAsInDuckDb) {
  const auto running = service_->Start(
      Under({}),
      {.sql = "SELECT (SELECT max(id) FROM persons), 1 + (SELECT 2), EXISTS (FROM persons), (SELECT 3) AS x",
       .parameters = {}});
  LAKE_ASSERT_OK(running);
  std::vector<std::string> names;
  for (const engine::ResultColumn& column : (*running)->rows().columns()) names.push_back(column.name);
  EXPECT_THAT(names, testing::ElementsAre("(SELECT max(id) FROM persons)", "(1 + (SELECT 2))",
                                          "EXISTS(SELECT * FROM persons)", "x"));
}

TEST_F(GovernedTest, HashesAreNullWithoutTheirKey) {
  auto lost = access::HashKeys::Open(*catalog_->snapshot(), (folder_ / "elsewhere").string(), random_, log_);
  LAKE_ASSERT_OK(lost);
  hash_keys_ = std::move(*lost);
  service_ = MakeService(*engine_, QueryLimits{});
  EXPECT_THAT(
      RunAs(Under({.name = "hash", .rules = {{"name", access::Hash{}}}}), "SELECT count(name) FROM persons"),
      HasValue(std::string("[0]")));
}

TEST_F(GovernedTest, ARevocationStopsWhatRunsAndWhatIsAboutTo) {
  const access::Request old = Under({});
  std::thread running([&] {
    EXPECT_THAT(RunAs(old, "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3"),
                IsError(ErrorCode::kCancelled, "rights_changed"));
  });
  while (service_->Running(MakeRequest({})).empty()) std::this_thread::yield();
  Commit("revoke", catalog::SetMetadata{.dataset = catalog::DatasetId("persons-id"), .metadata = nullptr});
  service_->OnRightsChange(
      {.caller = old.caller.name, .role = {}, .version = catalog_->snapshot()->version()});
  running.join();
  // Authenticated before the change, started after it.
  EXPECT_THAT(RunAs(old, "SELECT 1"), IsError(ErrorCode::kCancelled, "rights_changed"));
  EXPECT_THAT(RunAs(Under({}), "SELECT 1"), HasValue(std::string("[1]")));
}

TEST_F(GovernedTest, NothingIsReadWithoutItsAuditRecord) {
  access::AuditQuery mine{.before = {}, .caller = "local", .dataset = "persons", .decision = {}};
  LAKE_ASSERT_OK(
      RunAs(Under({.name = "mask", .rules = {{"name", access::Mask{}}}}), "SELECT count(*) FROM persons"));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto records, audit_->Read(Context{}, mine, 10));
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].tables.at(0).rules.at("name"), "mask");
  EXPECT_EQ(records[0].role, "governed");
}

}  // namespace
}  // namespace lake::query
