#include "app/figure/lyapunov_figure.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/neuron_parts.h"
#include "app/figure/number_format.h"
#include "app/figure/place.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/waiting.h"

namespace backflow::figure {
namespace {

using model::Index;
using session::LyapunovStudy;

constexpr Index kShown = 4;  // exponents whose running estimate is drawn

const LyapunovStudy* study_of(const session::Snapshot& snapshot) {
  return snapshot.analysis ? snapshot.analysis->lyapunov.get() : nullptr;
}

std::vector<const LyapunovStudy*> all_studies(const session::Snapshot& snapshot) {
  std::vector<const LyapunovStudy*> all;
  for (const session::Snapshot* side : sharing_scales(snapshot))
    if (const LyapunovStudy* study = study_of(*side)) all.push_back(study);
  return all;
}

// --- words -------------------------------------------------------------------------------------

// What λ₁ says, longest form first.
std::vector<std::string> sentences(const session::Analysis& analysis) {
  const std::vector<double>& list = analysis.lyapunov->all.exponents;
  const double first = list.front();
  if (std::isnan(first)) return {"a Jacobian is not finite: no exponents"};
  const std::string number = "λ_{1} = " + compact(first);
  constexpr double kZero = 1e-9;  // rounding has the last word below that
  const auto above = std::ranges::count_if(list, [](double value) { return value > kZero; });
  const std::string which = sequence_name(analysis.record->trace, analysis.norms.sequence);
  const std::string prefix = cell_prefix(analysis.record->model.cell);
  std::string says;
  if (std::isinf(first))
    says = ": every difference between two states is gone";
  else if (std::abs(first) <= kZero)
    says = ": close states keep their distance";
  else
    says = std::string(first > 0.0 ? ": close states part" : ": close states come closer") + ", ×" +
           compact_power(first / std::numbers::ln10) + " per step";
  const std::string count =
      above > 1 ? fmt::format("; {} of {} are above 0", above, list.size()) : std::string();
  const std::string full = number + says + count;
  return {prefix + full + ", along " + which, full + ", along " + which, full, number + says,
          number};
}

std::vector<std::string> missing(const std::vector<double>& values) {
  const auto dead = std::ranges::count_if(values, [](double value) { return value < -1e300; });
  if (dead == 0) return {};
  return {fmt::format("{} of {} are −∞: directions that die", dead, values.size()),
          fmt::format("{} of {} are −∞", dead, values.size()), fmt::format("{} × −∞", dead)};
}

// --- all exponents -----------------------------------------------------------------------------

struct Strokes {
  Stroke exponents, linear, zero;

  explicit Strokes(const Palette& colors)
      : exponents{colors.norm_after, 1.2},
        linear{colors.norm_before, 1.4, Dash::dashed},
        zero{colors.axis, 1.4} {}
};

PlotArea with_room(Extent extent, double x_min, double x_max) {
  extent.include(0.0);
  const double room = extent.high > extent.low ? 0.08 * (extent.high - extent.low) : 1.0;
  return {{}, x_min, x_max, extent.low - room, extent.high + room};
}

void add_zero(Group& group, const Axes& axes, const Stroke& stroke) {
  const double y = axes.y_at(0.0);
  group.marks.push_back(PolylineMark{{{axes.area.rect.x, y}, {axes.area.rect.right(), y}}, stroke});
}

// A marker each, as large as there is room for, and where there is none the line alone; −∞ is a
// triangle at the lower edge that points down.
void add_values(Group& group, const std::vector<double>& values, const Axes& axes,
                const Stroke& stroke, Marker marker, Color background, double size) {
  std::vector<Point> points;
  const Rect& rect = axes.area.rect;
  const double spacing = rect.width / (axes.area.x_max - axes.area.x_min);
  const double radius = std::min(0.3 * size, 0.4 * spacing);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = axes.x(static_cast<double>(i + 1));
    if (std::isfinite(values[i])) points.push_back({x, axes.y_at(values[i])});
    if (values[i] != -std::numeric_limits<double>::infinity()) continue;
    const double half = std::max(1.0, radius), tip = rect.bottom() - 1.0;
    group.marks.push_back(PolygonMark{
        {{x - half, tip - 1.7 * half}, {x + half, tip - 1.7 * half}, {x, tip}}, stroke.color});
  }
  add_line(group, points, stroke);
  if (radius < 1.2) return;
  for (const Point& point : points)
    add_marker(group, point, marker, radius, stroke.color, background);
}

Figure exponents_part(const session::Snapshot& snapshot, const FigureStyle& style, Size size) {
  const LyapunovStudy& study = *study_of(snapshot);
  const Palette& colors = palette(style.theme);
  const Strokes strokes(colors);
  Extent extent;
  std::size_t count = 1;
  for (const LyapunovStudy* side : all_studies(snapshot)) {
    for (const auto* values : {&side->all.exponents, &side->linear})
      for (const double value : *values) extent.include(value);
    count = std::max(count, side->all.exponents.size());
  }
  Figure figure = blank_figure("exponents", "", style, size);
  AxesOptions options;
  options.y_title =
      first_that_fits({"Lyapunov exponents λ_{i}, nats per step", "λ_{i}, nats per step", "λ_{i}"},
                      style.font_size, size.width - 1.5 * style.font_size);
  options.x_title = "index i";
  options.range = with_room(extent, 0.5, static_cast<double>(count) + 0.5);
  options.note = missing(study.all.exponents);
  const Axes axes = add_axes(figure, untitled(style), options);
  Group group{"exponents", axes.area.rect, {}};
  add_zero(group, axes, strokes.zero);
  add_values(group, study.linear, axes, strokes.linear, Marker::square, figure.background,
             style.font_size);
  add_values(group, study.all.exponents, axes, strokes.exponents, Marker::disc, figure.background,
             style.font_size);
  figure.groups.push_back(std::move(group));
  return figure;
}

// --- how they settle ---------------------------------------------------------------------------

// Dashes tell the first ones apart without colour; the first is the thickest.
Stroke running_stroke(const Palette& colors, Index i) {
  constexpr Dash kDashes[] = {Dash::solid, Dash::dashed, Dash::dotted, Dash::dash_dot};
  const Color shades[] = {colors.norm_after, colors.accent, colors.norm_before, colors.muted_text};
  return {shades[i], i == 0 ? 2.4 : 1.5, kDashes[i]};
}

Figure running_part(const session::Snapshot& snapshot, const FigureStyle& style, Size size) {
  const LyapunovStudy& study = *study_of(snapshot);
  const Palette& colors = palette(style.theme);
  const model::Matrix& running = study.all.running;
  const Index shown = std::min(kShown, running.rows());
  Extent extent;
  Index steps = 1;
  for (const LyapunovStudy* side : all_studies(snapshot)) {
    const model::Matrix& values = side->all.running;
    for (Index i = 0; i < std::min(kShown, values.rows()); ++i)
      for (Index t = 0; t < values.cols(); ++t) extent.include(values(i, t));
    steps = std::max(steps, values.cols());
  }
  Figure figure = blank_figure("running", "", style, size);
  AxesOptions options;
  options.y_title = first_that_fits({"mean over the first t steps", "mean over t steps", "mean"},
                                    style.font_size, size.width - 1.5 * style.font_size);
  options.x_title = "t";
  options.range = with_room(extent, 0.5, static_cast<double>(steps) + 0.5);
  for (Index i = 0; i < shown; ++i)
    options.legend.push_back({fmt::format("λ_{{{}}}", i + 1), running_stroke(colors, i)});
  const Axes axes = add_axes(figure, untitled(style), options);
  Group group{"running", axes.area.rect, {}};
  add_zero(group, axes, Strokes(colors).zero);
  for (Index i = shown; i-- > 0;) {
    std::vector<Point> points;
    for (Index t = 0; t < running.cols(); ++t)
      points.push_back({axes.x(static_cast<double>(t + 1)),
                        std::isfinite(running(i, t)) ? axes.y_at(running(i, t)) : std::nan("")});
    add_line(group, points, running_stroke(colors, i));
  }
  figure.groups.push_back(std::move(group));
  return figure;
}

std::vector<MarkedItem> legend(const LyapunovStudy& study, const Strokes& strokes, bool narrow) {
  std::vector<MarkedItem> items{
      {narrow ? "λ_{i}" : "exponents λ_{i}", strokes.exponents, Marker::disc}};
  if (!study.linear.empty())
    items.push_back({narrow ? "ln |λ(W_{hh})|" : "if f were linear: ln |λ_{i}(W_{hh})|",
                     strokes.linear, Marker::square});
  return items;
}

}  // namespace

Figure build_lyapunov(const session::Snapshot& snapshot, const View&, const FigureStyle& style,
                      Size size) {
  Figure figure = blank_figure("lyapunov", "Lyapunov spectrum", style, size);
  const LyapunovStudy* study = study_of(snapshot);
  const Rect everything{0.0, 0.0, size.width, size.height};
  if (study == nullptr || study->all.exponents.empty()) {
    add_waiting(figure, style, everything, snapshot, "computing the Lyapunov exponents …");
    return figure;
  }
  const double em = style.font_size;
  const std::string iteration = "iteration " + grouped(snapshot.analysis->record->iteration);
  double top = add_header(figure, style, sentences(*snapshot.analysis), {iteration});
  if (std::isnan(study->all.exponents.front())) {
    add_hint(figure, style, everything, "not finite");
    return figure;
  }
  top = add_legend_row(figure, style,
                       legend(*study, Strokes(palette(style.theme)), size.width < 40.0 * em), size,
                       top);
  const double height = size.height - top;
  if (size.width > 40.0 * em) {
    const double first = std::round(0.56 * size.width);
    place(figure, exponents_part(snapshot, style, {first, height}), {0.0, top});
    place(figure, running_part(snapshot, style, {size.width - first, height}), {first, top});
  } else {
    place(figure, exponents_part(snapshot, style, {size.width, height}), {0.0, top});
  }
  return figure;
}

void write_lyapunov_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("quantity,index,step,value\n");
  const LyapunovStudy* study = study_of(snapshot);
  if (study == nullptr) return;
  const model::Matrix& running = study->all.running;
  const auto row = [&](const char* quantity, Index i, Index step, double value) {
    sink(fmt::format("{},{},{},{}\n", quantity, i + 1, step, csv_number(value)));
  };
  const auto rows = [&](const char* quantity, const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      row(quantity, static_cast<Index>(i), running.cols(), values[i]);
  };
  rows("exponent", study->all.exponents);
  rows("linear", study->linear);
  for (Index i = 0; i < std::min(kShown, running.rows()); ++i)
    for (Index t = 0; t < running.cols(); ++t) row("running", i, t + 1, running(i, t));
}

std::string lyapunov_tooltip(const session::Snapshot& snapshot, const View&, const Figure& figure,
                             Point at) {
  const LyapunovStudy* study = study_of(snapshot);
  if (study == nullptr || !figure.plot) return {};
  if (figure.plot->rect.contains(at)) {
    const long i = std::lround(x_value_at(*figure.plot, at.x));
    if (i < 1 || i > static_cast<long>(study->all.exponents.size())) return {};
    const auto place = static_cast<std::size_t>(i - 1);
    const double value = study->all.exponents[place];
    std::string text = fmt::format("λ_{{{}}} = {} nats per step\n×{} per step", i, compact(value),
                                   compact_power(value / std::numbers::ln10));
    if (place < study->linear.size())
      text += "\nif f were linear: " + compact(study->linear[place]);
    return text;
  }
  const model::Matrix& running = study->all.running;
  for (const PlotArea& area : figure.side_plots) {
    if (!area.rect.contains(at)) continue;
    const long t = std::lround(x_value_at(area, at.x));
    if (t < 1 || t > running.cols()) return {};
    std::string text = fmt::format("after t = {}", t);
    for (Index i = 0; i < std::min(kShown, running.rows()); ++i)
      text += fmt::format("\nλ_{{{}}}: {}", i + 1, compact(running(i, t - 1)));
    return text;
  }
  return {};
}

}  // namespace backflow::figure
