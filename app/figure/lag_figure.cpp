#include "app/figure/lag_figure.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"

namespace backflow::figure {
namespace {

using gradient::GradientDecay;
using session::Analysis;

double last_lag(const GradientDecay& decay) {
  return static_cast<double>(decay.median_by_lag.size()) - 1.0;
}

// log10 of the identity's norm: 0, or ½ log10 n for the Frobenius norm.
double identity(const Analysis& analysis) { return analysis.decay.median_by_lag.front(); }

double log10_epsilon(const Analysis& analysis) {
  return identity(analysis) + std::log10(analysis.decay.epsilon);
}

// NaN where nothing is proven.
double bound_at(const Analysis& analysis, double lag) {
  if (!analysis.bound || !std::isfinite(analysis.bound->factor())) return std::nan("");
  return identity(analysis) + analysis.bound->log10_at(lag);
}

double line_at(const GradientDecay& decay, double lag) {
  return decay.log10_start + lag * decay.log10_factor;
}

// log10 of exp(λ₁), the factor per step of the typical growth; NaN when it is not known.
double lyapunov_factor(const Analysis& analysis) {
  return analysis.largest_lyapunov / std::numbers::ln10;
}

// What was measured, and ε; lines that go on beyond it are cut.
PlotArea range_of(const session::Snapshot& snapshot) {
  Extent range;
  range.include(log10_epsilon(*snapshot.analysis));
  range.include(identity(*snapshot.analysis));
  double last = 1.0;
  for (const session::Snapshot* side : sharing_scales(snapshot)) {
    if (!side->analysis) continue;
    const GradientDecay& decay = side->analysis->decay;
    last = std::max(last, last_lag(decay));
    for (const auto* values : {&decay.median_by_lag, &decay.lower_quartile, &decay.upper_quartile})
      for (const double value : *values) range.include(value);
  }
  const double room = 0.05 * (range.high - range.low);
  return {{}, 0.0, last, range.low - room, range.high + room, true};
}

// Between the quartiles, one convex piece per lag; where the lower one is an exact zero the band
// goes down to the axis.
void add_band(Group& group, const GradientDecay& decay, const Axes& axes, Color color) {
  const auto y = [&](double value) {
    return axes.y_at(std::clamp(value, axes.area.y_min, axes.area.y_max));
  };
  for (std::size_t lag = 1; lag < decay.median_by_lag.size(); ++lag) {
    const double low = decay.lower_quartile[lag - 1], next_low = decay.lower_quartile[lag];
    const double high = decay.upper_quartile[lag - 1], next_high = decay.upper_quartile[lag];
    if (std::isnan(low) || std::isnan(next_low) || std::isinf(high) || std::isinf(next_high))
      continue;
    // A hair wider, so that no seam shows between the pieces.
    const double left = axes.x(static_cast<double>(lag) - 1.0);
    const double right = axes.x(static_cast<double>(lag)) + 0.25;
    group.marks.push_back(PolygonMark{
        {{left, y(high)}, {right, y(next_high)}, {right, y(next_low)}, {left, y(low)}}, color});
  }
}

void add_median(Group& group, const GradientDecay& decay, const Axes& axes, const Stroke& stroke) {
  std::vector<Point> points;
  for (std::size_t lag = 0; lag < decay.median_by_lag.size(); ++lag) {
    const double value = decay.median_by_lag[lag];
    points.push_back(
        {axes.x(static_cast<double>(lag)), std::isfinite(value) ? axes.y_at(value) : std::nan("")});
  }
  add_line(group, points, stroke);
}

void add_reach(Group& group, const Analysis& analysis, const Axes& axes, const Stroke& stroke) {
  const Rect& plot = axes.area.rect;
  const double y = axes.y_at(log10_epsilon(analysis));
  const double x = axes.x(static_cast<double>(analysis.decay.reach));
  group.marks.push_back(PolylineMark{{{plot.x, y}, {plot.right(), y}}, stroke});
  group.marks.push_back(PolylineMark{{{x, plot.bottom()}, {x, y}}, stroke});
  group.marks.push_back(CircleMark{{x, y}, 2.2 * stroke.width, stroke.color, std::nullopt});
}

std::string steps(double count) {
  const bool whole = count >= 10.0 || std::abs(count - std::round(count)) < 0.05;
  return fixed(count, whole ? 0 : 1) + (std::round(count) == 1.0 && whole ? " step" : " steps");
}

std::string quantity(const Analysis& analysis, const std::string& lag) {
  return "‖" + jacobian_symbol(analysis.norms.block, "t", "t−" + lag) + "‖";
}

// The verdict, longest form first: "reaches 12 steps back above 1 %".
std::vector<std::string> notes(const GradientDecay& decay) {
  const bool all = static_cast<double>(decay.reach) == last_lag(decay);
  const std::string far = std::string(all ? "all " : "") + steps(static_cast<double>(decay.reach));
  const std::string above = " above " + compact(100.0 * decay.epsilon) + " %";
  const std::string reach = "reaches " + far + " back" + above;
  std::vector<std::string> list{reach, "reaches " + far + above, "reaches " + far};
  const auto half_life = decay.half_life();
  if (half_life && *half_life <= last_lag(decay))
    list.insert(list.begin(), reach + ", half gone after " + steps(*half_life));
  if (decay.zero_from_lag)
    list.insert(list.begin(),
                list.front() + fmt::format(", exactly 0 from lag {} on", *decay.zero_from_lag));
  return list;
}

struct Strokes {
  Stroke median, line, bound, lyapunov, epsilon;
  Color band;

  explicit Strokes(const Palette& colors)
      : median{colors.accent, 3.6},  // wider, so that it shows beside the line upon it
        line{colors.norm_before, 1.6, Dash::long_dash},
        bound{colors.warning, 1.6, Dash::dashed},
        lyapunov{colors.norm_after, 1.6, Dash::dash_dot},
        epsilon{colors.muted_text, 1.4, Dash::dotted},
        band(mix(colors.background, colors.accent, 0.25)) {}
};

// Shorter where there is little room.
std::vector<LegendItem> legend(const Analysis& analysis, const Strokes& strokes, double size,
                               bool narrow) {
  const GradientDecay& decay = analysis.decay;
  std::vector<LegendItem> items{{"median", strokes.median}};
  if (std::isfinite(decay.log10_factor))
    items.push_back({(narrow ? "×" : "fit ×") + compact_power(decay.log10_factor), strokes.line});
  if (!std::isnan(bound_at(analysis, 0.0))) {
    const std::string factor = compact(analysis.bound->factor());
    items.push_back(
        {narrow ? factor + "^{lag}" : "(γσ_{1})^{lag}, γσ_{1} = " + factor, strokes.bound});
  }
  if (std::isfinite(lyapunov_factor(analysis)))
    items.push_back({"e^{λ₁·lag}, " + std::string(narrow ? "×" : "e^{λ₁} = ") +
                         compact_power(lyapunov_factor(analysis)),
                     strokes.lyapunov});
  items.push_back({"ε = " + compact(decay.epsilon), strokes.epsilon});
  items.push_back({"quartiles", {strokes.band, 0.8 * size}});
  return items;
}

}  // namespace

Figure build_gradient_by_lag(const session::Snapshot& snapshot, const View& view,
                             const FigureStyle& style, Size size) {
  const Strokes strokes(palette(style.theme));
  Figure figure =
      blank_figure("gradient-by-lag", "How the gradient changes with distance", style, size);
  if (!snapshot.analysis) {
    add_hint(figure, style, {0.0, 0.0, size.width, size.height},
             "computing the Jacobian products …");
    return figure;
  }
  const Analysis& analysis = *snapshot.analysis;
  AxesOptions options;
  options.title = figure.title;
  options.y_title = cell_prefix(analysis.record->model.cell) + quantity(analysis, "lag");
  options.x_title = "lag, in steps";
  options.note = notes(analysis.decay);
  options.range = range_of(snapshot);
  options.legend = legend(analysis, strokes, style.font_size, size.width < 40.0 * style.font_size);
  const Axes axes = add_axes(figure, style, options);
  Group curves{"gradient-by-lag", axes.area.rect, {}};
  add_band(curves, analysis.decay, axes, strokes.band);
  if (view.cursor) {
    const double x = axes.x(static_cast<double>(view.cursor->t - view.cursor->k));
    curves.marks.push_back(PolylineMark{{{x, axes.area.rect.y}, {x, axes.area.rect.bottom()}},
                                        {palette(style.theme).axis, 1.0, Dash::dotted}});
  }
  add_median(curves, analysis.decay, axes, strokes.median);
  add_straight(curves, axes, bound_at(analysis, 0.0),
               bound_at(analysis, 1.0) - bound_at(analysis, 0.0), strokes.bound);
  add_straight(curves, axes, analysis.decay.log10_start, analysis.decay.log10_factor, strokes.line);
  add_straight(curves, axes, identity(analysis), lyapunov_factor(analysis), strokes.lyapunov);
  figure.groups.push_back(std::move(curves));
  Group reach{"reach", std::nullopt, {}};
  add_reach(reach, analysis, axes, strokes.epsilon);
  figure.groups.push_back(std::move(reach));
  return figure;
}

void write_gradient_by_lag_csv(const session::Snapshot& snapshot, const View&,
                               const CsvSink& sink) {
  sink(
      "lag,log10_median,log10_lower_quartile,log10_upper_quartile,log10_line,log10_bound,"
      "log10_lyapunov\n");
  if (!snapshot.analysis) return;
  const GradientDecay& decay = snapshot.analysis->decay;
  for (std::size_t i = 0; i < decay.median_by_lag.size(); ++i) {
    const auto lag = static_cast<double>(i);
    sink(fmt::format(
        "{},{},{},{},{},{},{}\n", i, csv_number(decay.median_by_lag[i]),
        csv_number(decay.lower_quartile[i]), csv_number(decay.upper_quartile[i]),
        csv_number(line_at(decay, lag)), csv_number(bound_at(*snapshot.analysis, lag)),
        csv_number(identity(*snapshot.analysis) + lag * lyapunov_factor(*snapshot.analysis))));
  }
}

std::optional<Cell> gradient_by_lag_cell(const session::Snapshot& snapshot, const View&,
                                         const Figure& figure, Point at) {
  if (!snapshot.analysis || !figure.plot || !figure.plot->rect.contains(at)) return std::nullopt;
  const auto T = static_cast<model::Index>(last_lag(snapshot.analysis->decay));
  const auto lag = static_cast<model::Index>(std::lround(x_value_at(*figure.plot, at.x)));
  if (lag < 0 || lag > T) return std::nullopt;
  return Cell{T, T - lag};
}

std::string gradient_by_lag_tooltip(const session::Snapshot& snapshot, const View&,
                                    const Figure& figure, Point at) {
  if (!snapshot.analysis || !figure.plot || !figure.plot->rect.contains(at)) return {};
  const GradientDecay& decay = snapshot.analysis->decay;
  const long lag = std::lround(x_value_at(*figure.plot, at.x));
  if (lag < 0 || static_cast<double>(lag) > last_lag(decay)) return {};
  const auto i = static_cast<std::size_t>(lag);
  std::string text = fmt::format(
      "lag {}\nmedian {} = {}\nthe middle half from {} to {}", lag,
      quantity(*snapshot.analysis, std::to_string(lag)), compact_power(decay.median_by_lag[i]),
      compact_power(decay.lower_quartile[i]), compact_power(decay.upper_quartile[i]));
  const double bound = bound_at(*snapshot.analysis, static_cast<double>(lag));
  if (!std::isnan(bound)) text += "\nnever above " + compact_power(bound);
  return text;
}

}  // namespace backflow::figure
