// Goal: whatever a statement says, no file is opened but those of the datasets that it names and its caller
// may reach. Method: random statements made from the shapes and the hostile ones, with names of files put in
// wherever one can stand; every open is recorded at three doors: the object store, the file system below the
// engine, and a folder of local files (the working directory) that nobody has any business with.
// LAKE_FILE_STATEMENTS sets how many; the seed is fixed.
#include <gmock/gmock.h>

#include <cstdlib>

#include "fake_functions.h"
#include "folder_watch.h"
#include "governed_lake.h"
#include "hostile_statements.h"
#include "lake/common/fold.h"
#include "lake/engine_testing/engine_files.h"
#include "recording_store.h"
#include "statement_mutator.h"
#include "statement_shapes.h"

namespace lake::query {
namespace {

constexpr int kFileStatements = 700;  // About seven seconds under the sanitizers, in both tests together.
constexpr uint32_t kFileSeed = 20261122;

/// Some are asked for more often. The reader may not reach the last two.
const std::vector<std::string> kDatasets = {"people", "people",  "people", "clean",
                                            "clean",  "payroll", "ledger"};

/// Whoever walks through the temporary folder on this machine does that too: but a statement does it again.
const std::vector<std::string> kFolderOpened = {"local file ."};

class FileOpensTest : public GovernedLake {
 protected:
  using Names = std::set<std::string>;

  void SetUp() override {
    GovernedLake::SetUp();
    for (const char* name : {"payroll", "ledger"})
      AddDataset(
          name,
          "SELECT i::BIGINT AS id, 'HIDDENROW' || i AS name, (i % 3)::BIGINT AS region FROM range(10) t(i)");
    // The audit log reads its own objects when it likes: they lie elsewhere.
    service_.reset();
    audit_ = access::AuditLog::Make(*audit_store_, log_);
    functions_ = {.relations = {std::make_shared<FindPeople>()}, .vectors = {std::make_shared<Letters>()}};
    service_ = MakeService(*engine_, QueryLimits{});
    LayBaits();
    granted_ = RecordGrantedPaths(*StartSession(*engine_));
    watch_.emplace(baits_);
    Offences("", {});
  }

  void TearDown() override {
    service_.reset();
    audit_.reset();  // Before its store.
    std::filesystem::current_path(home_);
  }

  std::shared_ptr<storage::ObjectStore> MakeStore() override {
    recorder_ = std::make_shared<RecordingStore>(GovernedLake::MakeStore());
    return recorder_;
  }

  static std::unique_ptr<engine::Session> StartSession(engine::Engine& engine) {
    auto session = engine.StartSession(Context{}, {});
    LAKE_CHECK(session.ok());
    return std::move(*session);
  }

  void LayBaits() {
    std::filesystem::create_directories(baits_);
    auto parquet = store_->Get(Context{}, *storage::ObjectKey::Parse("data/payroll.parquet"), {});
    LAKE_ASSERT_OK(parquet);
    std::ofstream(baits_ / "people.parquet") << *parquet;
    std::ofstream(baits_ / "payroll") << *parquet;
    std::ofstream(baits_ / "secret.txt") << "HIDDENROW";
    std::ofstream(baits_ / "people.csv") << "id,name,region\n1,HIDDENROW,2\n";
    std::ofstream(baits_ / "people.json") << "{\"id\": 1, \"name\": \"HIDDENROW\", \"region\": 2}\n";
    std::filesystem::current_path(baits_);
  }

  MutatorWords Words(std::vector<std::string> tables) const {
    MutatorWords words;
    words.tables = std::move(tables);
    for (int times = 0; times < 4; ++times)  // As many as the hostile ones, and more.
      for (const char* shape : kStatementShapes)
        for (const std::string& table : words.tables) words.seeds.push_back(OnTable(shape, table));
    // Those that are endless have nothing to do with files.
    for (const char* source : {LAKE_HOSTILE_SQL, LAKE_HOSTILE_CALLS})
      for (const HostileStatement& statement : ReadHostileStatements(source, baits_.string()))
        if (statement.runs_anywhere) words.seeds.push_back(statement.sql);
    const std::string folder = baits_.string();
    words.paths = {folder + "/secret.txt",
                   folder + "/people.parquet",
                   folder + "/people.csv",
                   folder + "/*",
                   folder + "/../spill",
                   "people.parquet",
                   "payroll",
                   "./people.csv",
                   "people.json",
                   "*.parquet",
                   "*",
                   "file:" + folder + "/people.csv",
                   "file://" + folder + "/secret.txt",
                   "/etc/passwd",
                   "/proc/self/environ",
                   "/proc/self/fd/0",
                   "~/people.csv",
                   "",
                   "s3://bucket/people.parquet",
                   "lake://scan/0",
                   "lake://scan/1",
                   "lake://scan/7",
                   "lake://scan/*",
                   "LAKE://scan/0",
                   "lake://scan/00",
                   "lake://out/0",
                   "lake://file/*",
                   "lake://file/primary/data/people.parquet",
                   "lake://file/primary/data/clean.parquet",
                   "lake://file/primary/data/payroll.parquet",
                   "lake://file/primary/data/ledger.parquet",
                   "lake://file/primary/data/*.parquet",
                   "lake://file/primary%2Fdata%2Fpayroll.parquet",
                   "lake://file/primary/data/../data/payroll.parquet",
                   "primary/data/payroll.parquet",
                   "data/payroll.parquet",
                   "lake_values_0",
                   "lake_table_0"};
    return words;
  }

  access::Request Reader() {
    const access::ColumnRules clear = {
        {"id", access::Clear{}}, {"name", access::Clear{}}, {"region", access::Clear{}}};
    access::Request request = MakeRequest(Soon());
    auto role =
        std::make_shared<access::Role>(access::Role{.name = "reader",
                                                    .permissions = {access::Permission::kRead},
                                                    .columns = {{"people", clear}, {"clean", clear}}});
    request.caller = {.name = "reader", .role = role->name};
    request.role = role;
    return request;
  }

  static Context Soon() {
    Context context;
    context.deadline = Deadline::After(std::chrono::seconds(2));
    return context;
  }

  /// What was opened since the last call and belongs to no dataset of `reachable` that the text names.
  /// "lake://scan" is a list of files and no file.
  std::vector<std::string> Offences(const std::string& sql, const Names& reachable) {
    const std::string folded = Fold(sql);
    Names keys, paths;
    for (const std::string& name : reachable)
      if (folded.contains(name)) {
        keys.insert("data/" + name + ".parquet");
        paths.insert("lake://file/primary/data/" + name + ".parquet");
      }
    std::vector<std::string> offences;
    for (const std::string& key : recorder_->TakeRead())
      if (!keys.contains(key)) offences.push_back("object " + key);
    for (const std::string& path : granted_->Take())
      if (!path.starts_with("lake://scan/") && !paths.contains(path)) offences.push_back("path " + path);
    for (const std::string& name : watch_->Take()) offences.push_back("local file " + name);
    return offences;
  }

  Result<std::string> OnPeopleAlone(const engine::SelectTree& tree) {
    const auto people = catalog_->snapshot()->FindDatasetByName("people");
    const catalog::DataFile& file = *people->files.front();
    engine::ReadSet read_set;
    read_set.AddScan({{.path = "primary/" + file.key,
                       .store = store_,
                       .key = *storage::ObjectKey::Parse(file.key),
                       .bytes = file.bytes,
                       .rows = file.rows}});
    LAKE_ASSIGN_OR_RETURN(auto session, engine_->StartSession(Soon(), std::move(read_set)));
    LAKE_ASSIGN_OR_RETURN(auto rows, session->Execute(tree, {}));
    return Drain(*rows);
  }

  static int Wanted() {
    const char* wanted = std::getenv("LAKE_FILE_STATEMENTS");
    return wanted == nullptr ? kFileStatements : std::atoi(wanted);
  }

  const std::filesystem::path home_ = std::filesystem::current_path();
  const std::filesystem::path baits_ = folder_ / "baits";
  const std::unique_ptr<storage::ObjectStore> audit_store_ = storage::MakeMemoryStore(clock_);
  std::shared_ptr<RecordingStore> recorder_;
  std::shared_ptr<engine::GrantedPaths> granted_;
  std::optional<FolderWatch> watch_;
};

TEST_F(FileOpensTest, OnlyFilesOfDatasetsThatTheCallerMayReach) {
  StatementMutator statements(Words(kDatasets), kFileSeed);
  int answered = 0;
  std::map<std::string, int> errors;
  for (int i = 0; i < Wanted(); ++i) {
    const std::string sql = statements.Next();
    Result<std::string> answer = RunAs(Reader(), sql);
    std::vector<std::string> offences = Offences(sql, {"people", "clean"});
    for (int again = 0; again < 2 && offences == kFolderOpened; ++again) {
      answer = RunAs(Reader(), sql);
      offences = Offences(sql, {"people", "clean"});
    }
    ASSERT_THAT(offences, testing::IsEmpty()) << sql;
    const std::string text = answer.ok() ? *answer : answer.error().ToString();
    for (const char* hidden : {"HIDDENROW", "root:x:"})
      ASSERT_EQ(text.find(hidden), std::string::npos) << sql << "\n" << text;
    ASSERT_FALSE(!answer.ok() && answer.error().Is(ErrorCode::kInternal)) << sql << "\n" << text;
    answered += answer.ok() ? 1 : 0;
    if (!answer.ok()) ++errors[answer.error().reason()];
  }
  fmt::print("{} statements, {} answered", Wanted(), answered);
  for (const auto& [reason, times] : errors) fmt::print(", {} {}", times, reason);
  fmt::print("\n");
  // A generator of nonsense would prove nothing.
  EXPECT_GT(answered, Wanted() / 5);
}

/// The same with the gate gone: the engine is handed the statement as it is, and people's file with it.
TEST_F(FileOpensTest, BehindTheGateOnlyTheReadSet) {
  // Datasets mean nothing to it.
  StatementMutator statements(
      Words({"read_parquet('lake://scan/0')", "read_parquet('lake://scan/0')", "people", "payroll"}),
      kFileSeed + 1);
  int answered = 0, parsed = 0;
  for (int i = 0; i < Wanted(); ++i) {
    const std::string sql = statements.Next();
    const Result<engine::SelectTree> tree = engine_->Parse(Soon(), sql);
    if (!tree.ok()) continue;
    ++parsed;
    Result<std::string> answer = OnPeopleAlone(*tree);
    std::vector<std::string> offences = Offences("people", {"people"});  // By whichever name.
    for (int again = 0; again < 2 && offences == kFolderOpened; ++again) {
      answer = OnPeopleAlone(*tree);
      offences = Offences("people", {"people"});
    }
    ASSERT_THAT(offences, testing::IsEmpty()) << sql;
    const std::string text = answer.ok() ? *answer : answer.error().ToString();
    for (const char* hidden : {"HIDDENROW", "root:x:"})
      ASSERT_EQ(text.find(hidden), std::string::npos) << sql << "\n" << text;
    answered += answer.ok() ? 1 : 0;
  }
  fmt::print("{} statements, {} of them one SELECT, {} answered\n", Wanted(), parsed, answered);
  EXPECT_GT(answered, Wanted() / 10);
}

/// All three doors are watched: the same statements by somebody who may do more, and a file system that is
/// off.
TEST_F(FileOpensTest, WhatIsOpenedBeyondThatShows) {
  StatementMutator statements(Words(kDatasets), kFileSeed);
  int shown = 0;
  for (int i = 0; i < 300; ++i) {
    (void)RunAs(MakeRequest(Soon()), statements.Next());
    shown += Offences("people clean", {"people", "clean"}).empty() ? 0 : 1;
  }
  EXPECT_GT(shown, 20);
  AddDataset("unread", "SELECT 1::BIGINT AS id, 'x' AS name, 2::BIGINT AS region");  // In no cache.
  LAKE_ASSERT_OK(RunAs(MakeRequest({}), "SELECT * FROM unread"));
  EXPECT_THAT(
      Offences("unread", {"people"}),
      testing::IsSupersetOf({"object data/unread.parquet", "path lake://file/primary/data/unread.parquet"}));

  const auto session = StartSession(*engine_);
  const std::string read = "SELECT count(*) FROM read_csv('people.csv')";
  EXPECT_THAT(session->ExecuteTrusted(read), IsError(ErrorCode::kPermissionDenied, "not_permitted"));
  EXPECT_THAT(Offences(read, {}), testing::IsEmpty());
  TakeFileSystemAway(*session);
  LAKE_EXPECT_OK(session->ExecuteTrusted(read));
  EXPECT_THAT(Offences(read, {}), testing::Contains("local file people.csv"));
  LAKE_EXPECT_OK(session->ExecuteTrusted("SELECT count(*) FROM glob('*')"));
  EXPECT_EQ(Offences(read, {}), kFolderOpened);
}

}  // namespace
}  // namespace lake::query
