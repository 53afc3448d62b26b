#include "csv_rows.h"

#include <charconv>
#include <cstring>

namespace lake::demo_data {
namespace {

void AppendTwoDigits(int64_t value, std::string* out) {
  const char digits[2] = {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
  out->append(digits, 2);
}

void AppendPadded(int64_t value, int width, std::string* out) {
  char digits[24];
  auto written = std::to_chars(digits, digits + sizeof digits, value).ptr - digits;
  if (written < width) out->append(static_cast<size_t>(width - written), '0');
  out->append(digits, static_cast<size_t>(written));
}

// An unquoted empty field is null, so empty text is quoted.
bool NeedsQuotes(std::string_view text) {
  for (char letter : text)
    if (letter == ',' || letter == '"' || letter == '\n' || letter == '\r') return true;
  return text.empty();
}

}  // namespace

void AppendInt(int64_t value, std::string* out) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out->append(digits, static_cast<size_t>(end - digits));
}

void AppendCents(int64_t cents, std::string* out) {
  if (cents < 0) {
    out->push_back('-');
    cents = -cents;
  }
  AppendInt(cents / 100, out);
  out->push_back('.');
  AppendTwoDigits(cents % 100, out);
}

void AppendDate(Day day, std::string* out) {
  auto civil = CivilOf(day);
  AppendInt(static_cast<int>(civil.year()), out);
  out->push_back('-');
  AppendTwoDigits(static_cast<unsigned>(civil.month()), out);
  out->push_back('-');
  AppendTwoDigits(static_cast<unsigned>(civil.day()), out);
}

std::string ToText(const RowName& name) {
  std::string text(name.prefix);
  AppendPadded(name.row + 1, name.width, &text);
  return text;
}

void CsvRows::Separate() {
  if (in_row_) out_.push_back(',');
  in_row_ = true;
}

void CsvRows::EndRow() {
  out_.push_back('\n');
  in_row_ = false;
}

CsvRows& CsvRows::Int(int64_t value) {
  Separate();
  AppendInt(value, &out_);
  return *this;
}

CsvRows& CsvRows::Name(const RowName& name) {
  Separate();
  out_.append(name.prefix);
  AppendPadded(name.row + 1, name.width, &out_);
  return *this;
}

CsvRows& CsvRows::Cents(int64_t cents) {
  Separate();
  AppendCents(cents, &out_);
  return *this;
}

CsvRows& CsvRows::Date(Day day) {
  Separate();
  AppendDate(day, &out_);
  return *this;
}

CsvRows& CsvRows::Time(SecondOfTime time) {
  Separate();
  AppendDate(DayOfTime(time), &out_);
  SecondOfTime second = time % kSecondsPerDay;
  out_.push_back(' ');
  AppendTwoDigits(second / 3600, &out_);
  out_.push_back(':');
  AppendTwoDigits(second / 60 % 60, &out_);
  out_.push_back(':');
  AppendTwoDigits(second % 60, &out_);
  return *this;
}

CsvRows& CsvRows::Plain(std::string_view text) {
  Separate();
  out_.append(text);
  return *this;
}

CsvRows& CsvRows::Text(std::string_view text) {
  if (!NeedsQuotes(text)) return Plain(text);
  Separate();
  out_.push_back('"');
  for (size_t from = 0; from < text.size();) {
    size_t quote = text.find('"', from);
    size_t end = quote == std::string_view::npos ? text.size() : quote + 1;
    out_.append(text, from, end - from);
    if (quote != std::string_view::npos) out_.push_back('"');
    from = end;
  }
  out_.push_back('"');
  return *this;
}

}  // namespace lake::demo_data
