#include "manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "draw.h"
#include "lake/common/json_io.h"
#include "lake/demo_data/files.h"

namespace lake::demo_data {

const ManifestFile* Manifest::Find(std::string_view name) const {
  auto found = std::ranges::find(files, name, &ManifestFile::name);
  return found == files.end() ? nullptr : &*found;
}

Manifest ManifestFor(Scale scale) {
  return {.generator_version = kGeneratorVersion,
          .seed = fmt::format("{:016x}", kSeed),
          .total_rows = scale.total_rows,
          .files = {}};
}

std::optional<Manifest> ReadManifest(const std::filesystem::path& path, Scale scale) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  Result<Manifest> read = ReadJson<Manifest>(text, Reading::kTolerant);
  if (!read.ok()) return std::nullopt;
  Manifest expected = ManifestFor(scale);
  bool ours = read->generator_version == expected.generator_version && read->seed == expected.seed &&
              read->total_rows == expected.total_rows;
  if (!ours) return std::nullopt;
  return std::move(read).value();
}

std::string WriteManifest(const Manifest& manifest) { return WriteJsonPretty(ToJson(manifest)) + "\n"; }

}  // namespace lake::demo_data
