#include "session_words.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "gate.h"
#include "lake/common/fold.h"

namespace lake::query {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kWords = {"user"sv,         "current_user"sv,    "session_user"sv,
                               "current_role"sv, "current_catalog"sv, "current_schema"sv};

class Words {
 public:
  explicit Words(std::set<std::string> names) : names_(std::move(names)) {}

  void Visit(const JsonValue& node) {
    if (node.is_array()) {
      for (const JsonValue& item : node.as_array()) Visit(item);
    } else if (node.is_object()) {
      if (const std::string_view alias = node.FindString("alias"); !alias.empty()) names_.insert(Fold(alias));
      if (node.FindString("type") == "VALUE_CONSTANT") return;  // Its value is data, whatever it looks like.
      if (node.FindString("class") == "COLUMN_REF") Note(node);
      for (const auto& [name, member] : node.as_object()) {
        if (name == "column_name_alias" || name == "aliases") AddNames(member);
        Visit(member);
      }
    }
  }

  Status Check() const {
    for (const JsonValue* word : found_) {
      const std::string name = Fold(word->Find("column_names")->as_array().front().as_string());
      if (!names_.contains(name))
        return AtNode(PermissionDenied("not_allowed_in_sql", "'{}' may not be used here", name), *word);
    }
    return {};
  }

 private:
  void Note(const JsonValue& reference) {
    const JsonValue* names = reference.Find("column_names");
    if (names == nullptr || !names->is_array() || names->as_array().size() != 1) return;
    const JsonValue& name = names->as_array().front();
    if (name.is_string() && std::ranges::find(kWords, Fold(name.as_string())) != kWords.end())
      found_.push_back(&reference);
  }

  void AddNames(const JsonValue& list) {
    if (!list.is_array()) return;
    for (const JsonValue& item : list.as_array())
      if (item.is_string()) names_.insert(Fold(item.as_string()));
  }

  std::set<std::string> names_;
  std::vector<const JsonValue*> found_;
};

}  // namespace

Status CheckSessionWords(const JsonValue& tree, std::set<std::string> columns) {
  Words words(std::move(columns));
  words.Visit(tree);
  return words.Check();
}

}  // namespace lake::query
