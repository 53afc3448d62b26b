// Goal: a table holds what was put into it, in order, whatever came and went, and its copies stay as they
// were. Method: random puts and erases under a fixed seed beside a std::map; a copy is kept now and then and
// compared again at the end.
#include "sorted_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace lake::catalog {
namespace {

struct TableItem {
  int key = 0;
  std::string text;
};
struct ByItemKey {
  static int Of(const TableItem& item) { return item.key; }
};
using ItemTable = SortedTable<TableItem, ByItemKey>;
using ItemModel = std::map<int, std::string>;

std::shared_ptr<const TableItem> MakeItem(int key, std::string text) {
  return std::make_shared<const TableItem>(TableItem{.key = key, .text = std::move(text)});
}

void ExpectSame(const ItemTable& table, const ItemModel& model, int keys) {
  ASSERT_EQ(table.size(), model.size());
  EXPECT_EQ(table.empty(), model.empty());
  auto expected = model.begin();
  for (const auto& item : table) {
    ASSERT_NE(expected, model.end());
    EXPECT_EQ(item->key, expected->first);
    EXPECT_EQ(item->text, expected->second);
    ++expected;
  }
  const auto key_at = [&](ItemTable::Iterator at) { return at == table.end() ? keys : (*at)->key; };
  const auto model_key_at = [&](ItemModel::const_iterator at) {
    return at == model.end() ? keys : at->first;
  };
  for (int key = -1; key <= keys; ++key) {
    EXPECT_EQ(table.Find(key) != nullptr, model.contains(key));
    EXPECT_EQ(key_at(table.LowerBound(key)), model_key_at(model.lower_bound(key)));
    EXPECT_EQ(key_at(table.UpperBound(key)), model_key_at(model.upper_bound(key)));
  }
}

TEST(SortedTableModel, RandomChangesAndKeptCopies) {
  constexpr int kKeys = 400;
  std::mt19937 random(7);
  ItemTable table;
  ItemModel model;
  std::vector<std::pair<ItemTable, ItemModel>> kept;
  for (int step = 0; step < 6000; ++step) {
    const int key = static_cast<int>(random() % kKeys);
    // It grows, then shrinks until hardly anything is left, then grows again.
    const bool grows = step / 2000 != 1;
    if (random() % 10 < (grows ? 8u : 1u)) {
      table.Put(MakeItem(key, std::to_string(step)));
      model.insert_or_assign(key, std::to_string(step));
    } else {
      table.Erase(key);
      model.erase(key);
    }
    if (step % 500 == 0) kept.emplace_back(table, model);
  }
  kept.emplace_back(table, model);
  for (const auto& [copy, expected] : kept) ExpectSame(copy, expected, kKeys);
}

TEST(SortedTableModel, AscendingAndDescendingPuts) {
  ItemTable up;
  ItemTable down;
  ItemModel model;
  for (int i = 0; i < 500; ++i) {
    up.Put(MakeItem(i, "x"));
    down.Put(MakeItem(499 - i, "x"));
    model.emplace(i, "x");
  }
  ExpectSame(up, model, 500);
  ExpectSame(down, model, 500);
}

TEST(SortedTableModel, FromAscendingTakesOnlyAscendingItems) {
  for (const int count : {0, 1, 23, 24, 25, 1000}) {
    std::vector<std::shared_ptr<const TableItem>> items;
    ItemModel model;
    for (int i = 0; i < count; ++i) {
      items.push_back(MakeItem(i, "x"));
      model.emplace(i, "x");
    }
    const auto table = ItemTable::FromAscending(items);
    ASSERT_TRUE(table.has_value());
    ExpectSame(*table, model, count);
    if (count < 2) continue;
    std::swap(items.front(), items.back());
    EXPECT_FALSE(ItemTable::FromAscending(items).has_value()) << "out of order";
    items.front() = items.back() = items[static_cast<size_t>(count) / 2];
    EXPECT_FALSE(ItemTable::FromAscending(items).has_value()) << "twice";
  }
}

TEST(SortedTableModel, EraseIfTakesOutExactlyThose) {
  ItemTable table;
  ItemModel model;
  for (int i = 0; i < 300; ++i) {
    table.Put(MakeItem(i, "x"));
    if (i % 3 != 0) model.emplace(i, "x");
  }
  table.EraseIf([](const TableItem& item) { return item.key % 3 == 0; });
  ExpectSame(table, model, 300);
  table.EraseIf([](const TableItem&) { return false; });
  ExpectSame(table, model, 300);
  table.EraseIf([](const TableItem&) { return true; });
  ExpectSame(table, {}, 300);
}

/// What a commit must not do: copy the whole table for one item.
TEST(SortedTableModel, AChangeSharesAllItemsButThoseOfItsBlock) {
  std::vector<std::shared_ptr<const TableItem>> items;
  for (int i = 0; i < 1000; ++i) items.push_back(MakeItem(i, "x"));
  auto table = ItemTable::FromAscending(items);
  ASSERT_TRUE(table.has_value());
  ItemTable changed = *table;
  changed.Put(MakeItem(500, "y"));
  size_t copied = 0;  // Held by this list, and by the old and the new block.
  for (const auto& item : items) copied += item.use_count() > 2 ? 1 : 0;
  EXPECT_LE(copied, ItemTable::kMostInBlock);
}

}  // namespace
}  // namespace lake::catalog
