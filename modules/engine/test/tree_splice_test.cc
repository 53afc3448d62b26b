// Goal: a statement whose tables were replaced in its tree by a governed relation gives what the same text
// gives over a view with that definition, for every shape of statement we know. Method: the view is the
// oracle; the splice is the plain one: every BASE_TABLE named people becomes the subquery.
#include "engine_fixture.h"

namespace lake::engine {
namespace {

constexpr const char* kGoverned =
    "SELECT id, name, region, '***' AS ssn FROM read_parquet('lake://scan/0') WHERE region <> 1";

class TreeSpliceTest : public EngineTest {
 protected:
  TreeSpliceTest() {
    const ScanFile file =
        WriteFile("people.parquet",
                  "SELECT range AS id, 'n' || range AS name, range % 10 AS region, 'ssn' || range AS ssn "
                  "FROM range(1000)",
                  {"id", "name", "region", "ssn"});
    read_set_.AddScan({file});
    relation_ = *engine_->Parse({}, std::string("SELECT * FROM (") + kGoverned + ") AS t")
                     .value()
                     .root.Find("statements")
                     ->as_array()[0]
                     .Find("node")
                     ->Find("from_table");
  }

  /// Names of common table expressions hide tables of that name, also inside the expressions themselves.
  void Splice(JsonValue& node, std::vector<std::string> hidden) {
    if (node.is_array()) {
      for (JsonValue& item : node.as_array()) Splice(item, hidden);
      return;
    }
    if (!node.is_object()) return;
    if (node.FindString("type") == "BASE_TABLE") {
      const std::string name(node.FindString("table_name"));
      if (std::find(hidden.begin(), hidden.end(), name) != hidden.end()) return;
      JsonValue replacement = relation_;
      const std::string alias(node.FindString("alias"));
      replacement.Set("alias", alias.empty() ? name : alias);
      for (const char* kept : {"column_name_alias", "sample", "query_location"})
        if (const JsonValue* member = node.Find(kept)) replacement.Set(kept, *member);
      node = std::move(replacement);
      return;
    }
    if (const JsonValue* map = node.Find("cte_map"))
      for (const JsonValue& entry : map->Find("map")->as_array())
        hidden.emplace_back(entry.FindString("key"));
    for (auto& [key, value] : node.as_object()) Splice(value, hidden);
  }

  std::string Spliced(const std::string& sql) {
    auto tree = engine_->Parse({}, sql);
    if (!tree.ok()) return "error: " + Describe(tree.error());
    Splice(tree->root, {});
    const auto session = Start(read_set_);
    return Rows(session->Execute(*tree, {}));
  }

  std::string OverView(const std::string& sql) {
    const auto session = Start(read_set_);
    EXPECT_EQ(Rows(session->ExecuteTrusted(std::string("CREATE TEMP VIEW people AS ") + kGoverned)), "");
    return Rows(session->ExecuteTrusted(sql));
  }

  ReadSet read_set_;
  JsonValue relation_;
};

TEST_F(TreeSpliceTest, GivesWhatTheViewGives) {
  const std::vector<std::string> statements = {
      "select count(*) from people",
      "select people.ssn, p2.name from people join people p2 using (id) where people.region = 2 order by id "
      "limit 3",
      "with people2 as (select * from people where id < 10) select count(*), min(ssn) from people2",
      "select (select max(ssn) from people q where q.id = p.id) from people p limit 2",
      "select * exclude (name) from people order by ssn, id limit 2",
      "select region, count(*) filter (ssn = '***') as c, list(name order by id)[1:2] from people group by "
      "all having "
      "c > 0 order by 1 limit 2",
      "select count(*) from (select * from people tablesample 10 rows)",
      "select id from people union select id from people where ssn like 'ssn%' order by 1 limit 3",
      "select name, row_number() over (partition by region order by id) as r from people qualify r = 1 order "
      "by 1 limit 2",
      "with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select sum(n) from t",
      "from people select count(*)",
      "select list_transform([1, 2], x -> x + 1), count(*) from people",
      "select columns('i.*') from people order by all limit 1",
      "select p.i from people p(i, n) order by 1 limit 1",
      "with people as (select 1 as a) select * from people",
      "select * from people semi join people z using (id) order by id limit 1",
      "select count(*) from people, lateral (select people.id * 2 as y) where y > 10",
      "select unnest([1, 2]), (select count(*) from people)",
      "values (1), (2)",
      "select count(*) from people positional join people b",
      "select column_name, count from (summarize people)",
      "describe people",
      "select struct_pack(a := ssn) as s from people limit 1",
      "select people from people order by id limit 1",
      "select ssn from people where ssn = 'ssn5'",
      "select region, ssn, count(*) from people group by rollup (region, ssn) order by all limit 4",
      "select * from (from people order by id limit 2) anti join people b on b.id = 0",
      "select id from people where id in (select id from people where region = 3) order by id desc limit 2",
      "select max(id) from people where exists (select 1 from people i where i.id > people.id)",
      "select distinct on (region) region, min(id) over (partition by region) from people order by region "
      "limit 2",
  };
  for (const std::string& statement : statements)
    EXPECT_EQ(Spliced(statement), OverView(statement)) << statement;
}

TEST_F(TreeSpliceTest, TimeTravelIsTheCallersToTakeOff) {
  EXPECT_EQ(Spliced("select count(*) from people at (version => 3)"), "[900]");
}

TEST_F(TreeSpliceTest, PositionsAreThoseOfTheUsersText) {
  EXPECT_EQ(Spliced("select count(*), nosuch from people").substr(0, 36),
            "error: invalid_argument/sql_error: R");
  EXPECT_NE(Spliced("select count(*), nosuch from people").find("[/sql at byte 17]"), std::string::npos);
}

}  // namespace
}  // namespace lake::engine
