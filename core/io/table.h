// Columns of numbers with names, as a spreadsheet or pandas writes them to CSV: a user's own data.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/types.h"

namespace backflow::io {

inline constexpr std::size_t kMostTableBytes = 100'000'000;
inline constexpr std::size_t kMostTableEntries = 50'000'000;

struct Table {
  std::vector<std::string>
      names;             ///< of the columns, without quotes, all different; empty: none given
  model::Matrix values;  ///< (rows, columns); NaN where a field is empty
  std::vector<std::size_t> lines;  ///< of the file, from 1, in which each row stands
};

/// CSV as in csv.h. Fields may be empty where columns have names (of which some may be empty, but
/// not twice the same); every other is a finite number. Returns an empty string, or what is wrong
/// and where, to be read after the file's name; `table` is unchanged then.
std::string parse_table(std::string_view bytes, Table& table);

/// The same from a regular file of up to kMostTableBytes.
std::string read_table(const std::string& path, Table& table);

}  // namespace backflow::io
