#include "app/figure/error_surface_parts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/place.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

using lab::DescentStep;
using lab::NeuronStudy;

// The valley where E falls below it is narrower than a cell.
constexpr double kLeast = -3.0;

std::string steps(model::Index count) {
  return fmt::format("{} step{}", count, count == 1 ? "" : "s");
}

// What is seen, in one sentence, longest form first.
std::vector<std::string> sentences(const NeuronStudy& study) {
  const lab::Neuron& neuron = study.options.neuron;
  const double w = study.options.descent.start.w;
  if (!study.wall) {
    const double least = lab::least_wall_weight(neuron);
    const std::string none = "no wall at w = " + compact(w);
    if (!std::isfinite(least)) return {none};
    return {none + ": the error bends gently where |w| ≤ " + compact(least), none};
  }
  const lab::Wall& wall = *study.wall;
  const std::string where = "the wall at w = " + compact(w) + ", b = " + compact(wall.at.b);
  const std::string jump = " changes E from " + compact(wall.below) + " to " + compact(wall.above);
  const std::string by = " by ±" + compact(wall.step), across = "crossing ";
  return {across + where + by + jump + "; on it ‖∇E‖ = " + compact(wall.gradient),
          across + where + by + jump, across + "b = " + compact(wall.at.b) + by + jump, where,
          "wall: b = " + compact(wall.at.b)};
}

double length_of(const std::vector<DescentStep>& path, std::size_t i) {
  return std::hypot(path[i].at.w - path[i - 1].at.w, path[i].at.b - path[i - 1].at.b);
}

double log10_norm(const DescentStep& step) {
  return step.gradient_norm > 0.0 ? std::log10(step.gradient_norm) : std::nan("");
}

// Steps that jump to and fro across the wall are a cloud of dots; a line would fill the picture.
void add_dots(Group& group, const std::vector<Point>& points, const Stroke& stroke, double size) {
  constexpr std::size_t kMost = 600;
  // An odd stride: every other step lies on the same side.
  const std::size_t stride = points.size() / kMost / 2 * 2 + 1;
  for (std::size_t i = 0; i < points.size(); i += stride)
    if (std::isfinite(points[i].y))
      group.marks.push_back(CircleMark{points[i], 0.13 * size, stroke.color, std::nullopt});
}

// A line with a marker here and there.
void add_marked_line(Group& group, const std::vector<Point>& points, const Stroke& stroke,
                     Color background, double size, double spacing) {
  add_line(group, points, stroke);
  double next = points.empty() ? 0.0 : points.front().x;
  for (const Point& point : points) {
    if (point.x < next || !std::isfinite(point.y)) continue;
    add_marker(group, point, Marker::square, 0.24 * size, stroke.color, background);
    next = point.x + spacing;
  }
}

std::vector<Point> norm_points(const std::vector<DescentStep>& path, const Axes& axes) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const double value = log10_norm(path[i]);
    points.push_back(
        {axes.x(static_cast<double>(i)), std::isfinite(value) ? axes.y_at(value) : std::nan("")});
  }
  return points;
}

Figure norm_part(const NeuronStudy& study, const FigureStyle& style, Size size) {
  const DescentStrokes strokes(palette(style.theme));
  const double threshold = study.options.descent.threshold, em = style.font_size;
  Figure figure = blank_figure("norms", "", style, size);
  Extent extent;
  extent.include(std::log10(threshold));
  for (const auto* path : {&study.clipped, &study.unclipped})
    for (const DescentStep& step : *path) extent.include(log10_norm(step));
  // What has converged would hide the rest.
  const double low = std::max(extent.low, extent.high - 12.0);
  const double room = std::max(0.3, 0.06 * (extent.high - low));
  AxesOptions options;
  options.y_title =
      first_that_fits({"gradient norm ‖∇E‖ before clipping", "gradient norm ‖∇E‖", "‖∇E‖"}, em,
                      size.width - 1.5 * em);
  options.x_title = "step of the descent";
  options.note = {"dotted: c = " + compact(threshold)};
  options.range = {{},
                   0.0,
                   static_cast<double>(study.options.descent.iterations),
                   low - room,
                   extent.high + room,
                   true};
  const Axes axes = add_axes(figure, untitled(style), options);
  Group group{"norms", axes.area.rect, {}};
  const double y = axes.y_at(std::log10(threshold));
  group.marks.push_back(
      PolylineMark{{{axes.area.rect.x, y}, {axes.area.rect.right(), y}}, strokes.threshold});
  add_dots(group, norm_points(study.clipped, axes), strokes.clipped, em);
  add_marked_line(group, norm_points(study.unclipped, axes), strokes.unclipped, figure.background,
                  em, axes.area.rect.width / 12.0);
  figure.groups.push_back(std::move(group));
  return figure;
}

std::vector<MarkedItem> legend(const NeuronStudy& study, const DescentStrokes& strokes,
                               bool narrow) {
  const std::string c = compact(study.options.descent.threshold);
  std::vector<MarkedItem> items{
      {narrow ? "clipped" : "descent clipped at c = " + c, strokes.clipped, Marker::disc},
      {narrow ? "not" : "without clipping", strokes.unclipped, Marker::square}};
  const lab::SurfaceRange& range = study.surface->range;
  if (lab::least_wall_weight(study.options.neuron) < std::max(-range.w_min, range.w_max))
    items.push_back({narrow ? "wall" : "the wall", strokes.wall});
  items.push_back({"E = 10^{k}", strokes.contour});
  return items;
}

std::vector<std::string> setup(const NeuronStudy& study) {
  const lab::Neuron& neuron = study.options.neuron;
  const std::string formula = neuron_formula(neuron.map);
  const std::string T = fmt::format(", T = {}", neuron.steps);
  return {formula + ", x_{0} = " + compact(neuron.initial) + T + ", E = (x_{T} − " +
              compact(neuron.target) + ")²",
          formula + T};
}

}  // namespace

ColorScale error_scale(const lab::ErrorSurface& surface, const FigureStyle& style) {
  const double high = std::isfinite(surface.high) ? std::max(0.5, surface.high) : 0.5;
  return color_scale(kLeast, high, sequential_colors(style));
}

gradient::LogRange error_range(const lab::ErrorSurface& surface) {
  gradient::LogRange range;
  range.min = surface.low;
  range.max = surface.high;
  return range;
}

DescentStrokes::DescentStrokes(const Palette& colors)
    : clipped{colors.norm_after, 2.0},
      unclipped{colors.norm_before, 2.0, Dash::dashed},
      contour{mix(colors.background, colors.text, 0.55), 0.8},
      wall{colors.text, 1.6, Dash::dotted},
      threshold{colors.threshold, 1.4, Dash::dotted} {}

Stroke contour_stroke(const lab::Contour& contour, const Stroke& usual) {
  Stroke stroke = usual;
  if (contour.log10_error == 0.0) stroke.width = 2.0 * usual.width;
  return stroke;
}

std::vector<std::pair<lab::NeuronPoint, lab::NeuronPoint>> wall_lines(
    const lab::Neuron& neuron, const lab::SurfaceRange& range) {
  std::vector<std::pair<lab::NeuronPoint, lab::NeuronPoint>> lines;
  const double least = lab::least_wall_weight(neuron) * (1.0 + 1e-9);
  for (const auto& [from, to] : {std::pair(std::max(least, range.w_min), range.w_max),
                                 std::pair(range.w_min, std::min(-least, range.w_max))}) {
    if (!(from < to)) continue;
    const auto a = lab::wall_at(neuron, from), b = lab::wall_at(neuron, to);
    if (a && b) lines.emplace_back(a->at, b->at);
  }
  return lines;
}

void add_start(Group& group, Point at, const Palette& colors, double font_size) {
  group.marks.push_back(
      CircleMark{at, 0.5 * font_size, colors.background, Stroke{colors.text, 2.0}});
  group.marks.push_back(CircleMark{at, 0.2 * font_size, colors.text, std::nullopt});
}

void add_arrow(Group& group, Point from, Point tip, double length, Color color) {
  const double distance = std::hypot(tip.x - from.x, tip.y - from.y);
  if (distance < 1e-6) return;
  const Point along{(tip.x - from.x) / distance, (tip.y - from.y) / distance};
  const Point foot{tip.x - length * along.x, tip.y - length * along.y};
  const double half = 0.45 * length;
  group.marks.push_back(PolygonMark{{tip,
                                     {foot.x - half * along.y, foot.y + half * along.x},
                                     {foot.x + half * along.y, foot.y - half * along.x}},
                                    color});
}

std::vector<std::string> longest_step(const NeuronStudy& study) {
  const std::vector<DescentStep>& path = study.unclipped;
  std::size_t longest = 0;
  double length = 0.0;
  for (std::size_t i = 1; i < path.size(); ++i)
    if (const double own = length_of(path, i); !(own <= length)) longest = i, length = own;
  if (longest == 0) return {};
  if (!std::isfinite(length) || !std::isfinite(path[longest].error))
    return {fmt::format("without clipping, step {} leaves the range of numbers", longest)};
  const lab::Descent& descent = study.options.descent;
  const std::string jump =
      fmt::format("without clipping, step {} is {} long", longest, compact(length));
  const std::string to = jump + ", to E = " + compact(path[longest].error);
  const double most = descent.learning_rate * descent.threshold;
  return {to + "; with it, none is longer than " + compact(most), to, jump};
}

std::string point_text(const lab::Neuron& neuron, lab::NeuronPoint at) {
  const lab::NeuronError e = lab::error_at(neuron, at);
  return "w = " + fixed(at.w, 3) + ", b = " + fixed(at.b, 3) +
         fmt::format("\nx_{{{}}} = ", neuron.steps) + compact(e.state) +
         "\nE = " + compact(e.error) + "\n‖∇E‖ = " + compact(e.gradient_norm());
}

std::string descent_text(const NeuronStudy& study, const PlotArea& norms, Point at) {
  if (!norms.rect.contains(at)) return {};
  const long i = std::lround(x_value_at(norms, at.x));
  std::string text = fmt::format("after {}", steps(i));
  for (const auto& [name, path] :
       {std::pair("clipped", &study.clipped), std::pair("without clipping", &study.unclipped)}) {
    if (i < 0 || i >= static_cast<long>(path->size())) continue;
    const DescentStep& step = (*path)[static_cast<std::size_t>(i)];
    text += fmt::format("\n{}: ‖∇E‖ = {}, E = {}", name, compact(step.gradient_norm),
                        compact(step.error));
  }
  return text;
}

Figure lay_out_surface(const session::Snapshot& snapshot, const FigureStyle& style, Size size,
                       std::string_view name, const char* title,
                       const std::function<Figure(const NeuronStudy&, Size)>& part) {
  Figure figure = blank_figure(name, title, style, size);
  const NeuronStudy* study = neuron_of(snapshot);
  if (study == nullptr) {
    add_hint(figure, style, {0.0, 0.0, size.width, size.height}, "computing the error surface …");
    return figure;
  }
  const double em = style.font_size;
  double top = add_header(figure, style, sentences(*study), setup(*study));
  // A line of its own for the neuron where it had no room, and there is some.
  if (size.height > 24.0 * em && figure.groups.back().marks.size() < (style.title ? 3u : 2u)) {
    const std::string line = first_that_fits(setup(*study), em, size.width - 1.5 * em);
    if (!line.empty()) {
      figure.groups.back().marks.push_back(TextMark{.anchor = {0.75 * em, top - 0.3 * em},
                                                    .markup = line,
                                                    .size = em,
                                                    .color = palette(style.theme).muted_text,
                                                    .v_align = VAlign::top});
      top += 1.5 * em;
    }
  }
  const bool narrow = size.width < 46.0 * em;
  top = add_legend_row(figure, style, legend(*study, DescentStrokes(palette(style.theme)), narrow),
                       size, top);
  const double height = size.height - top;
  if (size.width > 44.0 * em) {
    const double first = std::round(0.62 * size.width);
    place(figure, part(*study, {first, height}), {0.0, top});
    place(figure, norm_part(*study, style, {size.width - first, height}), {first, top});
  } else if (height > 32.0 * em) {
    const double first = std::round(0.62 * height);
    place(figure, part(*study, {size.width, first}), {0.0, top});
    place(figure, norm_part(*study, style, {size.width, height - first}), {0.0, top + first});
  } else {
    place(figure, part(*study, {size.width, height}), {0.0, top});
  }
  return figure;
}

}  // namespace backflow::figure
