// Reads generated CSV back with a parser of its own that refuses anything RFC 4180 does not allow.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common_testing/result_matchers.h"
#include "lake/demo_data/tables.h"

namespace lake::demo_data {

using Field = std::optional<std::string>;  ///< Nothing for an empty field without quotes: null.
using Record = std::vector<Field>;

class StrictCsv {
 public:
  /// The records, or the place and nature of the first mistake.
  static Result<std::vector<Record>> Parse(std::string_view text) {
    StrictCsv parser(text);
    std::vector<Record> records;
    while (parser.at_ < text.size()) {
      LAKE_ASSIGN_OR_RETURN(Record record, parser.NextRecord());
      records.push_back(std::move(record));
    }
    return records;
  }

 private:
  explicit StrictCsv(std::string_view text) : text_(text) {}

  Error Mistake(std::string_view what) const {
    return InvalidArgument("bad_csv", "{} at byte {}", what, at_);
  }
  bool Sees(char letter) const { return at_ < text_.size() && text_[at_] == letter; }

  Result<Record> NextRecord() {
    Record record;
    while (true) {
      LAKE_ASSIGN_OR_RETURN(Field field, Sees('"') ? Quoted() : Bare());
      record.push_back(std::move(field));
      if (at_ == text_.size()) return Mistake("the last line does not end");
      if (text_[at_++] == '\n') return record;
    }
  }
  Result<Field> Bare() {
    size_t end = text_.find_first_of(",\n\"\r", at_);
    if (end == std::string_view::npos) return Mistake("the last line does not end");
    if (text_[end] == '"' || text_[end] == '\r') return Mistake("a quote or CR in a bare field");
    std::string_view value = text_.substr(at_, end - at_);
    at_ = end;
    return value.empty() ? Field() : Field(std::string(value));
  }
  Result<Field> Quoted() {
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') {
        value.push_back(text_[at_]);
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        value.push_back('"');
        ++at_;
      } else {
        ++at_;
        if (!Sees(',') && !Sees('\n')) return Mistake("text after a closing quote");
        return Field(std::move(value));
      }
    }
    return Mistake("a quote is not closed");
  }

  std::string_view text_;
  size_t at_ = 0;
};

/// One parsed table; cells by column name.
class SampleTable {
 public:
  SampleTable(Table table, std::vector<Record> records) : records_(std::move(records)) {
    for (const Column& column : ColumnsOf(table)) columns_.emplace(column.name, columns_.size());
  }
  size_t rows() const { return records_.size() - 1; }
  const Record& header() const { return records_.front(); }
  const Record& record(size_t row) const { return records_[row + 1]; }
  const Field& At(size_t row, std::string_view column) const {
    return record(row)[columns_.at(std::string(column))];
  }
  const std::string& Text(size_t row, std::string_view column) const {
    static const std::string none;
    const Field& field = At(row, column);
    return field ? *field : none;
  }
  int64_t Int(size_t row, std::string_view column) const { return std::stoll(Text(row, column)); }
  /// "12.34" as 1234; anything but two decimals fails.
  int64_t Hundredths(size_t row, std::string_view column) const {
    std::string digits = Text(row, column);
    EXPECT_EQ(digits.size() - 3, digits.find('.')) << digits;
    return std::stoll(digits.erase(digits.size() - 3, 1));
  }

 private:
  std::vector<Record> records_;
  std::map<std::string, size_t> columns_;
};

inline std::string GenerateText(Table table, Scale scale, size_t threads) {
  std::string text;
  auto sink = [&](std::string_view bytes, int64_t) -> Status {
    text.append(bytes);
    return {};
  };
  LAKE_EXPECT_OK(GenerateCsv(table, scale, threads, sink));
  return text;
}

/// All tables at one scale.
class SampleTables {
 public:
  explicit SampleTables(Scale scale) {
    for (Table table : kTables) {
      Result<std::vector<Record>> records = StrictCsv::Parse(GenerateText(table, scale, 2));
      EXPECT_THAT(records, IsOk()) << TableName(table);
      tables_.emplace_back(table, std::move(records).value());
    }
  }
  const SampleTable& Of(Table table) const { return tables_[static_cast<size_t>(table)]; }

 private:
  std::vector<SampleTable> tables_;
};

}  // namespace lake::demo_data
