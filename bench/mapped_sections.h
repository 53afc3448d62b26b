// Which parts of a mapped vector segment (docs/formats/vector-segment.md) are in this process's memory.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "lake/common/result.h"

namespace lake::bench {

struct MappedSection {
  std::string_view name;
  double mib = 0;           ///< Of the section.
  double resident_mib = 0;  ///< Of its pages that this process has mapped in.
};

/// In the order of the file. It must be mapped whole, once. Errors: internal/mapping_unreadable.
Result<std::vector<MappedSection>> ResidentSections(const std::filesystem::path& segment);

/// Hot memory of an index that is open: its own, and what is resident of every section but the f32 vectors.
double HotMib(double private_mib, const std::vector<MappedSection>& sections);

}  // namespace lake::bench
