#include "core/io/table.h"

#include <unordered_set>
#include <utility>

#include "core/io/csv.h"
#include "core/io/read_file.h"
#include "core/io/shown.h"
#include "core/io/utf8.h"

namespace backflow::io {
namespace {

std::string take_names(const CsvRows& rows, std::vector<std::string>& names) {
  std::unordered_set<std::string_view> seen;
  for (std::string_view name : rows.names) {
    if (name.size() > 1 && name.front() == name.back() && (name[0] == '"' || name[0] == '\'')) {
      name.remove_prefix(1);
      name.remove_suffix(1);
    }
    const std::string column = std::to_string(names.size() + 1);
    if (!is_utf8(name))
      return "has a name in column " + column + ", " + shown(name) + ", which is not UTF-8";
    if (!name.empty() && !seen.insert(name).second)
      return "has the name " + shown(name) + " twice, again in column " + column;
    names.emplace_back(name);
  }
  return {};
}

}  // namespace

std::string parse_table(std::string_view bytes, Table& table) {
  CsvRows rows;
  Table read;
  std::string error =
      parse_csv_rows(bytes, {.most_entries = kMostTableEntries, .is_table = true}, rows);
  if (error.empty()) error = take_names(rows, read.names);
  if (!error.empty()) return error;
  read.lines = std::move(rows.lines);
  read.values = matrix_of(std::move(rows));
  table = std::move(read);
  return {};
}

std::string read_table(const std::string& path, Table& table) {
  std::string bytes;
  std::string error = read_file(path, kMostTableBytes, bytes);
  if (!error.empty()) return error;
  return bytes.empty() ? "is empty" : parse_table(bytes, table);
}

}  // namespace backflow::io
