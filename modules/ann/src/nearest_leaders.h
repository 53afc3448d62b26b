// Which of some leaders are the nearest to rows. Of many leaders only those under the nearest few of their
// own leaders are compared.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "code_panels.h"
#include "thread_team.h"

namespace lake::ann {

/// Leaders that a row may be led by, at most.
inline constexpr size_t kMostLeadersOfRow = 8;

/// Compares rows with each of its leaders.
class LeaderList {
 public:
  /// At least one leader.
  LeaderList(const CodedRows& rows, Code code, std::span<const uint32_t> leaders);

  /// The nearest leaders of a row by their places in the list, the nearest first, ties by place.
  struct Nearest {
    std::array<Candidate, kMostLeadersOfRow> leader;
    size_t count = 0;
  };
  /// nearest[i]: `count` of some[i], or all when there are fewer; at most kMaxRowsAtOnce rows.
  void Find(const CodedRows& rows, Code code, std::span<const uint32_t> some, size_t count,
            Nearest* nearest) const;

  size_t size() const { return size_; }

 private:
  RowPanels panels_;
  size_t size_;
};

/// Leaders under leaders.
class LeaderTree {
 public:
  LeaderTree(const CodedRows& rows, Code code, std::span<const uint32_t> leaders, ThreadTeam* team);

  /// What finding works in, kept from one to the next.
  struct Memory {
    Origin origin;
    std::vector<Candidate> leaders;
    std::array<LeaderList::Nearest, kMaxRowsAtOnce> above;
  };
  /// to[i * count]: the numbers of the nearest leaders of some[i], the nearest first; kNoRow where there are
  /// fewer. Leaders with near numbers lie together.
  void Find(const CodedRows& rows, Code code, std::span<const uint32_t> some, size_t count, Memory* memory,
            uint32_t* to) const;

 private:
  struct Under {
    std::vector<uint32_t> rows;
    uint32_t first = 0;  ///< Number of the first; the others follow.
  };
  LeaderList above_;
  std::vector<Under> under_;  ///< Of each leader above.
};

}  // namespace lake::ann
