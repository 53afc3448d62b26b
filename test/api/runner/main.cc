// lake_apitest [--update] [--config FILE] FILE|DIRECTORY…: runs goldens, prints what differs, exits 1 when
// any does.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "runner.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> Goldens(const std::vector<fs::path>& roots) {
  std::vector<fs::path> files;
  for (const fs::path& root : roots) {
    if (!fs::is_directory(root)) {
      files.push_back(root);
      continue;
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root))
      if (entry.path().extension() == ".apitest") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  lake::apitest::RunConfig config;
  lake::apitest::Mode mode = lake::apitest::Mode::kCheck;
  std::vector<fs::path> roots;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--update") {
      mode = lake::apitest::Mode::kUpdate;
    } else if (argument == "--config" && i + 1 < argc) {
      auto read = lake::apitest::ReadRunConfig(argv[++i]);
      if (!read.ok()) return fmt::print(stderr, "{}\n", read.error().message()), 2;
      config = *read;
    } else if (argument.starts_with("-")) {
      return fmt::print(stderr, "usage: lake_apitest [--update] [--config FILE] FILE|DIRECTORY...\n"), 2;
    } else {
      roots.emplace_back(argument);
    }
  }
  const std::vector<fs::path> files = Goldens(roots);
  size_t failed = 0;
  for (const fs::path& file : files) {
    auto failures = lake::apitest::RunApitest(file, config, mode);
    const bool good = failures.ok() && failures->empty();
    failed += good ? 0 : 1;
    fmt::print("{} {}\n", good ? "ok  " : "FAIL", file.string());
    if (!failures.ok())
      fmt::print("  {}\n", failures.error().ToString());
    else
      for (const std::string& failure : *failures) fmt::print("  {}\n", failure);
    std::fflush(stdout);  // Whoever waits for a pipe sees where it is.
  }
  fmt::print("{} goldens passed, {} failed\n", files.size() - failed, failed);
  return files.empty() || failed > 0 ? 1 : 0;
}
