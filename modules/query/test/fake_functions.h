// Provided functions without a model behind them, which count how often they are asked.
//   find_people(query, k := 10, filter := NULL)  the rows of dataset "clean" whose name begins with the query
//   letters(text, model := NULL)                 how often "a", "b" and "c" are in the text
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lake/query/provided_function.h"

namespace lake::query {

class FindPeople final : public RelationFunction {
 public:
  const FunctionSignature& signature() const override { return signature_; }

  Result<std::vector<engine::TableColumn>> Columns(const access::Request&, FunctionArguments) const override {
    ++described;
    return columns_;
  }

  Result<std::shared_ptr<const engine::MemoryTable>> Rows(const access::Request& request,
                                                          FunctionArguments arguments) const override {
    ++asked;
    if (before) LAKE_RETURN_IF_ERROR(before(request, arguments));
    auto table = std::make_shared<engine::MemoryTable>(columns_);
    const std::string& query = arguments[0].as_string();
    const int64_t k = arguments[1].is_null() ? 10 : arguments[1].as_int();
    for (int64_t id = 0; id < 10 && static_cast<int64_t>(table->rows()) < k; ++id) {
      const std::string name = text.empty() ? fmt::format("n{}", id) : text;
      if (id == 3 || id == 7 || (text.empty() && !name.starts_with(query))) continue;
      const engine::Cell row[] = {id, std::string_view(name), id % 3};
      table->AppendRow(row);
    }
    return std::shared_ptr<const engine::MemoryTable>(std::move(table));
  }

  /// Runs before each answer; its error is the answer.
  std::function<Status(const access::Request& request, FunctionArguments arguments)> before;
  std::string text;  ///< Instead of every name.
  mutable std::atomic<int> asked = 0;
  mutable std::atomic<int> described = 0;

 private:
  using Type = FunctionParameter::Type;
  using Presence = FunctionParameter::Presence;
  const FunctionSignature signature_ = {
      .name = "find_people",
      .parameters = {{.name = "query"},
                     {.name = "k", .type = Type::kInteger, .presence = Presence::kOptional},
                     {.name = "filter", .presence = Presence::kOptional}}};
  const std::vector<engine::TableColumn> columns_ = {{"id", engine::CellType::kBigint},
                                                     {"name", engine::CellType::kVarchar},
                                                     {"region", engine::CellType::kBigint}};
};

class Letters final : public VectorFunction {
 public:
  const FunctionSignature& signature() const override { return signature_; }

  Result<std::vector<float>> Vector(const access::Request&, FunctionArguments arguments) const override {
    ++asked;
    const std::string& text = arguments[0].as_string();
    if (text.empty()) return InvalidArgument("empty_text", "nothing").WithDetail("/text", "nothing");
    std::vector<float> vector;
    for (const char letter : {'a', 'b', 'c'})
      vector.push_back(static_cast<float>(std::ranges::count(text, letter)));
    return vector;
  }

  mutable std::atomic<int> asked = 0;

 private:
  const FunctionSignature signature_ = {
      .name = "letters",
      .parameters = {{.name = "text"},
                     {.name = "model", .presence = FunctionParameter::Presence::kOptional}}};
};

}  // namespace lake::query
