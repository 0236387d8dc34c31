#include "app/cli/sweep_file.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/number_format.h"
#include "core/config/keys.h"
#include "core/io/read_file.h"

namespace backflow::cli {
namespace {

constexpr std::string_view kFirst = "# backflow sweep: ";
constexpr std::size_t kMostBytes = 200'000'000;

// A metric such as "norm(40, 0)" has commas of its own.
std::string quoted(const std::string& cell) {
  return cell.find(',') == std::string::npos ? cell : '"' + cell + '"';
}

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  bool inside = false;
  for (const char c : line) {
    if (c == '"')
      inside = !inside;
    else if (c == ',' && !inside)
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

std::string take_row(std::string_view line, std::size_t number, SweepGrid& grid) {
  const std::string here = fmt::format("has in line {} ", number);
  std::vector<std::string> cells = cells_of(line);
  if (cells.size() != grid.names.size() + 2)
    return here + fmt::format("{} values instead of {}", cells.size(), grid.names.size() + 2);
  const auto point = config::parse_number<std::size_t>(cells.front());
  const auto value = config::parse_number<double>(cells.back());
  if (!point || !value) return here + "something that is no number";
  SweepGrid::Row row{{cells.begin() + 1, cells.end() - 1}, *value};
  const auto [there, is_new] = grid.rows.try_emplace(*point, row);
  const bool same = there->second.values == row.values &&
                    (there->second.value == row.value ||
                     (std::isnan(there->second.value) && std::isnan(row.value)));
  return is_new || same ? "" : here + fmt::format("the point {} again, with another value", *point);
}

}  // namespace

SweepGrid grid_of(const Sweep& sweep) {
  SweepGrid grid;
  grid.identity = sweep.identity();
  grid.metric = sweep.metric;
  for (const SweepAxis& axis : sweep.axes) grid.names.push_back(axis.key);
  return grid;
}

std::string grid_line(std::size_t point, const SweepGrid::Row& row) {
  std::string line = std::to_string(point);
  for (const std::string& value : row.values) line += ',' + quoted(value);
  return line + ',' + figure::csv_number(row.value) + '\n';
}

std::string grid_text(const SweepGrid& grid) {
  std::string text = std::string(kFirst) + grid.identity + "\npoint";
  for (const std::string& name : grid.names) text += ',' + quoted(name);
  text += ',' + quoted(grid.metric) + '\n';
  for (const auto& [point, row] : grid.rows) text += grid_line(point, row);
  return text;
}

std::string read_grid(const std::string& path, SweepGrid& grid) {
  std::string text;
  if (std::string error = io::read_file(path, kMostBytes, text); !error.empty()) return error;
  SweepGrid read;
  std::size_t at = 0;
  for (std::size_t number = 1; at < text.size(); ++number) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;  // cut off
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    read.whole_bytes = at;
    if (number == 1) {
      if (!line.starts_with(kFirst)) return "is no grid of backflow sweep";
      read.identity = line.substr(kFirst.size());
    } else if (number == 2) {
      std::vector<std::string> cells = cells_of(line);
      if (cells.size() < 3 || cells.front() != "point") return "has no names in its second line";
      read.metric = cells.back();
      read.names.assign(cells.begin() + 1, cells.end() - 1);
    } else if (std::string error = take_row(line, number, read); !error.empty()) {
      return error;
    }
  }
  if (read.names.empty()) return "is no grid of backflow sweep";
  grid = std::move(read);
  return {};
}

}  // namespace backflow::cli
