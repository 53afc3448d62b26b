// Keys and lists as tests want them: short to write, and checked page by page.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "lake/common_testing/result_matchers.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

inline ObjectKey KeyOf(std::string_view text) { return ObjectKey::Parse(text).value(); }

/// The keys and prefixes of every page, as one sorted list; each page is checked against `limit`.
inline std::vector<std::string> ListAll(ObjectStore& store, ListOptions options) {
  std::vector<std::string> all;
  for (;;) {
    const Result<ObjectPage> page = store.List(Context(), options);
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) return all;
    std::vector<std::string> shown = page->common_prefixes;
    for (const ObjectInfo& info : page->objects) shown.push_back(info.key.text());
    EXPECT_LE(shown.size(), options.limit);
    EXPECT_TRUE(std::ranges::is_sorted(page->common_prefixes));
    EXPECT_TRUE(std::ranges::is_sorted(page->objects, {}, &ObjectInfo::key));
    std::ranges::sort(shown);
    all.insert(all.end(), shown.begin(), shown.end());
    if (!page->next_after.has_value()) return all;
    EXPECT_EQ(shown.size(), options.limit) << "a page before the last is full";
    if (shown.empty() || *page->next_after <= options.after) {
      ADD_FAILURE() << "pages do not advance";
      return all;
    }
    options.after = *page->next_after;
  }
}

/// What a list of `keys` shows, by the definition in ListOptions.
inline std::vector<std::string> ExpectedList(const std::set<std::string>& keys, const ListOptions& options) {
  std::set<std::string> shown;
  for (const std::string& key : keys) {
    if (!key.starts_with(options.prefix)) continue;
    const size_t slash = options.delimiter.empty() ? std::string::npos : key.find('/', options.prefix.size());
    const std::string text = slash == std::string::npos ? key : key.substr(0, slash + 1);
    if (text > options.after) shown.insert(text);
  }
  return {shown.begin(), shown.end()};
}

}  // namespace lake::storage
