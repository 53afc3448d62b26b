// SortedTable: shared immutable items in key order, in one array. Copying it copies pointers only, which is
// what a copy-on-write shard of a few hundred items wants; look-ups are binary searches.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace lake::catalog {

/// `KeyOf::Of(const T&)` gives the key, a cheap view into the item that compares with `<`.
template <class T, class KeyOf>
class SortedTable {
 public:
  using Pointer = std::shared_ptr<const T>;
  using Key = decltype(KeyOf::Of(std::declval<const T&>()));
  using Iterator = typename std::vector<Pointer>::const_iterator;

  static Key KeyOfItem(const T& item) { return KeyOf::Of(item); }

  /// Null when there is none.
  Pointer Find(const Key& key) const {
    const Iterator at = LowerBound(key);
    return at != items_.end() && KeyOf::Of(**at) == key ? *at : nullptr;
  }
  Iterator LowerBound(const Key& key) const {
    return std::ranges::lower_bound(items_, key, {}, [](const Pointer& item) { return KeyOf::Of(*item); });
  }
  Iterator UpperBound(const Key& key) const {
    return std::ranges::upper_bound(items_, key, {}, [](const Pointer& item) { return KeyOf::Of(*item); });
  }

  void Put(Pointer item) {
    const Key key = KeyOf::Of(*item);
    const auto at = items_.begin() + (LowerBound(key) - items_.cbegin());
    if (at != items_.end() && KeyOf::Of(**at) == key) {
      *at = std::move(item);
    } else {
      items_.insert(at, std::move(item));
    }
  }
  void Erase(const Key& key) {
    const Iterator at = LowerBound(key);
    if (at != items_.end() && KeyOf::Of(**at) == key) items_.erase(at);
  }
  /// Items that arrive in ascending order; false, and nothing is added, when this one does not.
  [[nodiscard]] bool Append(Pointer item) {
    if (!items_.empty() && !(KeyOf::Of(*items_.back()) < KeyOf::Of(*item))) return false;
    items_.push_back(std::move(item));
    return true;
  }
  template <class Predicate>
  void EraseIf(Predicate predicate) {
    std::erase_if(items_, [&](const Pointer& item) { return predicate(*item); });
  }
  void Reserve(size_t count) { items_.reserve(count); }

  Iterator begin() const { return items_.begin(); }
  Iterator end() const { return items_.end(); }
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }

 private:
  std::vector<Pointer> items_;  ///< Ascending by key, unique.
};

}  // namespace lake::catalog
