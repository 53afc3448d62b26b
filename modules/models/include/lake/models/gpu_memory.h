// What the machine's GPUs hold, whoever uses them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"

namespace lake::models {

struct GpuMemory {
  std::string name;
  std::optional<uint64_t> total_bytes = {};  ///< None when it shares the machine's memory.
  std::optional<uint64_t> used_bytes = {};
};

/// Where NVIDIA's driver puts the program that tells; "" when this machine has none.
std::filesystem::path FindNvidiaSmi();

/// Runs that program, for at most some seconds. None without it. Errors: unavailable/gpu_not_readable, those
/// of the context.
Result<std::vector<GpuMemory>> ReadGpuMemory(const Context& context, const std::filesystem::path& nvidia_smi);

}  // namespace lake::models
