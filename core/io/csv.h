// Rows of numbers in text: one row a line, separated by the first of semicolon, comma, tab and
// blanks that the first row contains; a first row of names, empty lines and lines that begin with #
// are no rows of numbers. Decimal points whatever the locale.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/types.h"

namespace backflow::io {

struct CsvOptions {
  std::size_t most_entries;
  bool is_table = false;  ///< below names, fields may be empty: NaN; a name may be empty too
};

struct CsvRows {
  std::vector<std::string_view> names;  ///< of the first row, when that has names
  std::vector<double> values;           ///< row by row
  std::vector<std::size_t> lines;       ///< where each row is, from 1
  std::size_t width = 0;
};

/// Returns an empty string, or what is wrong and where, to be read after the file's name. There is
/// at least one number then.
std::string parse_csv_rows(std::string_view bytes, const CsvOptions& options, CsvRows& rows);

/// The same numbers as a matrix, of which the rows are emptied on the way.
model::Matrix matrix_of(CsvRows&& rows);

}  // namespace backflow::io
