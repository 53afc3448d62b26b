// manifest.json: which generator made the files of a folder, from what, and what they must look like.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lake/common/describe.h"
#include "lake/demo_data/scale.h"

namespace lake::demo_data {

struct ManifestFile {
  std::string name;
  int64_t rows = 0;
  int64_t bytes = 0;
  std::string sha256;
};

struct Manifest {
  int64_t generator_version = 0;
  std::string seed;  ///< Hexadecimal.
  int64_t total_rows = 0;
  std::vector<ManifestFile> files;

  const ManifestFile* Find(std::string_view name) const;
};

/// Of this generator, without files.
Manifest ManifestFor(Scale scale);

/// None when there is none, it cannot be read, or another generator or scale made it.
std::optional<Manifest> ReadManifest(const std::filesystem::path& path, Scale scale);

std::string WriteManifest(const Manifest& manifest);

}  // namespace lake::demo_data

template <>
struct lake::Describe<lake::demo_data::ManifestFile> {
  using File = lake::demo_data::ManifestFile;
  static constexpr auto kFields = std::tuple{Required("name", &File::name, "File in the same folder."),
                                             Required("rows", &File::rows, "Without the header."),
                                             Required("bytes", &File::bytes, "Size."),
                                             Required("sha256", &File::sha256, "Of the whole file.")};
};

template <>
struct lake::Describe<lake::demo_data::Manifest> {
  using Manifest = lake::demo_data::Manifest;
  static constexpr auto kFields =
      std::tuple{Required("generator_version", &Manifest::generator_version, "Which program made the files."),
                 Required("seed", &Manifest::seed, "Hexadecimal."),
                 Required("total_rows", &Manifest::total_rows, "Over all tables."),
                 Required("files", &Manifest::files, "One per table.")};
};
