// Goal: a file answers as the index it was written from, on any target; a damaged one is refused or found
// out, and never a crash. Method: written and opened; every byte of the header and many of the rest changed;
// headers that lie under a right checksum; files cut short.
#include "segment.h"

#include <gmock/gmock.h>

#include <cstring>
#include <fstream>

#include "ann_scenarios.h"
#include "lake/common/seeded_numbers.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::ann {
namespace {

class SegmentTest : public testing::Test {
 protected:
  SegmentTest() {
    for (size_t d = 0; d < 24; ++d) sample_.values[5 * 24 + d] = sample_.values[d];  // One duplicate.
    built_ = BuildOrDie(sample_.rows(), {.ef_construction = 20, .degree = 8, .seed = 9});
    LAKE_EXPECT_OK(built_->WriteTo([&](std::string_view piece) {
      bytes_ += piece;
      return Status();
    }));
  }

  std::string Write(std::string_view bytes) {
    const std::string path = directory_ / "index";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return path;
  }
  Result<Index> OpenBytes(std::string_view bytes) { return Index::Open(Write(bytes)); }

  void ExpectAnswersAsBuilt(const Index& opened) {
    EXPECT_EQ(opened.Digest(), built_->Digest());
    EXPECT_EQ(opened.rows(), 1500);
    EXPECT_EQ(opened.options().seed, 9);
    EXPECT_EQ(opened.options().code, built_->options().code);
    LAKE_EXPECT_OK(opened.Verify({}));
    for (size_t q = 0; q < 5; ++q) {
      for (const Precision precision : {Precision::kApproximate, Precision::kExact}) {
        const SearchOptions options = {.precision = precision};
        EXPECT_EQ(SearchOrDie(opened, sample_.queries().row_span(q), options).hits,
                  SearchOrDie(*built_, sample_.queries().row_span(q), options).hits);
      }
    }
  }

  /// Asks everything of an index that may be damaged: it may answer or say so.
  static void Ask(const Index& index, std::span<const float> query) {
    SearchMemory memory;
    for (const Precision precision : {Precision::kApproximate, Precision::kExact}) {
      const Result<Answer> answer = index.Search(query, {.precision = precision}, {}, &memory);
      if (!answer.ok()) EXPECT_THAT(answer, IsError(ErrorCode::kDataLoss, "segment_damaged"));
    }
    const Result<RegionMap> regions = index.Regions();
    if (!regions.ok()) EXPECT_THAT(regions, IsError(ErrorCode::kDataLoss, "segment_damaged"));
  }

  TempDir directory_;
  SampleVectors sample_ = MakeSampleVectors({.rows = 1500, .queries = 5, .dimensions = 24});
  std::optional<Index> built_;
  std::string bytes_;
};

TEST_F(SegmentTest, AnswersAsTheIndexItWasWrittenFrom) {
  const std::string path = Write(bytes_);
  for (const Target target : AvailableTargets())
    for (const Residence residence : {Residence::kMapped, Residence::kCopied})
      ExpectAnswersAsBuilt(Index::OpenWith(KernelsFor(target), path, residence).value());
}

TEST_F(SegmentTest, IsTheSameBytesEveryTime) {
  std::string again;
  LAKE_EXPECT_OK(Index::Open(Write(bytes_))->WriteTo([&](std::string_view piece) {
    again += piece;
    return Status();
  }));
  EXPECT_EQ(again, bytes_);
}

TEST_F(SegmentTest, PassesOnWhatTheSinkSays) {
  EXPECT_THAT(built_->WriteTo([](std::string_view) { return ResourceExhausted("disk_full", "full"); }),
              IsError(ErrorCode::kResourceExhausted, "disk_full"));
}

TEST_F(SegmentTest, AnEmptyIndexIsAFileToo) {
  std::string bytes;
  const Index empty = BuildOrDie({.data = nullptr, .rows = 0, .dimensions = 24}, {});
  LAKE_EXPECT_OK(empty.WriteTo([&](std::string_view piece) {
    bytes += piece;
    return Status();
  }));
  LAKE_ASSERT_OK_AND_ASSIGN(const Index opened, OpenBytes(bytes));
  EXPECT_TRUE(SearchOrDie(opened, sample_.queries().row_span(0), {}).hits.empty());
}

TEST_F(SegmentTest, SaysWhatIsNotThere) {
  EXPECT_THAT(Index::Open(directory_ / "no"), IsError(ErrorCode::kNotFound, "segment_missing"));
  EXPECT_THAT(Index::Open(directory_.path()), IsError(ErrorCode::kInternal, "segment_unreadable"));
  EXPECT_THAT(OpenBytes(""), IsError(ErrorCode::kDataLoss, "segment_damaged"));
  EXPECT_THAT(OpenBytes("LAKEANN\n"), IsError(ErrorCode::kDataLoss, "segment_damaged"));
}

TEST_F(SegmentTest, RefusesANewerFormat) {
  SegmentHeader header;
  std::memcpy(&header, bytes_.data(), sizeof(header));
  header.major = kSegmentMajor + 1;
  std::memcpy(bytes_.data(), &header, sizeof(header));
  EXPECT_THAT(OpenBytes(bytes_), IsError(ErrorCode::kUnimplemented, "segment_newer"));
}

TEST_F(SegmentTest, EveryByteOfTheHeaderCounts) {
  for (size_t i = 0; i < sizeof(SegmentHeader); ++i) {
    std::string changed = bytes_;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    EXPECT_FALSE(OpenBytes(changed).ok()) << i;
  }
}

TEST_F(SegmentTest, EveryLengthCounts) {
  SeededNumbers numbers(1);
  for (int i = 0; i < 50; ++i)
    EXPECT_THAT(OpenBytes(std::string_view(bytes_).substr(0, numbers.Below(bytes_.size()))),
                IsError(ErrorCode::kDataLoss, "segment_damaged"));
  EXPECT_THAT(OpenBytes(bytes_ + "x"), IsError(ErrorCode::kDataLoss, "segment_damaged"));
}

TEST_F(SegmentTest, HeadersThatLieUnderARightChecksum) {
  SeededNumbers numbers(2);
  const std::string whole = bytes_;
  for (int i = 0; i < 400; ++i) {
    SegmentHeader header;
    std::memcpy(&header, whole.data(), sizeof(header));
    auto* raw = reinterpret_cast<char*>(&header);
    const size_t at = numbers.Below(offsetof(SegmentHeader, checksum) / 4) * 4;
    const auto value = static_cast<uint32_t>(numbers.Below(2) == 0 ? numbers.Below(64) : numbers.Next());
    std::memcpy(raw + at, &value, sizeof(value));
    header.checksum = HeaderChecksum(header);
    std::string changed = whole;
    std::memcpy(changed.data(), &header, sizeof(header));
    const Result<Index> opened = OpenBytes(changed);
    if (opened.ok() && opened->dimensions() == 24) Ask(*opened, sample_.queries().row_span(0));
  }
}

TEST_F(SegmentTest, AReachThatNoVectorsHaveIsDamage) {
  for (const float reach : {0.0F, -1.0F, 1e-38F, 1e-20F, HUGE_VALF, NAN}) {
    SegmentHeader header;
    std::memcpy(&header, bytes_.data(), sizeof(header));
    header.reach = reach;
    header.checksum = HeaderChecksum(header);
    std::string changed = bytes_;
    std::memcpy(changed.data(), &header, sizeof(header));
    EXPECT_THAT(OpenBytes(changed), IsError(ErrorCode::kDataLoss, "segment_damaged")) << reach;
  }
}

TEST_F(SegmentTest, DamageInASectionIsFoundAndHarmsNothing) {
  SeededNumbers numbers(3);
  SegmentHeader header;
  std::memcpy(&header, bytes_.data(), sizeof(header));
  for (const Section& section : header.sections) {
    for (int i = 0; i < 12; ++i) {
      std::string changed = bytes_;
      // Whole words, so that floats become NaN and rows leave the index.
      const size_t at = section.offset + numbers.Below(section.bytes / 4) * 4;
      const uint32_t value = i % 3 == 0 ? 0x7fc00000 : static_cast<uint32_t>(numbers.Next());
      std::memcpy(changed.data() + at, &value, sizeof(value));
      if (changed == bytes_) continue;
      const Result<Index> opened = OpenBytes(changed);
      if (!opened.ok()) continue;
      EXPECT_THAT(opened->Verify({}), IsError(ErrorCode::kDataLoss, "segment_damaged"));
      for (size_t q = 0; q < 5; ++q) Ask(*opened, sample_.queries().row_span(q));
      Ask(*opened, sample_.rows().row_span(0));
    }
  }
}

TEST_F(SegmentTest, GroupsOfEntriesFollowOneAnother) {
  SegmentHeader header;
  std::memcpy(&header, bytes_.data(), sizeof(header));
  const Section& groups = header.sections[static_cast<size_t>(SectionKind::kEntryGroups) - 1];
  const size_t last = groups.bytes / sizeof(uint32_t) - 1;
  for (const auto& [group, end] :
       {std::pair(size_t{0}, uint32_t{0}), std::pair(last, uint32_t{0xffffffff})}) {
    std::string changed = bytes_;
    std::memcpy(changed.data() + groups.offset + group * sizeof(end), &end, sizeof(end));
    EXPECT_THAT(OpenBytes(changed), IsError(ErrorCode::kDataLoss, "segment_damaged"));
  }
}

TEST_F(SegmentTest, AGraphOfNonsenseIsSaidToBeDamaged) {
  SegmentHeader header;
  std::memcpy(&header, bytes_.data(), sizeof(header));
  const Section& graph = header.sections[static_cast<size_t>(SectionKind::kGraph) - 1];
  std::memset(bytes_.data() + graph.offset, 0x7f, graph.bytes);
  LAKE_ASSERT_OK_AND_ASSIGN(const Index opened, OpenBytes(bytes_));
  SearchMemory memory;
  EXPECT_THAT(opened.Search(sample_.queries().row_span(0), {}, {}, &memory),
              IsError(ErrorCode::kDataLoss, "segment_damaged"));
  EXPECT_THAT(opened.Regions(), IsError(ErrorCode::kDataLoss, "segment_damaged"));
}

}  // namespace
}  // namespace lake::ann
