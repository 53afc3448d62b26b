#include "catalog_names.h"

#include <algorithm>
#include <chrono>

#include "lake/common/fold.h"
#include "rest.h"

namespace lake::app {
namespace {

constexpr int64_t kMostNames = 10'000;            // Beyond, Tab is no way to find one.
constexpr std::chrono::milliseconds kWait{2000};  // A person waits for Tab.

const std::vector<std::string> kNone;

std::vector<std::string> NamesOf(const JsonValue::Array& items) {
  std::vector<std::string> names;
  for (const JsonValue& item : items) names.emplace_back(item.FindString("name"));
  return names;
}

}  // namespace

Context CatalogNames::ShortContext() const {
  return {.deadline = Deadline::After(kWait), .cancel = cancel_, .trace_id = ""};
}

const std::vector<std::string>& CatalogNames::Datasets() {
  if (!datasets_.empty()) return datasets_;
  const Context context = ShortContext();
  if (Result<JsonValue::Array> items = Rest(context, client_).List("/catalog/datasets", kMostNames);
      items.ok())
    datasets_ = NamesOf(*items);
  return datasets_;
}

const std::vector<std::string>& CatalogNames::Columns(const std::string& dataset) {
  const std::vector<std::string>& known = Datasets();
  const auto name = std::ranges::find_if(known, [&](const auto& n) { return SameFolded(n, dataset); });
  if (name == known.end()) return kNone;
  if (const auto found = columns_.find(*name); found != columns_.end()) return found->second;
  const Context context = ShortContext();
  Result<JsonValue> shown = Rest(context, client_).Get("/catalog/datasets/by-name/" + UrlEncode(*name));
  const JsonValue* columns = shown.ok() ? shown->Find("columns") : nullptr;
  if (columns == nullptr || !columns->is_array()) return kNone;
  return columns_.emplace(*name, NamesOf(columns->as_array())).first->second;
}

void CatalogNames::Forget() {
  datasets_.clear();
  columns_.clear();
}

}  // namespace lake::app
