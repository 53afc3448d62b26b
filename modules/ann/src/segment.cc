#include "segment.h"

#include <algorithm>
#include <utility>

#include "lake/common/digest.h"

namespace lake::ann {
namespace {

CodeSpace::Parameters SpaceOf(const SegmentHeader& header, std::string_view file) {
  const auto* mean = reinterpret_cast<const float*>(file.data() + header.sections.front().offset);
  return {.metric = header.metric,
          .reach = header.reach,
          .mean = std::vector<float>(mean, mean + header.dimensions)};
}

const Section& SectionOf(const SegmentHeader& header, SectionKind kind) {
  return header.sections[static_cast<size_t>(kind) - 1];
}

Status CheckEntries(const IndexView& view) {
  const Entries& entries = view.entries;
  for (const uint32_t row : entries.rows)
    if (row >= view.coded.count) return IndexDamaged("an entry is no row");
  size_t end = entries.heads();
  for (const uint32_t group_end : entries.group_ends) {
    if (group_end < end) return IndexDamaged("a group of its entries ends before it begins");
    end = group_end;
  }
  if (end != entries.rows.size()) return IndexDamaged("its entries are in no group");
  return {};
}

/// What walks read at random lies together in the file: from the graph to the high halves.
HugeArray<char> CopyHotSections(const SegmentHeader& header, std::string_view file) {
  const Section& first = SectionOf(header, SectionKind::kGraph);
  const Section& last = SectionOf(header, SectionKind::kHighHalves);
  HugeArray<char> copy(last.offset + last.bytes - first.offset);
  std::copy_n(file.data() + first.offset, copy.size(), copy.data());
  return copy;
}

}  // namespace

Segment::Segment(const Kernels& kernels, MappedFile file, const SegmentHeader& header, Residence residence)
    : file_(std::move(file)),
      header_(header),
      copied_(residence == Residence::kCopied ? CopyHotSections(header, file_.bytes()) : HugeArray<char>()),
      space_(SpaceOf(header, file_.bytes()), kernels),
      view_(MakeView()) {}

const char* Segment::Begin(SectionKind kind) const {
  const uint64_t offset = SectionOf(header_, kind).offset;
  const uint64_t hot = SectionOf(header_, SectionKind::kGraph).offset;
  if (kind >= SectionKind::kGraph && kind <= SectionKind::kHighHalves && copied_.size() > 0)
    return copied_.data() + (offset - hot);
  return file_.bytes().data() + offset;
}

IndexView Segment::MakeView() const {
  return {.options = {.metric = header_.metric,
                      .ef_construction = header_.ef_construction,
                      .degree = header_.degree,
                      .alpha = header_.alpha,
                      .code = header_.code,
                      .seed = header_.seed},
          .vectors = {.data = At<float>(SectionKind::kVectors),
                      .rows = header_.rows,
                      .dimensions = header_.dimensions},
          .coded = {.space = &space_,
                    .high = At<uint8_t>(SectionKind::kHighHalves),
                    .low = At<uint8_t>(SectionKind::kLowHalves),
                    .terms = At<CodeTerms>(SectionKind::kTerms),
                    .vectors = At<float>(SectionKind::kVectors),
                    .count = header_.rows},
          .high_residuals = At<float>(SectionKind::kHighResiduals),
          .graph = {.neighbours = At<uint32_t>(SectionKind::kGraph), .degree = header_.degree},
          .entries = {.rows = {At<uint32_t>(SectionKind::kEntryRows), header_.entries},
                      .group_ends = {At<uint32_t>(SectionKind::kEntryGroups), header_.entry_groups},
                      .coded = {.space = &space_,
                                .high = At<uint8_t>(SectionKind::kEntryHighHalves),
                                .low = nullptr,
                                .terms = At<CodeTerms>(SectionKind::kEntryTerms),
                                .vectors = nullptr,
                                .count = header_.entries}},
          .duplicates = {At<Duplicate>(SectionKind::kDuplicates), header_.duplicates},
          .ids = {At<uint64_t>(SectionKind::kIds), header_.rows}};
}

Result<std::shared_ptr<const Segment>> Segment::Open(const Kernels& kernels, const std::string& path,
                                                     Residence residence) {
  LAKE_ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
  LAKE_ASSIGN_OR_RETURN(const SegmentHeader header, ReadHeader(file.bytes()));
  std::shared_ptr<const Segment> segment(new Segment(kernels, std::move(file), header, residence));
  LAKE_RETURN_IF_ERROR(CheckEntries(segment->view_));
  // Points lie in the unit ball, and so does their mean.
  const std::vector<float>& mean = segment->space_.parameters().mean;
  if (!(kernels.dot(mean.data(), mean.data(), mean.size()) <= 2))
    return DataLoss("segment_damaged", "the index file is damaged: its mean is none of its points");
  return segment;
}

Status WriteSegment(const IndexView& view, const Index::ByteSink& sink) {
  const SegmentHeader header = MakeHeader(view);
  const auto sections = SectionsOf(view);
  LAKE_RETURN_IF_ERROR(sink({reinterpret_cast<const char*>(&header), sizeof(header)}));
  uint64_t written = sizeof(header);
  for (size_t i = 0; i < kSections; ++i) {
    LAKE_RETURN_IF_ERROR(sink(std::string(header.sections[i].offset - written, '\0')));
    LAKE_RETURN_IF_ERROR(sink(sections[i]));
    written = header.sections[i].offset + sections[i].size();
  }
  return {};
}

Status VerifySections(const IndexView& view, const SegmentHeader& header, const CancelToken& cancel) {
  const auto sections = SectionsOf(view);
  for (size_t i = 0; i < kSections; ++i) {
    if (cancel.cancelled()) return cancel.error();
    if (Hash64(sections[i]) != header.sections[i].checksum)
      return DataLoss("segment_damaged", "the index file is damaged: the checksum of section {} is wrong",
                      i + 1);
  }
  return {};
}

}  // namespace lake::ann
