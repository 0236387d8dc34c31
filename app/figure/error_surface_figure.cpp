#include "app/figure/error_surface_figure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/color_bar.h"
#include "app/figure/curve.h"
#include "app/figure/error_surface_parts.h"
#include "app/figure/number_format.h"

namespace backflow::figure {
namespace {

using lab::DescentStep;
using lab::NeuronStudy;

std::vector<Point> points_of(const std::vector<DescentStep>& path, const Axes& axes) {
  std::vector<Point> points;
  for (const DescentStep& step : path) points.push_back({axes.x(step.at.w), axes.y_at(step.at.b)});
  return points;
}

// A line with an edge in the background's colour, which any map lets it stand out from; a marker
// wherever it has come far enough from the one before.
void add_path(Group& group, const std::vector<DescentStep>& path, const Axes& axes,
              const Stroke& stroke, Marker marker, Color background, double size) {
  const Rect& rect = axes.area.rect;
  const std::vector<Point> points = points_of(path, axes);
  const auto parts = clipped_line(points, rect);
  for (const auto& part : parts) add_line(group, part, {background, stroke.width + 2.0});
  for (const auto& part : parts) add_line(group, part, stroke);
  std::optional<Point> last;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    if (!rect.contains(point)) {
      last.reset();
      continue;
    }
    if (last && std::hypot(point.x - last->x, point.y - last->y) < 1.8 * size) continue;
    last = point;
    add_marker(group, point, marker, 0.24 * size, stroke.color, background);
  }
  for (const auto& part : parts) {
    const Point tip = part.back();
    const bool at_edge = tip.x <= rect.x + 0.01 || tip.x >= rect.right() - 0.01 ||
                         tip.y <= rect.y + 0.01 || tip.y >= rect.bottom() - 0.01;
    if (at_edge && part.size() > 1)
      add_arrow(group, part[part.size() - 2], tip, 0.9 * size, stroke.color);
  }
}

void add_contours(Group& group, const lab::ErrorSurface& surface, const Axes& axes,
                  const Stroke& stroke) {
  for (const lab::Contour& contour : surface.contours) {
    std::vector<Point> points;
    for (const lab::NeuronPoint& at : contour.points)
      points.push_back({axes.x(at.w), axes.y_at(at.b)});
    group.marks.push_back(PolylineMark{std::move(points), contour_stroke(contour, stroke)});
  }
}

// On which x_0 is a fixed point that repels.
void add_wall(Group& group, const NeuronStudy& study, const Axes& axes, const Stroke& stroke) {
  const PlotArea& area = axes.area;
  for (const auto& [from, to] : wall_lines(study.options.neuron, study.surface->range))
    for (const auto& part : clipped_line(
             {{axes.x(from.w), axes.y_at(from.b)}, {axes.x(to.w), axes.y_at(to.b)}}, area.rect))
      add_line(group, part, stroke);
}

Figure surface_part(const NeuronStudy& study, const FigureStyle& style, Size size) {
  const lab::ErrorSurface& surface = *study.surface;
  const Palette& colors = palette(style.theme);
  const DescentStrokes strokes(colors);
  const double em = style.font_size;
  const ColorScale scale = error_scale(surface, style);
  const double bar = size.width > 24.0 * em ? color_bar_width(scale, "E", em) : 0.0;
  Figure figure = blank_figure("surface", "", style, {size.width - bar, size.height});
  AxesOptions options;
  options.y_title = "b";
  options.x_title = "w";
  options.x_integers = false;
  options.note = longest_step(study);
  options.range = {
      {}, surface.range.w_min, surface.range.w_max, surface.range.b_min, surface.range.b_max};
  const Axes axes = add_axes(figure, untitled(style), options);
  const Rect& rect = axes.area.rect;
  const lab::NeuronPoint start = study.options.descent.start;
  Group map{"map", rect, {}};
  map.marks.push_back(HeatmapMark{rect, static_cast<int>(surface.log10_error.rows()),
                                  static_cast<int>(surface.log10_error.cols()), surface.cells,
                                  scale});
  figure.groups.push_back(std::move(map));
  Group contours{"contours", rect, {}};
  add_contours(contours, surface, axes, strokes.contour);
  add_wall(contours, study, axes, strokes.wall);
  figure.groups.push_back(std::move(contours));
  Group paths{"paths", rect, {}};
  add_path(paths, study.unclipped, axes, strokes.unclipped, Marker::square, figure.background, em);
  add_path(paths, study.clipped, axes, strokes.clipped, Marker::disc, figure.background, em);
  const Point at{axes.x(start.w), axes.y_at(start.b)};
  add_start(paths, at, colors, em);
  figure.groups.push_back(std::move(paths));
  figure.width = size.width;
  if (bar > 0.0)
    add_color_bar(figure, style, scale, error_range(surface), "E",
                  {size.width - bar, rect.y - 1.9 * em, bar, rect.height + 1.9 * em});
  return figure;
}

}  // namespace

Figure build_error_surface(const session::Snapshot& snapshot, const View&, const FigureStyle& style,
                           Size size) {
  return lay_out_surface(
      snapshot, style, size, "error-surface", "Error surface of one neuron",
      [&](const NeuronStudy& study, Size own) { return surface_part(study, style, own); });
}

void write_error_surface_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("kind,step,w,b,log10_error,gradient_norm\n");
  const NeuronStudy* study = neuron_of(snapshot);
  if (study == nullptr) return;
  const auto row = [&](const char* kind, const std::string& step, lab::NeuronPoint at,
                       double log10_error, double norm) {
    sink(fmt::format("{},{},{},{},{},{}\n", kind, step, csv_number(at.w), csv_number(at.b),
                     csv_number(log10_error), csv_number(norm)));
  };
  const lab::ErrorSurface& surface = *study->surface;
  for (model::Index i = 0; i < surface.log10_error.rows(); ++i)
    for (model::Index j = 0; j < surface.log10_error.cols(); ++j)
      row("surface", "nan", {surface.w(static_cast<double>(j)), surface.b(static_cast<double>(i))},
          surface.log10_error(i, j), std::nan(""));
  const auto rows = [&](const char* kind, const std::vector<DescentStep>& path) {
    for (std::size_t i = 0; i < path.size(); ++i)
      row(kind, std::to_string(i), path[i].at, std::log10(path[i].error), path[i].gradient_norm);
  };
  rows("clipped", study->clipped);
  rows("unclipped", study->unclipped);
  if (study->wall) {
    const lab::NeuronError error = lab::error_at(study->options.neuron, study->wall->at);
    row("wall", "nan", study->wall->at, std::log10(error.error), study->wall->gradient);
  }
}

std::string error_surface_tooltip(const session::Snapshot& snapshot, const View&,
                                  const Figure& figure, Point at) {
  const NeuronStudy* study = neuron_of(snapshot);
  if (study == nullptr || !figure.plot) return {};
  if (figure.plot->rect.contains(at))
    return point_text(study->options.neuron,
                      {x_value_at(*figure.plot, at.x), y_position_at(*figure.plot, at.y)});
  return figure.side_plots.empty() ? std::string() : descent_text(*study, figure.side_plots[0], at);
}

}  // namespace backflow::figure
