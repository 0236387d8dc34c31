#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <vector>

#include "core/io/matrix_file.h"
#include "core/io/shown.h"

namespace backflow::io {
namespace {

std::string_view trimmed(std::string_view text, std::string_view of) {
  const std::size_t first = text.find_first_not_of(of);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(of) - first + 1);
}

char separator_of(std::string_view row) {
  for (const char c : {';', ',', '\t'})
    if (row.find(c) != std::string_view::npos) return c;
  return ' ';
}

// Takes the first field off a row; false when nothing follows it. Many blanks are one separator.
bool take_field(std::string_view& row, char separator, std::string_view& field) {
  const std::size_t end = row.find(separator);
  field = trimmed(row.substr(0, end), " \t");
  if (end == std::string_view::npos) return false;
  row.remove_prefix(separator == ' ' ? row.find_first_not_of(' ', end) : end + 1);
  return true;
}

// Empty, or what the field is not.
std::string parse_number(std::string_view field, double& value) {
  if (field.size() > 1 && field[0] == '+' && field[1] != '-') field.remove_prefix(1);
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error == std::errc::invalid_argument || end != field.data() + field.size())
    return "is not a number";
  // What is too large is an error in some libraries, and infinite in others.
  if (error != std::errc() || !std::isfinite(value))
    return "is not a finite number in double precision";
  return {};
}

// A number with a slip is no name.
bool is_name(std::string_view field) {
  double value = 0.0;
  return std::string_view("+-.0123456789").find(field.front()) == std::string_view::npos &&
         parse_number(field, value) == "is not a number";
}

class Table {
public:
  std::string add(std::string_view row, std::size_t line);
  const std::vector<double>& values() const { return values_; }
  std::size_t width() const { return width_; }

private:
  std::string add_field(std::string_view field, std::size_t line, std::size_t column);

  std::vector<double> values_;  // row by row
  std::size_t width_ = 0;       // fields of the first row
  std::size_t first_line_ = 0;  // where that is; 0: not come yet
  char separator_ = ' ';
  std::string_view first_name_;  // of the first row, when it is names
};

std::string Table::add_field(std::string_view field, std::size_t line, std::size_t column) {
  const auto where = [&] {
    return " in line " + std::to_string(line) + ", column " + std::to_string(column);
  };
  if (field.empty()) return "has an empty field" + where();
  double value = 0.0;
  const std::string fault = parse_number(field, value);
  const bool in_first_row = line == first_line_;
  const bool after_names = in_first_row && !first_name_.empty();
  if (in_first_row && (column == 1 || after_names) && is_name(field)) {
    if (column == 1) first_name_ = field;
    return {};
  }
  if (!fault.empty()) return "has " + shown(field) + where() + ", which " + fault;
  if (after_names)
    return "has " + shown(first_name_) + " in line " + std::to_string(line) +
           ", column 1, which is not a number";
  if (values_.size() == kMostEntries)
    return "has more than " + std::to_string(kMostEntries) + " numbers, the next" + where();
  values_.push_back(value);
  return {};
}

std::string Table::add(std::string_view row, std::size_t line) {
  if (first_line_ == 0) {
    first_line_ = line;
    separator_ = separator_of(row);
  }
  std::size_t column = 0;
  for (bool more = true; more;) {
    std::string_view field;
    more = take_field(row, separator_, field);
    const std::string error = add_field(field, line, ++column);
    if (!error.empty()) return error;
  }
  if (line == first_line_) width_ = column;
  if (column == width_) return {};
  return "has " + std::to_string(column) + " numbers in line " + std::to_string(line) + ", but " +
         std::to_string(width_) + (first_name_.empty() ? "" : " names") + " in line " +
         std::to_string(first_line_);
}

}  // namespace

std::string parse_csv(std::string_view bytes, model::Matrix& matrix) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    bytes.remove_prefix(kByteOrderMark.size());
  Table table;
  for (std::size_t line = 1; !bytes.empty(); ++line) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view row = trimmed(bytes.substr(0, end), " \t\r");
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (row.empty() || row.front() == '#') continue;
    std::string error = table.add(row, line);
    if (!error.empty()) return error;
  }
  if (table.values().empty()) return "has no numbers";
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto cols = static_cast<model::Index>(table.width());
  const auto rows = static_cast<model::Index>(table.values().size()) / cols;
  matrix = Eigen::Map<const RowMajor>(table.values().data(), rows, cols);
  return {};
}

}  // namespace backflow::io
