#include "app/cli/sweep_file.h"

#include <algorithm>

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

std::vector<std::string> names_of(const SweepGrid& grid) {
  std::vector<std::string> names{"point"};
  for (const SweepAxis& axis : grid.axes) names.push_back(axis.key);
  names.push_back(grid.metric);
  return names;
}

std::string take_row(std::string_view line, std::size_t number, SweepGrid& grid) {
  const std::string here = fmt::format("has in line {} ", number);
  const std::vector<std::string> cells = cells_of(line);
  if (cells.size() != grid.axes.size() + 2)
    return here + fmt::format("{} values instead of {}", cells.size(), grid.axes.size() + 2);
  const auto point = config::parse_number<std::size_t>(cells.front());
  const auto value = config::parse_number<double>(cells.back());
  if (!point || !value) return here + "something that is no number";
  if (*point >= size_of(grid.axes) ||
      !std::equal(cells.begin() + 1, cells.end() - 1, values_at(grid.axes, *point).begin()))
    return here + "a point that the sweep does not have";
  const auto [there, is_new] = grid.values.try_emplace(*point, *value);
  const bool same = figure::csv_number(there->second) == figure::csv_number(*value);
  return is_new || same ? "" : here + fmt::format("the point {} again, with another value", *point);
}

}  // namespace

SweepGrid grid_of(const Sweep& sweep) {
  return {sweep.identity(), sweep.axes, sweep.metric, {}, 0};
}

std::string grid_line(const std::vector<SweepAxis>& axes, std::size_t point, double value) {
  std::string line = std::to_string(point);
  for (const std::string& setting : values_at(axes, point)) line += ',' + quoted(setting);
  return line + ',' + figure::csv_number(value) + '\n';
}

std::string grid_text(const SweepGrid& grid) {
  std::string text = std::string(kFirst) + grid.identity + '\n';
  for (const std::string& name : names_of(grid)) text += quoted(name) + ',';
  text.back() = '\n';
  for (const auto& [point, value] : grid.values) text += grid_line(grid.axes, point, value);
  return text;
}

std::string read_grid(const std::string& path, SweepGrid& grid) {
  std::string text;
  if (std::string error = io::read_file(path, kMostBytes, text); !error.empty()) return error;
  SweepGrid read;
  std::size_t at = 0, number = 1;
  for (; at < text.size(); ++number) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;  // cut off
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    read.whole_bytes = at;
    if (number == 1) {
      if (!line.starts_with(kFirst)) return "is no grid of backflow sweep";
      read.identity = line.substr(kFirst.size());
      auto axes = axes_of(read.identity);
      if (!axes) return "does not say in its first line which points there are";
      read.axes = std::move(*axes);
    } else if (number == 2) {
      const std::vector<std::string> cells = cells_of(line);
      read.metric = cells.back();
      if (cells != names_of(read)) return "has other names in its second line than in its first";
    } else if (std::string error = take_row(line, number, read); !error.empty()) {
      return error;
    }
  }
  if (number < 3) return "is no grid of backflow sweep";
  grid = std::move(read);
  return {};
}

}  // namespace backflow::cli
