#include "app/export/npy_table.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

namespace backflow::exporting {
namespace {

using Fields = std::vector<std::string_view>;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <class N>
bool reads_as(std::string_view text, N& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_whole(std::string_view text) {
  std::int64_t value = 0;
  return reads_as(text, value);
}

bool is_number(std::string_view text) {
  double value = 0.0;
  return text.empty() || reads_as(text, value);
}

std::uint32_t next_code_point(std::string_view& utf8) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t point = length == 1 ? first : first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length && i < utf8.size(); ++i)
    point = point << 6 | (byte(i) & 0x3Fu);
  utf8.remove_prefix(std::min(length, utf8.size()));
  return point;
}

std::size_t letters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

void append_little_endian(std::string& out, std::uint64_t bits, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(bits >> (8 * i) & 0xFF);
}

enum class Kind { whole, number, text };

struct Column {
  std::string_view name;
  Kind kind = Kind::whole;
  std::size_t length = 1;  // letters, of text

  void take(std::string_view field) {
    if (kind == Kind::whole && !is_whole(field)) kind = Kind::number;
    if (kind == Kind::number && !is_number(field)) kind = Kind::text;
    length = std::max(length, letters(field));
  }

  std::string type() const {
    if (kind == Kind::text) return fmt::format("<U{}", length);
    return kind == Kind::whole ? "<i8" : "<f8";
  }

  void append(std::string& out, std::string_view field) const {
    if (kind == Kind::text) {
      for (std::size_t i = 0; i < length; ++i)
        append_little_endian(out, field.empty() ? 0 : next_code_point(field), 4);
    } else if (kind == Kind::whole) {
      std::int64_t value = 0;
      reads_as(field, value);
      append_little_endian(out, static_cast<std::uint64_t>(value), 8);
    } else {
      double value = std::numeric_limits<double>::quiet_NaN();
      if (!field.empty()) reads_as(field, value);
      append_little_endian(out, std::bit_cast<std::uint64_t>(value), 8);
    }
  }
};

// Version 1.0: padded so that the data begin at a multiple of 64 bytes.
std::string header(const std::vector<Column>& columns, std::size_t rows) {
  std::string dict = "{'descr': [";
  for (const Column& column : columns)
    dict += fmt::format("('{}', '{}'), ", column.name, column.type());
  dict += fmt::format("], 'fortran_order': False, 'shape': ({},), }}", rows);
  constexpr std::size_t kBefore = 10, kAlignment = 64;
  dict.append(kAlignment - 1 - (kBefore + dict.size()) % kAlignment, ' ');
  dict += '\n';
  std::string out = "\x93NUMPY";
  out += '\x01';
  out += '\0';
  append_little_endian(out, dict.size(), 2);
  return out + dict;
}

}  // namespace

std::string npy_from_csv(std::string_view csv) {
  if (csv.ends_with('\n')) csv.remove_suffix(1);
  const std::vector<std::string_view> lines = split(csv, '\n');
  std::vector<Column> columns;
  for (const std::string_view name : split(lines.front(), ',')) columns.push_back({name});
  std::vector<Fields> rows;
  rows.reserve(lines.size());
  for (std::size_t i = 1; i < lines.size(); ++i) {
    rows.push_back(split(lines[i], ','));
    if (rows.back().size() != columns.size())
      throw std::runtime_error(fmt::format("row {} of the data has {} fields instead of {}", i,
                                           rows.back().size(), columns.size()));
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].take(rows.back()[c]);
  }
  std::string out = header(columns, rows.size());
  for (const Fields& row : rows)
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].append(out, row[c]);
  return out;
}

}  // namespace backflow::exporting
