// Fuzzes what reads segments: nothing that a file holds crashes an index, it answers or says that it is
// damaged. libFuzzer's input is a list of places in a right file and what is written there; the checksum of
// the header is made right again, so that more than the checksum is tried.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include "lake/ann/index.h"
#include "lake/common/seeded_numbers.h"
#include "segment_format.h"

namespace lake::ann {
namespace {

constexpr size_t kRows = 1100;
constexpr size_t kDimensions = 8;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

std::vector<float> MakeVectors() {
  SeededNumbers numbers(1);
  std::vector<float> values(kRows * kDimensions);
  for (float& value : values) value = static_cast<float>(numbers.Uniform()) - 0.5F;
  std::copy_n(values.begin(), kDimensions, values.begin() + 5 * kDimensions);
  return values;
}

std::string MakeSegment(Metric metric) {
  const std::vector<float> values = MakeVectors();
  std::vector<uint64_t> ids(kRows);
  std::iota(ids.begin(), ids.end(), 0U);
  const Index index = Index::Build({.data = values.data(), .rows = kRows, .dimensions = kDimensions}, ids,
                                   {.metric = metric, .degree = 8}, {})
                          .value();
  std::string bytes;
  const Status written = index.WriteTo([&](std::string_view piece) {
    bytes += piece;
    return Status();
  });
  Require(written.ok(), "the index cannot be written");
  return bytes;
}

/// A file in memory that is damaged and made whole again.
class SegmentFile {
 public:
  explicit SegmentFile(Metric metric) : whole_(MakeSegment(metric)), file_(memfd_create("segment", 0)) {
    Write(0, whole_);
    std::memcpy(&header_, whole_.data(), sizeof(header_));
  }

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

  /// Writes a word into the header, section 0, or another section.
  void Damage(size_t section, size_t word, uint32_t value) {
    const size_t begin = section == 0 ? 0 : header_.sections[section - 1].offset;
    const size_t words =
        (section == 0 ? sizeof(header_) : header_.sections[section - 1].bytes) / sizeof(value);
    if (words == 0) return;
    const size_t at = begin + word % words * sizeof(value);
    damaged_.push_back(at);
    Write(at, {reinterpret_cast<const char*>(&value), sizeof(value)});
  }
  void MendHeaderChecksum() {
    SegmentHeader header;
    Require(pread(file_, &header, sizeof(header), 0) == sizeof(header), "the header cannot be read");
    header.checksum = HeaderChecksum(header);
    damaged_.push_back(offsetof(SegmentHeader, checksum));
    Write(damaged_.back(), {reinterpret_cast<const char*>(&header.checksum), sizeof(header.checksum)});
  }
  void MakeWhole() {
    for (const size_t at : damaged_) Write(at, std::string_view(whole_).substr(at, sizeof(uint32_t)));
    damaged_.clear();
  }

 private:
  void Write(size_t at, std::string_view bytes) {
    const auto count = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    Require(count == static_cast<ssize_t>(bytes.size()), "the file cannot be written");
  }

  std::string whole_;
  int file_;
  SegmentHeader header_;
  std::vector<size_t> damaged_;
};

template <class T>
void RequireAnswer(const Result<T>& result) {
  if (result.ok() || result.error().code() == ErrorCode::kDataLoss) return;
  Require(false, ("an error that is no damage: " + result.error().ToString()).c_str());
}

void AskEverything(const Index& index) {
  (void)index.Verify({});
  RequireAnswer(index.Regions());
  SearchMemory memory;
  const std::vector<float> query(index.dimensions(), 0.25F);
  for (const Precision precision : {Precision::kApproximate, Precision::kExact})
    RequireAnswer(index.Search(query, {.precision = precision}, {}, &memory));
}

}  // namespace
}  // namespace lake::ann

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lake::ann;  // NOLINT: its name is libFuzzer's
  static std::array<SegmentFile, 3> files = {SegmentFile(Metric::kCosine), SegmentFile(Metric::kInnerProduct),
                                             SegmentFile(Metric::kL2)};
  if (size == 0) return 0;
  SegmentFile& file = files[data[0] % files.size()];
  for (size_t at = 1; at + 8 <= size; at += 8) {
    uint32_t place = 0;
    uint32_t value = 0;
    std::memcpy(&place, data + at, sizeof(place));
    std::memcpy(&value, data + at + sizeof(place), sizeof(value));
    file.Damage(place % (kSections + 1), place / (kSections + 1), value);
  }
  file.MendHeaderChecksum();
  const lake::Result<Index> index = Index::Open(file.path());
  if (index.ok()) AskEverything(*index);
  file.MakeWhole();
  return 0;
}
