// Which of some leaders are the nearest to rows. Of many leaders only those under the nearest few of their
// own leaders are compared.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "code_panels.h"
#include "graph.h"
#include "thread_team.h"

namespace lake::ann {

/// Leaders that a row may be led by, at most.
inline constexpr size_t kMostLeadersOfRow = 8;

/// The nearest of those leaders that were offered, the nearest first, ties by number.
class NearestLeaders {
 public:
  /// Forgets them; from now on keeps `count`, 1 to kMostLeadersOfRow.
  void Begin(size_t count) {
    count_ = count;
    leaders_.fill({std::numeric_limits<float>::max(), kNoRow});
  }
  void Offer(Candidate leader) {
    if (!(leader < leaders_[count_ - 1])) return;
    size_t at = count_ - 1;
    for (; at > 0 && leader < leaders_[at - 1]; --at) leaders_[at] = leaders_[at - 1];
    leaders_[at] = leader;
  }
  /// None that is farther is among them.
  float limit() const { return leaders_[count_ - 1].distance; }
  /// The number of the one at `place`, below `count`; kNoRow where fewer were offered.
  uint32_t number(size_t place) const { return leaders_[place].row; }

 private:
  std::array<Candidate, kMostLeadersOfRow> leaders_;
  size_t count_ = 0;
};

/// Leaders that rows are compared with, all of them.
class LeaderList {
 public:
  LeaderList(const CodedRows& rows, Code code, std::span<const uint32_t> leaders) {
    panels_.Set(rows, code, leaders);
  }

  /// Offers nearest[i] every leader, by its place in the list and `first`, with its distance to points[i]:
  /// at most kPanelCodes points, of `code`.
  void Offer(const CodedRows& rows, Code code, std::span<const Origin* const> points, uint32_t first,
             std::span<NearestLeaders* const> nearest) const;
  /// nearest[i]: the place of the leader nearest to some[i]. There is one leader at least.
  void FindNearest(const CodedRows& rows, Code code, std::span<const uint32_t> some, uint32_t* nearest) const;

 private:
  RowPanels panels_;
};

/// Leaders under leaders.
class LeaderTree {
 public:
  /// At least one leader.
  LeaderTree(const CodedRows& rows, Code code, std::span<const uint32_t> leaders, ThreadTeam* team);

  /// Rows that are led at once, at most. So many that those under a leader fill groups.
  static constexpr size_t kRowsAtOnce = 1024;
  /// What finding works in, kept from one to the next.
  struct Memory {
    std::vector<Origin> points;
    std::vector<NearestLeaders> above;
    std::vector<NearestLeaders> found;
    std::vector<std::vector<uint32_t>> under;  ///< Of each leader above, which of the points go on under it.
  };
  /// to[i * count]: the numbers of the nearest leaders of some[i], the nearest first; kNoRow where there are
  /// fewer. Leaders with near numbers lie together.
  void Find(const CodedRows& rows, Code code, std::span<const uint32_t> some, size_t count, Memory* memory,
            uint32_t* to) const;

 private:
  struct Under {
    LeaderList leaders;
    uint32_t first;  ///< Number of the first; the others follow.
  };
  size_t above_count_;
  LeaderList above_;
  std::vector<Under> under_;  ///< Of each leader above.
};

}  // namespace lake::ann
