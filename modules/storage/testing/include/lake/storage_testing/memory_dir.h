// A temporary directory in memory where the system has one. For tests over FaultyDisk, which play with what
// was synced and need no real disk, only its calls: there are many of them.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "lake/common/check.h"

namespace lake::storage {

class MemoryDir {
 public:
  MemoryDir() {
    const std::filesystem::path shared_memory = "/dev/shm";
    const bool is_offered = ::access(shared_memory.c_str(), W_OK) == 0;
    const std::filesystem::path parent = is_offered ? shared_memory : std::filesystem::temp_directory_path();
    std::string name = (parent / "lake-test-XXXXXX").string();
    LAKE_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~MemoryDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  MemoryDir(const MemoryDir&) = delete;
  MemoryDir& operator=(const MemoryDir&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace lake::storage
