// Beneath: opens paths below one directory, and nothing else: no "..", no symbolic link, no way out.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "descriptor.h"

namespace lake::storage {

/// How paths are resolved: by openat2 (Linux 5.6), or one component at a time with O_NOFOLLOW where the
/// kernel or a sandbox refuses that call. The second is as safe, with one system call for each component.
enum class Resolution { kKernel, kWalk };

/// What this kernel offers below `root`.
Resolution OfferedResolution(const Descriptor& root);

/// A descriptor or an errno.
using Opened = std::expected<Descriptor, int>;

class Beneath {
 public:
  Beneath(Descriptor root, Resolution resolution) : root_(std::move(root)), resolution_(resolution) {}

  const Descriptor& root() const { return root_; }
  /// open(2) with `flags`, O_CLOEXEC and O_NOFOLLOW; "" is the root. ENOENT, ENOTDIR, ELOOP, EXDEV: not
  /// there.
  Opened Open(std::string_view path, int flags) const;

  struct Place {
    Descriptor directory;
    std::string name;
  };
  /// The directory that holds `path`, and the last component; `path` is not "".
  std::expected<Place, int> Locate(std::string_view path) const;

 private:
  Opened Walk(std::string_view path, int flags) const;

  Descriptor root_;
  Resolution resolution_;
};

}  // namespace lake::storage
