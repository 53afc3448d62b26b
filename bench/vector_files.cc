#include "vector_files.h"

#include <charconv>
#include <cstring>
#include <fstream>
#include <span>

namespace lake::bench {
namespace {

using std::filesystem::path;

template <class... Args>
Error Bad(const path& file, fmt::format_string<Args...> what, Args&&... args) {
  return InvalidArgument("bad_vector_file", "{}: {}", file.string(),
                         fmt::format(what, std::forward<Args>(args)...));
}

Result<std::string> ReadAll(const path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return NotFound("file_missing", "{} cannot be read", file.string());
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Rows of equally many elements.
template <class Element>
struct Table {
  std::vector<Element> elements;
  size_t rows = 0;
  size_t columns = 0;
};

template <class Element>
void Append(std::string_view bytes, std::vector<Element>* elements) {
  const size_t before = elements->size();
  elements->resize(before + bytes.size() / sizeof(Element));
  std::memcpy(elements->data() + before, bytes.data(), bytes.size());
}

/// Every row says its own length.
template <class Element>
Result<Table<Element>> ReadRows(const path& file) {
  static_assert(sizeof(Element) == 4);
  LAKE_ASSIGN_OR_RETURN(const std::string all, ReadAll(file));
  Table<Element> table;
  std::string_view rest = all;
  while (!rest.empty()) {
    int32_t columns = 0;
    if (rest.size() < sizeof(columns)) return Bad(file, "row {} is cut short", table.rows);
    std::memcpy(&columns, rest.data(), sizeof(columns));
    rest.remove_prefix(sizeof(columns));
    if (table.rows == 0 && columns > 0) table.columns = static_cast<size_t>(columns);
    if (columns <= 0 || static_cast<size_t>(columns) != table.columns)
      return Bad(file, "row {} has {} elements, the first one {}", table.rows, columns, table.columns);
    const size_t bytes = table.columns * sizeof(Element);
    if (rest.size() < bytes) return Bad(file, "row {} is cut short", table.rows);
    Append(rest.substr(0, bytes), &table.elements);
    rest.remove_prefix(bytes);
    ++table.rows;
  }
  return table;
}

/// The header of an .npy file is a Python dictionary; what is looked for is said in one way only.
struct NpyHeader {
  std::string type;
  size_t rows = 0;
  size_t columns = 0;
  std::string_view data;
};

Result<NpyHeader> ReadNpyHeader(const path& file, std::string_view all) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  constexpr size_t kVersionBytes = 2;
  if (!all.starts_with(kMagic) || all.size() < 12) return Bad(file, "it is no .npy file");
  const size_t length_bytes = all[kMagic.size()] == 1 ? 2 : 4;
  uint32_t length = 0;
  std::memcpy(&length, all.data() + kMagic.size() + kVersionBytes, length_bytes);
  const size_t begin = kMagic.size() + kVersionBytes + length_bytes;
  if (all.size() < begin + length) return Bad(file, "its header is cut short");
  const std::string_view text = all.substr(begin, length);
  NpyHeader header{.data = all.substr(begin + length)};
  const auto after = [&](std::string_view key) {
    const size_t at = text.find(key);
    return at == std::string_view::npos ? std::string_view() : text.substr(at + key.size());
  };
  header.type = after("'descr': '").substr(0, 3);
  const std::string_view shape = after("'shape': (");
  const auto [comma, bad] = std::from_chars(shape.data(), shape.data() + shape.size(), header.rows);
  const std::string_view second = shape.substr(std::min<size_t>(
      shape.size(), static_cast<size_t>(comma - shape.data()) + std::string_view(", ").size()));
  std::from_chars(second.data(), second.data() + second.size(), header.columns);
  if (bad != std::errc() || header.columns == 0 || !after("'fortran_order': ").starts_with("False"))
    return Bad(file, "its array is not one of two dimensions in C order");
  return header;
}

template <class Element>
Result<Table<Element>> NpyTable(const path& file, const NpyHeader& header) {
  if (header.rows > header.data.size() / sizeof(Element) / header.columns ||
      header.data.size() != header.rows * header.columns * sizeof(Element))
    return Bad(file, "{} bytes are not {} x {} elements", header.data.size(), header.rows, header.columns);
  Table<Element> table{.elements = {}, .rows = header.rows, .columns = header.columns};
  Append(header.data, &table.elements);
  return table;
}

Result<Table<float>> ReadNpyVectors(const path& file) {
  LAKE_ASSIGN_OR_RETURN(const std::string all, ReadAll(file));
  LAKE_ASSIGN_OR_RETURN(const NpyHeader header, ReadNpyHeader(file, all));
  if (header.type != "<f4") return Bad(file, "its elements are '{}', wanted are '<f4'", header.type);
  return NpyTable<float>(file, header);
}

template <class Element>
Result<std::vector<std::vector<uint64_t>>> RowsOf(const path& file, const Table<Element>& table) {
  std::vector<std::vector<uint64_t>> truth(table.rows);
  for (size_t q = 0; q < table.rows; ++q) {
    for (const Element row : std::span(table.elements).subspan(q * table.columns, table.columns)) {
      if (row < 0) return Bad(file, "query {} has a row below 0", q);
      truth[q].push_back(static_cast<uint64_t>(row));
    }
  }
  return truth;
}

Result<std::vector<std::vector<uint64_t>>> ReadNpyTruth(const path& file) {
  LAKE_ASSIGN_OR_RETURN(const std::string all, ReadAll(file));
  LAKE_ASSIGN_OR_RETURN(const NpyHeader header, ReadNpyHeader(file, all));
  if (header.type == "<i4") {
    LAKE_ASSIGN_OR_RETURN(const Table<int32_t> table, NpyTable<int32_t>(file, header));
    return RowsOf(file, table);
  }
  if (header.type != "<i8") return Bad(file, "its elements are '{}', wanted are '<i4' or '<i8'", header.type);
  LAKE_ASSIGN_OR_RETURN(const Table<int64_t> table, NpyTable<int64_t>(file, header));
  return RowsOf(file, table);
}

}  // namespace

Result<FileVectors> ReadVectors(const path& file) {
  const bool npy = file.extension() == ".npy";
  if (!npy && file.extension() != ".fvecs") return Bad(file, "vectors come as .fvecs or .npy");
  LAKE_ASSIGN_OR_RETURN(Table<float> table, npy ? ReadNpyVectors(file) : ReadRows<float>(file));
  return FileVectors{.values = std::move(table.elements), .rows = table.rows, .dimensions = table.columns};
}

Result<std::vector<std::vector<uint64_t>>> ReadTruth(const path& file) {
  if (file.extension() == ".ivecs") {
    LAKE_ASSIGN_OR_RETURN(const Table<int32_t> table, ReadRows<int32_t>(file));
    return RowsOf(file, table);
  }
  if (file.extension() != ".npy") return Bad(file, "truth comes as .ivecs or .npy");
  return ReadNpyTruth(file);
}

}  // namespace lake::bench
