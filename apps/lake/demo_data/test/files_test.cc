// Goal: the folder is always whole and right, and right files are not made again. Method: generate into a
// temporary folder, damage it in different ways and generate again.
#include "lake/demo_data/files.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "lake/common/digest.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::demo_data {
namespace {

constexpr Scale kSmall{2'000};

WriteOptions OptionsFor(const TempDir& directory) {
  return {.directory = directory / "sample", .scale = kSmall, .threads = 2, .progress = {}, .cancel = {}};
}

std::string ReadWhole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<Origin> OriginsOf(const GeneratedFiles& generated) {
  std::vector<Origin> origins;
  for (const GeneratedFile& file : generated.files) origins.push_back(file.origin);
  return origins;
}

std::vector<std::string> NamesIn(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    names.push_back(entry.path().filename());
  return names;
}

TEST(FilesTest, SaysWhatIsInThem) {
  TempDir directory;
  LAKE_ASSERT_OK_AND_ASSIGN(GeneratedFiles generated, WriteAll(OptionsFor(directory)));
  ASSERT_EQ(generated.files.size(), kTables.size());
  int64_t rows = 0;
  for (const GeneratedFile& file : generated.files) {
    std::string text = ReadWhole(file.path);
    EXPECT_EQ(file.path.filename(), std::string(TableName(file.table)) + ".csv");
    EXPECT_EQ(std::ssize(text), file.bytes);
    EXPECT_EQ(Sha256Hex(text), file.sha256);
    EXPECT_EQ(file.origin, Origin::kWritten);
    rows += file.rows;
  }
  EXPECT_EQ(rows, kSmall.total_rows);
  EXPECT_THAT(
      NamesIn(directory / "sample"),
      testing::UnorderedElementsAre("candidates.csv", "clients.csv", "job_orders.csv", "placements.csv",
                                    "timesheets.csv", "call_log.csv", "email_log.csv", "manifest.json"));
}

TEST(FilesTest, ASecondRunKeepsEverything) {
  TempDir directory;
  LAKE_ASSERT_OK_AND_ASSIGN(GeneratedFiles first, WriteAll(OptionsFor(directory)));
  LAKE_ASSERT_OK_AND_ASSIGN(GeneratedFiles second, WriteAll(OptionsFor(directory)));
  EXPECT_THAT(OriginsOf(second), testing::Each(Origin::kReused));
  for (size_t file = 0; file < first.files.size(); ++file)
    EXPECT_EQ(first.files[file].sha256, second.files[file].sha256);
}

TEST(FilesTest, OnlyADamagedOrMissingFileIsMadeAgain) {
  TempDir directory;
  LAKE_ASSERT_OK_AND_ASSIGN(GeneratedFiles first, WriteAll(OptionsFor(directory)));
  std::string clients = ReadWhole(first.files[1].path);
  clients[clients.size() / 2] ^= 1;
  std::ofstream(first.files[1].path, std::ios::binary) << clients;
  std::filesystem::remove(first.files[6].path);
  LAKE_ASSERT_OK_AND_ASSIGN(GeneratedFiles second, WriteAll(OptionsFor(directory)));
  for (size_t file = 0; file < second.files.size(); ++file) {
    EXPECT_EQ(second.files[file].origin, file == 1 || file == 6 ? Origin::kWritten : Origin::kReused);
    EXPECT_EQ(Sha256Hex(ReadWhole(second.files[file].path)), first.files[file].sha256);
  }
}

TEST(FilesTest, AnotherScaleOrABrokenManifestKeepsNothing) {
  TempDir directory;
  WriteOptions options = OptionsFor(directory);
  LAKE_ASSERT_OK(WriteAll(options));
  options.scale = Scale{3'000};
  LAKE_ASSERT_OK_AND_ASSIGN(GeneratedFiles larger, WriteAll(options));
  EXPECT_THAT(OriginsOf(larger), testing::Each(Origin::kWritten));
  std::ofstream(larger.manifest) << "{\"generator_version\": ";
  LAKE_ASSERT_OK_AND_ASSIGN(GeneratedFiles again, WriteAll(options));
  EXPECT_THAT(OriginsOf(again), testing::Each(Origin::kWritten));
}

TEST(FilesTest, ReportsProgressToTheLastRow) {
  TempDir directory;
  WriteOptions options = OptionsFor(directory);
  int64_t last = 0;
  options.progress = [&](const Progress& progress) {
    EXPECT_GT(progress.rows_done, last);
    EXPECT_EQ(progress.rows_total, kSmall.total_rows);
    last = progress.rows_done;
  };
  LAKE_ASSERT_OK(WriteAll(options));
  EXPECT_EQ(last, kSmall.total_rows);
}

TEST(FilesTest, CancellingLeavesNoHalfFile) {
  TempDir directory;
  WriteOptions options = OptionsFor(directory);
  options.scale = Scale{100'000};
  CancelSource cancel;
  options.cancel = cancel.token();
  options.progress = [&](const Progress& progress) {
    if (progress.table == Table::kTimesheets) cancel.Cancel("by_request");
  };
  EXPECT_THAT(WriteAll(options), IsError(ErrorCode::kCancelled, "by_request"));
  EXPECT_THAT(
      NamesIn(directory / "sample"),
      testing::UnorderedElementsAre("candidates.csv", "clients.csv", "job_orders.csv", "placements.csv"));
}

TEST(FilesTest, AFolderThatCannotBeIsAnError) {
  TempDir directory;
  std::ofstream(directory / "sample") << "a file";
  EXPECT_THAT(WriteAll(OptionsFor(directory)), IsError(ErrorCode::kUnavailable, "demo_data_not_written"));
}

TEST(FilesTest, AFileThatCannotBeReplacedIsAnError) {
  TempDir directory;
  std::filesystem::create_directories(directory / "sample/clients.csv/inside");
  EXPECT_THAT(WriteAll(OptionsFor(directory)), IsError(ErrorCode::kUnavailable, "demo_data_not_written"));
}

TEST(FilesTest, ABadScaleTouchesNothing) {
  TempDir directory;
  WriteOptions options = OptionsFor(directory);
  options.scale = Scale{7};
  EXPECT_THAT(WriteAll(options), IsError(ErrorCode::kInvalidArgument, "bad_scale"));
  EXPECT_FALSE(std::filesystem::exists(options.directory));
}

}  // namespace
}  // namespace lake::demo_data
