// ShardMerge: walks one table of all shards in key order, without building the whole list.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "shard.h"

namespace lake::catalog {

template <class Table>
class ShardMerge {
 public:
  /// Starts behind `after` in every shard.
  ShardMerge(const Shards& shards, Table Shard::* table, const typename Table::Key& after) {
    heads_.reserve(shards.size());
    for (const auto& shard : shards) {
      const Table& items = (*shard).*table;
      const Iterator first = items.UpperBound(after);
      if (first != items.end()) heads_.emplace_back(first, items.end());
    }
    std::ranges::make_heap(heads_, Later{});
  }

  bool done() const { return heads_.empty(); }
  /// The smallest item not taken yet.
  const typename Table::Pointer& item() const { return *heads_.front().first; }
  void Advance() {
    std::ranges::pop_heap(heads_, Later{});
    if (++heads_.back().first == heads_.back().second) {
      heads_.pop_back();
    } else {
      std::ranges::push_heap(heads_, Later{});
    }
  }

 private:
  using Iterator = typename Table::Iterator;
  using Range = std::pair<Iterator, Iterator>;  ///< Never empty.
  struct Later {
    bool operator()(const Range& left, const Range& right) const {
      return Table::KeyOfItem(**right.first) < Table::KeyOfItem(**left.first);
    }
  };

  std::vector<Range> heads_;  ///< A heap, the smallest key first.
};

}  // namespace lake::catalog
