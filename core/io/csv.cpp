#include "core/io/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include "core/io/progress.h"
#include "core/io/shown.h"
#include "core/io/utf8.h"

namespace backflow::io {
namespace {

std::string_view trimmed(std::string_view text, std::string_view of) {
  while (!text.empty() && of.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && of.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
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
const char* parse_number(std::string_view field, double& value) {
  if (field.size() > 1 && field[0] == '+' && field[1] != '-') field.remove_prefix(1);
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error == std::errc::invalid_argument || end != field.data() + field.size())
    return "is not a number";
  // What is too large is an error in some libraries, and infinite in others.
  if (error != std::errc() || !std::isfinite(value))
    return "is not a finite number in double precision";
  return "";
}

// A number with a slip is no name.
bool is_name(std::string_view field) {
  double value = 0.0;
  return std::string_view("+-.0123456789").find(field.front()) == std::string_view::npos &&
         parse_number(field, value) == std::string_view("is not a number");
}

std::string place(std::size_t line, std::size_t column) {
  return " in line " + std::to_string(line) + ", column " + std::to_string(column);
}

class Reader {
public:
  Reader(const CsvOptions& options, CsvRows& rows) : options_(options), rows_(rows) {}

  // What of a line is a row; empty when it is none.
  std::string_view row_of(std::string_view line) const;
  std::string add(std::string_view row, std::size_t line);

private:
  bool begins_with_name(std::string_view row) const;
  bool add_quickly(std::string_view row);
  std::string add_field(std::string_view field, std::size_t line, std::size_t column);
  std::string add_name(std::string_view field, std::size_t line, std::size_t column);

  CsvOptions options_;
  CsvRows& rows_;
  std::size_t first_line_ = 0;  // where the first row is; 0: not come yet
  char separator_ = ' ';
};

std::string_view Reader::row_of(std::string_view line) const {
  const std::string_view row = trimmed(line, " \t\r");
  const bool comment = !row.empty() && row.front() == '#';
  const char separator = first_line_ == 0 && !row.empty() ? separator_of(row) : separator_;
  if (comment || !options_.is_table || separator != '\t') return comment ? "" : row;
  // A tab at an end separates an empty field.
  return trimmed(line, " \r");
}

// Whether the first field is a name; of a table, the first that is not empty.
bool Reader::begins_with_name(std::string_view row) const {
  for (bool more = true; more;) {
    std::string_view field;
    more = take_field(row, separator_, field);
    if (!field.empty()) return is_name(field);
    if (!options_.is_table) return false;
  }
  return false;
}

std::string Reader::add_name(std::string_view field, std::size_t line, std::size_t column) {
  if (!field.empty() && !is_name(field)) {
    double value = 0.0;
    const std::string fault = parse_number(field, value);
    if (!fault.empty()) return "has " + shown(field) + place(line, column) + ", which " + fault;
    const auto first = std::find_if(rows_.names.begin(), rows_.names.end(),
                                    [](std::string_view name) { return !name.empty(); });
    return "has " + shown(*first) +
           place(line, static_cast<std::size_t>(first - rows_.names.begin()) + 1) +
           ", which is not a number";
  }
  rows_.names.push_back(field);
  return {};
}

std::string Reader::add_field(std::string_view field, std::size_t line, std::size_t column) {
  double value = std::numeric_limits<double>::quiet_NaN();
  const bool may_be_empty = options_.is_table && !rows_.names.empty();
  if (field.empty() && !may_be_empty) return "has an empty field" + place(line, column);
  if (!field.empty()) {
    const char* const fault = parse_number(field, value);
    if (*fault != '\0') return "has " + shown(field) + place(line, column) + ", which " + fault;
  }
  if (rows_.values.size() == options_.most_entries)
    return "has more than " + std::to_string(options_.most_entries) + " numbers, the next" +
           place(line, column);
  rows_.values.push_back(value);
  return {};
}

// A row as most are, nothing but numbers and as many as there should be: true, and they are taken.
// Whatever is false here is looked at again, field by field.
bool Reader::add_quickly(std::string_view row) {
  if (options_.most_entries - rows_.values.size() < rows_.width) return false;
  const std::size_t before = rows_.values.size();
  const char* at = row.data();
  const char* const end = at + row.size();
  for (std::size_t column = 0; column < rows_.width; ++column) {
    double value = 0.0;
    const auto [next, error] = std::from_chars(at, end, value);
    const bool is_last = column + 1 == rows_.width;
    if (error != std::errc() || !std::isfinite(value) || is_last != (next == end) ||
        (!is_last && *next != separator_)) {
      rows_.values.resize(before);
      return false;
    }
    rows_.values.push_back(value);
    for (at = next; at != end && (*at == ' ' || at == next); ++at)
      ;
  }
  return true;
}

std::string Reader::add(std::string_view row, std::size_t line) {
  const bool is_first = first_line_ == 0;
  bool names = false;
  if (is_first) {
    first_line_ = line;
    separator_ = separator_of(row);
    names = begins_with_name(row);
  } else if (add_quickly(row)) {
    rows_.lines.push_back(line);
    return {};
  }
  std::size_t column = 0;
  for (bool more = true; more;) {
    std::string_view field;
    more = take_field(row, separator_, field);
    ++column;
    const bool is_name_field = names && (options_.is_table || !field.empty());
    std::string error =
        is_name_field ? add_name(field, line, column) : add_field(field, line, column);
    if (!error.empty()) return error;
  }
  if (is_first) rows_.width = column;
  if (!names) rows_.lines.push_back(line);
  if (column == rows_.width) return {};
  return "has " + std::to_string(column) + " numbers in line " + std::to_string(line) + ", but " +
         std::to_string(rows_.width) + (rows_.names.empty() ? "" : " names") + " in line " +
         std::to_string(first_line_);
}

}  // namespace

std::string parse_csv_rows(std::string_view bytes, const CsvOptions& options, CsvRows& rows) {
  if (bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    bytes.remove_prefix(kByteOrderMark.size());
  const std::size_t all = bytes.size();
  ProgressMeter progress(all);
  Reader reader(options, rows);
  for (std::size_t line = 1; !bytes.empty(); ++line) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view row = reader.row_of(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    progress.at(all - bytes.size());
    if (row.empty()) continue;
    std::string error = reader.add(row, line);
    if (!error.empty()) return error;
    // Most rows are as long as the first one; growing step by step takes longer than reading.
    if (rows.lines.size() == 1) {
      const std::size_t likely = 1 + bytes.size() / (row.size() + 1);
      rows.lines.reserve(likely);
      rows.values.reserve(std::min(likely * rows.width, options.most_entries));
    }
  }
  return rows.values.empty() ? "has no numbers" : "";
}

model::Matrix matrix_of(CsvRows&& rows) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const std::vector<double> values = std::exchange(rows.values, {});
  const auto width = static_cast<model::Index>(rows.width);
  return Eigen::Map<const RowMajor>(values.data(), static_cast<model::Index>(values.size()) / width,
                                    width);
}

}  // namespace backflow::io
