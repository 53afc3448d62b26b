// SortedTable: shared immutable items in key order, in blocks of a few dozen. A copy shares all blocks, and a
// change copies one of them: what a copy-on-write shard wants, where one commit changes one item of many
// hundred. Look-ups are binary searches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace lake::catalog {

/// `KeyOf::Of(const T&)` gives the key, a cheap view into the item that compares with `<`.
template <class T, class KeyOf>
class SortedTable {
 public:
  using Pointer = std::shared_ptr<const T>;
  using Key = decltype(KeyOf::Of(std::declval<const T&>()));

 private:
  using Block = std::vector<Pointer>;  ///< Ascending by key, never empty.
  using Blocks = std::vector<std::shared_ptr<const Block>>;

 public:
  /// A change takes about as many steps as a block has items and the table has blocks: the square root of the
  /// 400 items that a shard has in a catalog of 100,000 datasets, and some more.
  static constexpr size_t kMostInBlock = 32;

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Pointer;
    using difference_type = std::ptrdiff_t;
    using pointer = const Pointer*;
    using reference = const Pointer&;

    Iterator() = default;
    reference operator*() const { return (**block_)[index_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (++index_ == (*block_)->size()) {
        ++block_;
        index_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    friend class SortedTable;
    Iterator(typename Blocks::const_iterator block, size_t index) : block_(block), index_(index) {}

    typename Blocks::const_iterator block_;
    size_t index_ = 0;
  };

  static Key KeyOfItem(const T& item) { return KeyOf::Of(item); }

  /// None when the items are not in ascending order, each key once.
  static std::optional<SortedTable> FromAscending(std::vector<Pointer> items) {
    const auto not_before = [](const Pointer& left, const Pointer& right) {
      return !(KeyOf::Of(*left) < KeyOf::Of(*right));
    };
    if (std::ranges::adjacent_find(items, not_before) != items.end()) return std::nullopt;
    SortedTable table;
    table.Fill(std::move(items));
    return table;
  }

  /// Null when there is none.
  Pointer Find(const Key& key) const {
    const Iterator at = LowerBound(key);
    return at != end() && KeyOf::Of(**at) == key ? *at : nullptr;
  }
  Iterator LowerBound(const Key& key) const {
    const auto block = BlockOf(key);
    return block == blocks_.end() ? end() : Iterator(block, IndexIn(**block, key));
  }
  Iterator UpperBound(const Key& key) const {
    Iterator at = LowerBound(key);
    if (at != end() && KeyOf::Of(**at) == key) ++at;
    return at;
  }

  void Put(Pointer item) {
    const Key key = KeyOf::Of(*item);
    auto block = BlockOf(key);
    if (block == blocks_.end()) {
      if (blocks_.empty()) return Fill({std::move(item)});
      --block;
    }
    Block copy;
    copy.reserve((*block)->size() + 1);
    copy = **block;
    const size_t index = IndexIn(copy, key);
    if (index < copy.size() && KeyOf::Of(*copy[index]) == key) {
      copy[index] = std::move(item);
    } else {
      copy.insert(copy.begin() + static_cast<std::ptrdiff_t>(index), std::move(item));
      ++size_;
    }
    Replace(block, std::move(copy));
  }

  void Erase(const Key& key) {
    const auto block = BlockOf(key);
    if (block == blocks_.end()) return;
    const size_t index = IndexIn(**block, key);
    if (!(KeyOf::Of(*(**block)[index]) == key)) return;
    Block copy = **block;
    copy.erase(copy.begin() + static_cast<std::ptrdiff_t>(index));
    --size_;
    Replace(block, std::move(copy));
  }

  template <class Predicate>
  void EraseIf(Predicate predicate) {
    const auto gone = [&](const Pointer& item) { return predicate(*item); };
    if (std::none_of(begin(), end(), gone)) return;
    Block kept;
    std::ranges::remove_copy_if(begin(), end(), std::back_inserter(kept), gone);
    Fill(std::move(kept));
  }

  Iterator begin() const { return Iterator(blocks_.begin(), 0); }
  Iterator end() const { return Iterator(blocks_.end(), 0); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  using BlockPlace = typename Blocks::const_iterator;

  /// The first block that does not end before `key`.
  BlockPlace BlockOf(const Key& key) const {
    return std::ranges::lower_bound(blocks_, key, {}, [](const std::shared_ptr<const Block>& block) {
      return KeyOf::Of(*block->back());
    });
  }
  static size_t IndexIn(const Block& block, const Key& key) {
    const auto at =
        std::ranges::lower_bound(block, key, {}, [](const Pointer& item) { return KeyOf::Of(*item); });
    return static_cast<size_t>(at - block.begin());
  }

  /// The whole table anew; blocks are left some room, for what comes between their items.
  void Fill(std::vector<Pointer> items) {
    constexpr size_t kFilled = kMostInBlock * 3 / 4;
    size_ = items.size();
    blocks_.clear();
    blocks_.reserve(items.size() / kFilled + 1);
    for (auto first = items.begin(); first != items.end();) {
      const auto last = first + std::min<std::ptrdiff_t>(kFilled, items.end() - first);
      blocks_.push_back(
          std::make_shared<const Block>(std::make_move_iterator(first), std::make_move_iterator(last)));
      first = last;
    }
  }

  /// Splits a block that has become too large; one that has become small joins its neighbour, so that a table
  /// that shrinks does not keep its blocks.
  void Replace(BlockPlace place, Block items) {
    const auto at = blocks_.begin() + (place - blocks_.cbegin());
    if (items.empty()) {
      blocks_.erase(at);
    } else if (items.size() > kMostInBlock) {
      const auto middle = items.begin() + kMostInBlock / 2;
      auto upper = std::make_shared<const Block>(std::make_move_iterator(middle),
                                                 std::make_move_iterator(items.end()));
      items.erase(middle, items.end());
      *at = std::make_shared<const Block>(std::move(items));
      blocks_.insert(std::next(at), std::move(upper));
    } else if (std::next(at) != blocks_.end() &&
               items.size() + (*std::next(at))->size() <= kMostInBlock / 2) {
      const Block& next = **std::next(at);
      items.insert(items.end(), next.begin(), next.end());
      *at = std::make_shared<const Block>(std::move(items));
      blocks_.erase(std::next(at));
    } else {
      *at = std::make_shared<const Block>(std::move(items));
    }
  }

  Blocks blocks_;  ///< Ascending.
  size_t size_ = 0;
};

}  // namespace lake::catalog
