#include "mapped_sections.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

namespace lake::bench {
namespace {

constexpr std::array<std::string_view, 13> kNames = {
    "mean",  "entry rows",  "entry terms", "entry high halves", "entry groups", "duplicates", "graph",
    "terms", "high halves", "low halves",  "high residuals",    "ids",          "vectors"};
constexpr std::streamoff kTableOffset = 152;
constexpr double kMib = 1 << 20;
/// Bit 63 of an entry of /proc/self/pagemap: the page is in memory and in this process's page table.
constexpr uint64_t kPresent = uint64_t{1} << 63U;

struct TableEntry {
  uint32_t kind;
  uint32_t zero;
  uint64_t offset;
  uint64_t bytes;
  uint64_t checksum;
};
static_assert(sizeof(TableEntry) == 32);

/// Where the start of the file is mapped; 0 when it is not.
uint64_t MappedAt(const std::filesystem::path& file) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::string range;
    std::string mode;
    std::string offset;
    if (line.ends_with(file.string()) && words >> range >> mode >> offset &&
        std::stoull(offset, nullptr, 16) == 0)
      return std::stoull(range, nullptr, 16);
  }
  return 0;
}

/// One state for each page from `address` on; empty when the kernel does not say. It refuses reads that are
/// no multiple of a state's size, as those of a stream are.
std::vector<uint64_t> PageStates(uint64_t address, uint64_t pages, uint64_t page_bytes) {
  std::vector<uint64_t> states(pages);
  const size_t bytes = pages * sizeof(uint64_t);
  const int pagemap = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  const ssize_t count =
      ::pread(pagemap, states.data(), bytes, static_cast<off_t>(address / page_bytes * sizeof(uint64_t)));
  ::close(pagemap);
  if (count != static_cast<ssize_t>(bytes)) states.clear();
  return states;
}

}  // namespace

Result<std::vector<MappedSection>> ResidentSections(const std::filesystem::path& segment) {
  std::array<TableEntry, kNames.size()> table;
  std::ifstream in(segment, std::ios::binary);
  in.seekg(kTableOffset).read(reinterpret_cast<char*>(table.data()), sizeof(table));
  const uint64_t start = MappedAt(segment);
  const auto page_bytes = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  std::vector<MappedSection> sections;
  for (const TableEntry& entry : table) {
    const uint64_t pages = (entry.bytes + page_bytes - 1) / page_bytes;
    const std::vector<uint64_t> states = PageStates(start + entry.offset, pages, page_bytes);
    if (!in || start == 0 || states.size() != pages)
      return Internal("mapping_unreadable", "the pages of {} cannot be counted", segment.string());
    size_t present = 0;
    for (const uint64_t state : states) present += (state & kPresent) != 0 ? 1 : 0;
    sections.push_back({.name = kNames[sections.size()],
                        .mib = static_cast<double>(entry.bytes) / kMib,
                        .resident_mib = static_cast<double>(present * page_bytes) / kMib});
  }
  return sections;
}

double HotMib(double private_mib, const std::vector<MappedSection>& sections) {
  double hot_mib = private_mib;
  for (const MappedSection& section : sections)
    if (section.name != "vectors") hot_mib += section.resident_mib;
  return hot_mib;
}

}  // namespace lake::bench
