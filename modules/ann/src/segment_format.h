// The file of an index, as bytes: docs/formats/vector-segment.md.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "index_view.h"

namespace lake::ann {

static_assert(std::endian::native == std::endian::little,
              "segments are little-endian and read where they lie");

inline constexpr std::array<char, 8> kSegmentMagic = {'L', 'A', 'K', 'E', 'A', 'N', 'N', '\n'};
inline constexpr uint32_t kSegmentMajor = 1;
/// Sections begin at multiples of it, so that each can be advised about, or left out of memory, alone.
inline constexpr size_t kSegmentAlignment = 4096;

enum class SectionKind : uint32_t {
  kMean = 1,
  kEntryRows = 2,
  kEntryTerms = 3,
  kEntryHighHalves = 4,
  kEntryGroups = 5,
  kDuplicates = 6,
  kGraph = 7,
  kTerms = 8,
  kHighHalves = 9,
  kLowHalves = 10,
  kHighResiduals = 11,
  kIds = 12,
  kVectors = 13,
};
inline constexpr size_t kSections = 13;

struct Section {
  SectionKind kind = {};
  uint32_t reserved = 0;
  uint64_t offset = 0;  ///< From the begin of the file.
  uint64_t bytes = 0;
  uint64_t checksum = 0;  ///< XXH3-64 of the bytes.
};

struct SegmentHeader {
  std::array<char, 8> magic = kSegmentMagic;
  uint32_t major = kSegmentMajor;
  uint32_t section_count = kSections;
  uint64_t file_bytes = 0;
  uint64_t rows = 0;
  uint64_t entries = 0;
  uint64_t entry_groups = 0;
  uint64_t duplicates = 0;
  uint64_t seed = 0;
  uint32_t dimensions = 0;
  Metric metric = Metric::kCosine;
  uint32_t degree = 0;
  uint32_t ef_construction = 0;
  float alpha = 0;
  float reach = 0;
  std::array<char, 64> digest = {};  ///< Hex; see DigestOf.
  std::array<Section, kSections> sections = {};
  Code code = Code::kInt8;  ///< What walks go by.
  uint32_t checksum = 0;    ///< CRC-32C of all before it.
};
static_assert(std::is_trivially_copyable_v<SegmentHeader> && sizeof(SegmentHeader) == 576 &&
              sizeof(SegmentHeader) <= kSegmentAlignment);

/// What every section of an index holds.
std::array<std::string_view, kSections> SectionsOf(const IndexView& view);
/// The header of its file.
SegmentHeader MakeHeader(const IndexView& view);
uint32_t HeaderChecksum(const SegmentHeader& header);
/// How many bytes the section must have.
uint64_t SectionBytes(const SegmentHeader& header, SectionKind kind);

/// Whether `bytes`, a whole file, can be read: everything but the contents of the sections. Errors:
/// data_loss/segment_damaged, unimplemented/segment_newer.
Result<SegmentHeader> ReadHeader(std::string_view bytes);

}  // namespace lake::ann
