#include "mask_text.h"

#include <algorithm>
#include <string_view>

#include "duckdb/common/vector_operations/ternary_executor.hpp"
#include "duckdb/function/scalar_function.hpp"
#include "lake/engine/engine.h"
#include "own_function.h"

namespace lake::engine {
namespace {

/// The first byte of a character in UTF-8.
bool Begins(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

/// Bytes of the first `count` characters; there are more.
size_t HeadBytes(std::string_view text, size_t count) {
  size_t at = 0;
  for (size_t begun = 0; begun < count || !Begins(text[at]); ++at) begun += Begins(text[at]);
  return at;
}

/// Bytes of the last `count` characters; there are more.
size_t TailBytes(std::string_view text, size_t count) {
  size_t at = text.size();
  for (size_t left = count; left > 0;) left -= Begins(text[--at]);
  return text.size() - at;
}

/// As many characters as the text has; all are stars where no more than the kept ones are there.
duckdb::string_t Masked(std::string_view text, size_t prefix, size_t suffix, duckdb::Vector& result) {
  const auto characters = static_cast<size_t>(std::ranges::count_if(text, Begins));
  const bool whole = characters <= prefix + suffix;
  const size_t head = whole ? 0 : HeadBytes(text, prefix);
  const size_t tail = whole ? 0 : TailBytes(text, suffix);
  const size_t stars = whole ? characters : characters - prefix - suffix;
  duckdb::string_t masked = duckdb::StringVector::EmptyString(result, head + stars + tail);
  char* out = masked.GetDataWriteable();
  out = std::ranges::copy(text.substr(0, head), out).out;
  out = std::fill_n(out, stars, '*');
  std::ranges::copy(text.substr(text.size() - tail), out);
  masked.Finalize();
  return masked;
}

void MaskText(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::TernaryExecutor::Execute<duckdb::string_t, int32_t, int32_t, duckdb::string_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [&](duckdb::string_t text, int32_t prefix, int32_t suffix) {
        return Masked({text.GetData(), text.GetSize()}, static_cast<size_t>(prefix),
                      static_cast<size_t>(suffix), result);
      });
}

}  // namespace

void RegisterMaskText(duckdb::DuckDB& database) {
  AddOwnFunction(database, duckdb::ScalarFunction(std::string(kMaskFunction),
                                                  {duckdb::LogicalType::VARCHAR, duckdb::LogicalType::INTEGER,
                                                   duckdb::LogicalType::INTEGER},
                                                  duckdb::LogicalType::VARCHAR, MaskText));
}

}  // namespace lake::engine
