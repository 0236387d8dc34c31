#include "app/cli/sweep_command.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "app/cli/command_line.h"
#include "app/cli/destination.h"
#include "app/cli/progress.h"
#include "app/cli/sweep.h"
#include "app/cli/sweep_file.h"
#include "app/cli/version.h"
#include "app/export/atomic_write.h"
#include "app/export/cairo_canvas.h"
#include "app/export/export.h"
#include "app/export/svg_canvas.h"
#include "app/figure/grid_figure.h"
#include "core/config/keys.h"

namespace backflow::cli {
namespace {

struct Shard {
  int number = 1, of = 1;
};

std::string parse_shard(const std::string& text, Shard& shard) {
  if (text.empty()) return {};
  const std::size_t slash = text.find('/');
  const auto number = config::parse_number<int>(std::string_view(text).substr(0, slash));
  const auto of = slash == std::string::npos
                      ? std::nullopt
                      : config::parse_number<int>(std::string_view(text).substr(slash + 1));
  if (!number || !of || *of < 1 || *number < 1 || *number > *of)
    return "--shard " + text + " is not I/N with I from 1 to N";
  shard = {*number, *of};
  return {};
}

std::string make_sweep(const Start& start, const SweepRequest& request, Sweep& sweep) {
  sweep.config = start.config;
  sweep.iterations = request.iterations;
  sweep.map = request.map;
  sweep.metric = request.metric;
  for (const std::string& over : request.over)
    if (std::string error = parse_axis(over, sweep.axes.emplace_back()); !error.empty())
      return error;
  if (std::string error = session::parse_quantity(request.metric, sweep.quantity); !error.empty()) {
    std::string names;
    for (const session::QuantityInfo& info : session::quantities())
      names += (names.empty() ? "" : ", ") + std::string(info.name) +
               (info.arguments.empty() ? "" : "(" + std::string(info.arguments) + ")");
    return "--metric " + request.metric + " " + error + " (there are " + names + ")";
  }
  return check(sweep);
}

std::string check_csv(const std::string& output) {
  if (output.empty()) return "needs --output FILE.csv";
  if (!output.ends_with(".csv")) return "--output " + output + " does not end in .csv";
  return check_destination(output);
}

// A picture shows their mean.
bool is_seed(const SweepAxis& axis) { return axis.key.ends_with(".seed"); }

std::string check_picture(const std::string& picture, const std::vector<SweepAxis>& axes) {
  if (picture.empty()) return {};
  const auto format = exporting::format_of(picture);
  if (!format || exporting::is_data(*format))
    return "--picture " + picture + " does not end in .svg, .pdf or .png";
  const auto shown = axes.size() - static_cast<std::size_t>(std::ranges::count_if(axes, is_seed));
  if (shown < 1 || shown > 3) return "a picture has one to three --over beside those of seeds";
  return check_destination(picture, "--picture");
}

// As they are written at the axes of a picture.
std::vector<std::string> labels_of(const SweepAxis& axis) {
  std::vector<std::string> labels = axis.values;
  for (std::string& label : labels)
    if (const auto number = config::parse_number<double>(label))
      label = fmt::format("{:.3g}", *number);
  return labels;
}

std::string title_of(const SweepAxis& axis) {
  const config::Key* key = config::find_key(axis.key);
  if (key == nullptr) return axis.key;
  return key->title + (key->symbol.empty() ? "" : " " + key->symbol);
}

// Of the axes that are no seeds the last lies along x, the one before it along y, and one more has
// a panel for each value. A cell is the mean over the seeds that have a number.
figure::GridPicture picture_of(const SweepGrid& grid, bool logarithmic) {
  figure::GridPicture picture;
  picture.title = grid.metric;
  picture.note = grid.identity.substr(0, grid.identity.find(Sweep::kMetric));
  picture.logarithmic = logarithmic;
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < grid.axes.size(); ++i) {
    if (!is_seed(grid.axes[i]))
      shown.push_back(i);
    else
      picture.note +=
          fmt::format("; mean over {} of {}", grid.axes[i].values.size(), grid.axes[i].key);
  }
  const std::size_t x = shown.back();
  picture.x_title = title_of(grid.axes[x]);
  picture.x_values = labels_of(grid.axes[x]);
  if (shown.size() > 1) {
    picture.y_title = title_of(grid.axes[shown[shown.size() - 2]]);
    picture.y_values = labels_of(grid.axes[shown[shown.size() - 2]]);
  }
  const std::size_t cells =
      picture.x_values.size() * std::max<std::size_t>(1, picture.y_values.size());
  picture.panels.resize(shown.size() > 2 ? grid.axes[shown[0]].values.size() : 1);
  for (std::size_t i = 0; i < picture.panels.size(); ++i) {
    if (shown.size() > 2)
      picture.panels[i].title =
          title_of(grid.axes[shown[0]]) + " = " + labels_of(grid.axes[shown[0]])[i];
    picture.panels[i].values.assign(cells, 0.0);
  }
  std::vector<std::vector<double>> counts(picture.panels.size(), std::vector<double>(cells, 0.0));
  for (const auto& [point, value] : grid.values) {
    if (!std::isfinite(value)) continue;
    const std::vector<std::size_t> at = indices_at(grid.axes, point);
    const std::size_t panel = shown.size() > 2 ? at[shown[0]] : 0;
    const std::size_t row = shown.size() > 1 ? at[shown[shown.size() - 2]] : 0;
    const std::size_t cell = row * picture.x_values.size() + at[x];
    picture.panels[panel].values[cell] += value;
    counts[panel][cell] += 1.0;
  }
  for (std::size_t panel = 0; panel < counts.size(); ++panel)
    for (std::size_t cell = 0; cell < cells; ++cell)
      picture.panels[panel].values[cell] /= counts[panel][cell];  // NaN where there is none
  return picture;
}

std::string write_picture(const SweepGrid& grid, const std::string& path, bool logarithmic,
                          figure::Colormap colors) {
  figure::FigureStyle style;
  style.colors = colors;
  const figure::GridPicture picture = picture_of(grid, logarithmic);
  const figure::Figure figure = figure::build_grid(picture, style, figure::usual_size(picture));
  const exporting::Metadata metadata{grid.identity, std::string(kProgram)};
  switch (*exporting::format_of(path)) {
    case exporting::Format::png:
      return exporting::write_file_atomically(path, exporting::to_png(figure, 2.0, metadata));
    case exporting::Format::pdf:
      return exporting::write_file_atomically(path, exporting::to_pdf(figure, metadata));
    default:
      return exporting::write_file_atomically(path, exporting::to_svg(figure, metadata));
  }
}

// What the output has already; its cut-off end is taken away. A file that is not there is begun.
std::string begin_output(const std::string& path, const Sweep& sweep, SweepGrid& grid) {
  grid = grid_of(sweep);
  if (!std::filesystem::exists(path))
    return exporting::write_file_atomically(path, grid_text(grid));
  SweepGrid there;
  if (const std::string error = read_grid(path, there); !error.empty()) return path + " " + error;
  if (there.identity != grid.identity || there.metric != grid.metric)
    return path + " is the grid of another sweep; choose another --output";
  grid = std::move(there);
  std::error_code error;
  std::filesystem::resize_file(path, grid.whole_bytes, error);
  return error ? path + " cannot be written: " + error.message() : std::string();
}

}  // namespace

std::string shard_path(const std::string& output, int shard, int of) {
  const std::string stem = output.substr(0, output.size() - 4);
  return fmt::format("{}.{}-of-{}.csv", stem, shard, of);
}

int sweep(const Start& start, const SweepRequest& request, std::ostream& out, std::ostream& err) {
  Sweep sweep;
  Shard shard;
  std::string error = make_sweep(start, request, sweep);
  if (error.empty()) error = parse_shard(request.shard, shard);
  if (error.empty()) error = check_csv(request.output);
  if (error.empty()) error = check_picture(request.picture, sweep.axes);
  if (!error.empty()) return complain(err, error, kBadUsage);
  const std::string path =
      request.shard.empty() ? request.output : shard_path(request.output, shard.number, shard.of);
  // One that a sweep has drawn is drawn again when it goes on.
  if (!request.picture.empty() && !std::filesystem::exists(path) &&
      std::filesystem::exists(request.picture))
    error = "--picture " + request.picture + " exists; choose another name";
  SweepGrid grid;
  if (error.empty()) error = begin_output(path, sweep, grid);
  if (!error.empty()) return complain(err, error, kBadUsage);

  std::vector<std::size_t> points;
  std::size_t mine = 0;
  for (std::size_t point = static_cast<std::size_t>(shard.number) - 1; point < size_of(sweep.axes);
       point += static_cast<std::size_t>(shard.of), ++mine)
    if (!grid.values.contains(point)) points.push_back(point);
  std::ofstream file(path, std::ios::binary | std::ios::app);
  Progress progress("measuring");
  measure_all(sweep, points, request.jobs, [&](std::size_t point, double value) {
    file << grid_line(sweep.axes, point, value) << std::flush;
    grid.values[point] = value;
    progress.update(static_cast<std::int64_t>(grid.values.size()), static_cast<std::int64_t>(mine));
    return file.good();
  });
  if (!file.good()) return complain(err, path + " cannot be written");
  out << path << '\n';
  if (request.picture.empty()) return kSuccess;
  error = write_picture(grid, request.picture, request.logarithmic, request.colors);
  if (!error.empty()) return complain(err, error);
  out << request.picture << '\n';
  return kSuccess;
}

int merge(const MergeRequest& request, std::ostream& out, std::ostream& err) {
  std::string error;
  if (request.inputs.empty()) error = "merge needs the files of the shards";
  if (error.empty()) error = check_csv(request.output);
  std::vector<std::string> written{request.output};
  if (!request.picture.empty()) written.push_back(request.picture);
  if (error.empty() && !request.force) error = check_existing(written);
  SweepGrid all;
  for (const std::string& path : request.inputs) {
    if (!error.empty()) break;
    SweepGrid grid;
    error = read_grid(path, grid);
    if (!error.empty()) {
      error = path + " " + error;
    } else if (all.identity.empty()) {
      all = std::move(grid);
    } else if (grid.identity != all.identity || grid.metric != all.metric) {
      error = path + " is of another sweep than " + request.inputs.front();
    } else {
      for (const auto& [point, value] : grid.values) {
        const auto [there, is_new] = all.values.try_emplace(point, value);
        if (!is_new &&
            grid_line(all.axes, point, there->second) != grid_line(all.axes, point, value))
          error =
              fmt::format("{} has another value of point {} than the files before it", path, point);
      }
    }
  }
  if (error.empty()) error = check_picture(request.picture, all.axes);
  if (!error.empty()) return complain(err, error, kBadUsage);
  error = exporting::write_file_atomically(request.output, grid_text(all));
  if (error.empty()) out << request.output << '\n';
  if (error.empty() && !request.picture.empty()) {
    error = write_picture(all, request.picture, request.logarithmic, request.colors);
    if (error.empty()) out << request.picture << '\n';
  }
  if (!error.empty()) return complain(err, error);
  const std::size_t missing = size_of(all.axes) - all.values.size();
  out << fmt::format("{} points{}\n", all.values.size(),
                     missing > 0 ? fmt::format(", and {} not yet", missing) : std::string());
  return kSuccess;
}

}  // namespace backflow::cli
