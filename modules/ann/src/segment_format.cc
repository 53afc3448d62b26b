#include "segment_format.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "lake/common/digest.h"

namespace lake::ann {
namespace {

template <class T>
std::string_view BytesOf(const T* data, size_t count) {
  return {reinterpret_cast<const char*>(data), count * sizeof(T)};
}

uint64_t AlignUp(uint64_t offset) {
  return (offset + kSegmentAlignment - 1) / kSegmentAlignment * kSegmentAlignment;
}

template <class... Args>
Error Damaged(fmt::format_string<Args...> format, Args&&... args) {
  return DataLoss("segment_damaged", "the index file is damaged: {}",
                  fmt::format(format, std::forward<Args>(args)...));
}

uint64_t HalfBytes(const SegmentHeader& header) {
  return (uint64_t{header.dimensions} + kElementsPerLine - 1) / kElementsPerLine * kCodeAlignment;
}

/// Bounds within which no product of counts overflows.
Status CheckCounts(const SegmentHeader& header) {
  if (header.dimensions < kMinDimensions || header.dimensions > kMaxDimensions)
    return Damaged("it says {} dimensions", header.dimensions);
  if (header.rows > kMaxRows || header.entries > header.rows || header.entry_groups > header.entries ||
      header.duplicates > header.rows)
    return Damaged("it says {} rows, {} entries in {} groups, {} duplicates", header.rows, header.entries,
                   header.entry_groups, header.duplicates);
  if (header.degree == 0 || header.degree > kMaxRowsAtOnce)
    return Damaged("it says {} neighbours", header.degree);
  if (header.metric != Metric::kCosine && header.metric != Metric::kInnerProduct &&
      header.metric != Metric::kL2)
    return Damaged("it says metric {}", static_cast<uint32_t>(header.metric));
  if (header.code != Code::kInt4 && header.code != Code::kInt8 && header.code != Code::kF32)
    return Damaged("it says code {}", static_cast<uint32_t>(header.code));
  // As CodeSpace::Train bounds it: beside a shorter one any query would be too long to be asked.
  if (!std::isfinite(header.reach) || header.reach < std::sqrt(std::numeric_limits<float>::min()))
    return Damaged("its reach is no length");
  return {};
}

Status CheckSections(const SegmentHeader& header) {
  uint64_t end = sizeof(SegmentHeader);
  for (size_t i = 0; i < kSections; ++i) {
    const Section& section = header.sections[i];
    if (section.kind != static_cast<SectionKind>(i + 1) || section.offset != AlignUp(end) ||
        section.bytes != SectionBytes(header, section.kind))
      return Damaged("section {} is not where or what it should be", i + 1);
    end = section.offset + section.bytes;
  }
  if (header.file_bytes != end) return Damaged("its sections end at {} of {} bytes", end, header.file_bytes);
  return {};
}

}  // namespace

std::array<std::string_view, kSections> SectionsOf(const IndexView& view) {
  const CodedRows& coded = view.coded;
  const CodeSpace& space = *coded.space;
  const Entries& entries = view.entries;
  return {BytesOf(space.parameters().mean.data(), space.dimensions()),
          BytesOf(entries.rows.data(), entries.rows.size()),
          BytesOf(entries.coded.terms, entries.rows.size()),
          BytesOf(entries.coded.high, entries.rows.size() * space.half_bytes()),
          BytesOf(entries.group_ends.data(), entries.heads()),
          BytesOf(view.duplicates.data(), view.duplicates.size()),
          BytesOf(view.graph.neighbours, coded.count * view.graph.degree),
          BytesOf(coded.terms, coded.count),
          BytesOf(coded.high, coded.count * space.half_bytes()),
          BytesOf(coded.low, coded.count * space.half_bytes()),
          BytesOf(view.high_residuals, coded.count),
          BytesOf(view.ids.data(), view.ids.size()),
          BytesOf(view.vectors.data, coded.count * space.dimensions())};
}

std::string DigestOf(const IndexView& view) {
  const auto sections = SectionsOf(view);
  Sha256 sha;
  for (const SectionKind kind : {SectionKind::kGraph, SectionKind::kEntryRows, SectionKind::kEntryGroups,
                                 SectionKind::kHighHalves, SectionKind::kLowHalves, SectionKind::kTerms})
    sha.Update(sections[static_cast<size_t>(kind) - 1]);
  return sha.FinishHex();
}

uint64_t SectionBytes(const SegmentHeader& header, SectionKind kind) {
  switch (kind) {
    case SectionKind::kMean:
      return uint64_t{header.dimensions} * sizeof(float);
    case SectionKind::kEntryRows:
      return header.entries * sizeof(uint32_t);
    case SectionKind::kEntryTerms:
      return header.entries * sizeof(CodeTerms);
    case SectionKind::kEntryHighHalves:
      return header.entries * HalfBytes(header);
    case SectionKind::kEntryGroups:
      return header.entry_groups * sizeof(uint32_t);
    case SectionKind::kDuplicates:
      return header.duplicates * sizeof(Duplicate);
    case SectionKind::kGraph:
      return header.rows * header.degree * sizeof(uint32_t);
    case SectionKind::kTerms:
      return header.rows * sizeof(CodeTerms);
    case SectionKind::kHighHalves:
    case SectionKind::kLowHalves:
      return header.rows * HalfBytes(header);
    case SectionKind::kHighResiduals:
      return header.rows * sizeof(float);
    case SectionKind::kIds:
      return header.rows * sizeof(uint64_t);
    case SectionKind::kVectors:
      return header.rows * header.dimensions * sizeof(float);
  }
  return 0;
}

SegmentHeader MakeHeader(const IndexView& view) {
  SegmentHeader header;
  header.rows = view.coded.count;
  header.entries = view.entries.rows.size();
  header.entry_groups = view.entries.heads();
  header.duplicates = view.duplicates.size();
  header.seed = view.options.seed;
  header.dimensions = static_cast<uint32_t>(view.vectors.dimensions);
  header.metric = view.options.metric;
  header.degree = static_cast<uint32_t>(view.graph.degree);
  header.ef_construction = static_cast<uint32_t>(view.options.ef_construction);
  header.alpha = view.options.alpha;
  header.code = view.options.code.value_or(Code::kInt8);
  header.reach = view.coded.space->parameters().reach;
  std::ranges::copy(DigestOf(view), header.digest.begin());
  const auto sections = SectionsOf(view);
  uint64_t end = sizeof(SegmentHeader);
  for (size_t i = 0; i < kSections; ++i) {
    header.sections[i] = {.kind = static_cast<SectionKind>(i + 1),
                          .offset = AlignUp(end),
                          .bytes = sections[i].size(),
                          .checksum = Hash64(sections[i])};
    end = header.sections[i].offset + sections[i].size();
  }
  header.file_bytes = end;
  header.checksum = HeaderChecksum(header);
  return header;
}

uint32_t HeaderChecksum(const SegmentHeader& header) {
  return Crc32c({reinterpret_cast<const char*>(&header), offsetof(SegmentHeader, checksum)}, 0);
}

Result<SegmentHeader> ReadHeader(std::string_view bytes) {
  SegmentHeader header;
  if (bytes.size() < sizeof(header)) return Damaged("it has {} bytes", bytes.size());
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != kSegmentMagic) return Damaged("it does not begin as one");
  if (header.major > kSegmentMajor)
    return Unimplemented("segment_newer", "the index file has format {}; this program reads up to {}",
                         header.major, kSegmentMajor);
  if (header.major != kSegmentMajor || header.section_count != kSections)
    return Damaged("it says format {}", header.major);
  if (header.checksum != HeaderChecksum(header)) return Damaged("the checksum of its header is wrong");
  if (header.file_bytes != bytes.size())
    return Damaged("it has {} bytes of {}", bytes.size(), header.file_bytes);
  LAKE_RETURN_IF_ERROR(CheckCounts(header));
  LAKE_RETURN_IF_ERROR(CheckSections(header));
  return header;
}

}  // namespace lake::ann
