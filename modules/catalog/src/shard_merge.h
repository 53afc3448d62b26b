// ShardMerge: walks one table of all shards in key order, without building the whole list.
#pragma once

#include <algorithm>
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
      if (first != items.end()) heads_.push_back({Table::KeyOfItem(**first), first, items.end()});
    }
    std::ranges::make_heap(heads_, Later{});
  }

  bool done() const { return heads_.empty(); }
  /// The smallest item not taken yet.
  const typename Table::Pointer& item() const { return *heads_.front().at; }
  void Advance() {
    std::ranges::pop_heap(heads_, Later{});
    Head& head = heads_.back();
    if (++head.at == head.end) {
      heads_.pop_back();
    } else {
      head.key = Table::KeyOfItem(**head.at);
      std::ranges::push_heap(heads_, Later{});
    }
  }

 private:
  using Iterator = typename Table::Iterator;
  /// What is left of one shard, never nothing. The key is the item's, at hand: it is compared many times.
  struct Head {
    typename Table::Key key;
    Iterator at;
    Iterator end;
  };
  struct Later {
    bool operator()(const Head& left, const Head& right) const { return right.key < left.key; }
  };

  std::vector<Head> heads_;  ///< A heap, the smallest key first.
};

}  // namespace lake::catalog
