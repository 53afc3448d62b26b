// Described structs as rows: a relation whose columns are the members of a struct, in their order and under
// their names.
//
// bool, integers, double, text, Timestamp and lists of texts are columns of their own types; ids and enums
// are text; everything else is JSON in a text. A std::optional that is none is NULL.
#pragma once

#include <array>
#include <concepts>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lake/common/describe_fields.h"
#include "lake/common/json_io.h"
#include "lake/query/relation_provider.h"

namespace lake::query {
namespace internal {

template <class Member>
constexpr engine::CellType CellTypeOf() {
  if constexpr (lake::internal::AnOptional<Member>)
    return CellTypeOf<typename Member::value_type>();
  else if constexpr (std::same_as<Member, bool>)
    return engine::CellType::kBoolean;
  else if constexpr (lake::internal::AnInteger<Member>)
    return engine::CellType::kBigint;
  else if constexpr (std::same_as<Member, double>)
    return engine::CellType::kDouble;
  else if constexpr (std::same_as<Member, Timestamp>)
    return engine::CellType::kTimestamp;
  else if constexpr (std::same_as<Member, std::vector<std::string>>)
    return engine::CellType::kVarcharList;
  else
    return engine::CellType::kVarchar;
}

/// `text` holds what the cell points to when the member has no text of its own.
template <class Member>
engine::Cell CellOf(const Member& member, std::string& text) {
  if constexpr (lake::internal::AnOptional<Member>) {
    return member.has_value() ? CellOf(*member, text) : engine::Cell();
  } else if constexpr (lake::internal::AnInteger<Member>) {
    // Counts and versions: none of them gets near the end of a BIGINT.
    return std::in_range<int64_t>(member) ? static_cast<int64_t>(member)
                                          : std::numeric_limits<int64_t>::max();
  } else if constexpr (std::same_as<Member, bool> || std::same_as<Member, double> ||
                       std::same_as<Member, Timestamp>) {
    return member;
  } else if constexpr (std::same_as<Member, std::vector<std::string>>) {
    return std::span<const std::string>(member);
  } else if constexpr (std::same_as<Member, std::string>) {
    return std::string_view(member);
  } else if constexpr (lake::internal::AnId<Member>) {
    return std::string_view(member.value());
  } else if constexpr (DescribedEnum<Member>) {
    return NameOf(member);
  } else {
    text = WriteJson(ToJson(member));
    return std::string_view(text);
  }
}

}  // namespace internal

template <Described Row>
std::vector<engine::TableColumn> ColumnsOf() {
  return std::apply(
      []<class... Fields>(const Fields&... field) {
        return std::vector<engine::TableColumn>{
            {std::string(field.name), internal::CellTypeOf<typename Fields::MemberType>()}...};
      },
      Describe<Row>::kFields);
}

/// Takes rows of one struct.
template <Described Row>
class DescribedRows {
 public:
  explicit DescribedRows(RelationRows& rows) : rows_(rows) {}

  /// Errors: those of RelationRows::Add.
  Status Add(const Row& row) {
    return std::apply(
        [&](const auto&... field) {
          std::array<std::string, sizeof...(field)> texts;
          size_t next = 0;
          // Braces evaluate from left to right.
          const std::array<engine::Cell, sizeof...(field)> cells{
              internal::CellOf(row.*field.member, texts[next++])...};
          return rows_.Add(cells);
        },
        Describe<Row>::kFields);
  }

 private:
  RelationRows& rows_;
};

template <Described Row>
class DescribedRelation final : public RelationProvider {
 public:
  using Fill = std::function<Status(const access::Request& request, DescribedRows<Row>& rows)>;

  /// `name` must outlive it. `fill` is called from any thread.
  DescribedRelation(std::string_view name, Fill fill) : name_(name), fill_(std::move(fill)) {}

  std::string_view name() const override { return name_; }
  std::vector<engine::TableColumn> columns() const override { return ColumnsOf<Row>(); }
  Status Open(const access::Request& request, RelationRows& rows) const override {
    DescribedRows<Row> described(rows);
    return fill_(request, described);
  }

 private:
  const std::string_view name_;
  const Fill fill_;
};

}  // namespace lake::query
