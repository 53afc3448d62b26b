// Goal: what the GPUs hold is read when there are some, and a driver that fails or hangs is an error. Method:
// scripts in the place of NVIDIA's program.
#include "lake/models/gpu_memory.h"

#include <gtest/gtest.h>

#include <fstream>

#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::models {
namespace {

class GpuMemoryTest : public testing::Test {
 protected:
  Result<std::vector<GpuMemory>> Read(const Context& context, std::string_view script) {
    const std::filesystem::path program = directory_ / "smi";
    std::ofstream(program) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return ReadGpuMemory(context, program);
  }
  Result<std::vector<GpuMemory>> Read(std::string_view script) { return Read(Context{}, script); }

  TempDir directory_;
};

TEST_F(GpuMemoryTest, EachGpuHasALine) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto gpus,
                            Read("[ \"$1\" = --query-gpu=name,memory.total,memory.used ] || exit 1\n"
                                 "echo 'NVIDIA H100, 80GB HBM3, 81559, 1234'\n"
                                 "echo 'NVIDIA GB10, [N/A], [N/A]'\n"));
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].name, "NVIDIA H100, 80GB HBM3");
  EXPECT_EQ(gpus[0].total_bytes, 81559ull << 20);
  EXPECT_EQ(gpus[0].used_bytes, 1234ull << 20);
  EXPECT_EQ(gpus[1].total_bytes, std::nullopt);
}

TEST_F(GpuMemoryTest, WithoutTheProgramThereAreNone) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto gpus, ReadGpuMemory(Context{}, ""));
  EXPECT_TRUE(gpus.empty());
}

TEST_F(GpuMemoryTest, WhatFailsOrHangsIsAnError) {
  for (const std::string_view script : {"echo 'a, 1, 2'; exit 9", "echo Failed to initialize", "kill -9 $$",
                                        "while :; do echo 'NVIDIA, 1, 2'; done"})
    EXPECT_THAT(Read(script), IsError(ErrorCode::kUnavailable, "gpu_not_readable")) << script;
  EXPECT_THAT(ReadGpuMemory(Context{}, directory_ / "none"),
              IsError(ErrorCode::kUnavailable, "gpu_not_readable"));
  EXPECT_THAT(Read({.deadline = Deadline::After(std::chrono::milliseconds(200))}, "exec tail -f /dev/null"),
              IsError(ErrorCode::kDeadlineExceeded, "deadline"));
}

}  // namespace
}  // namespace lake::models
