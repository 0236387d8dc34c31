#include "app/figure/saturation_figure.h"

#include <cmath>

#include <fmt/format.h>

#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"

namespace backflow::figure {
namespace {

using gradient::Saturation;

// f is the vanilla cell's activation, and that of the new state in the others.
std::string slope_title(model::CellKind cell) {
  if (cell == model::CellKind::rnn) return "slope f′(a_{t})";
  const bool lstm = cell == model::CellKind::lstm;
  return std::string("slope f′ of the new ") + (lstm ? "g_{t} (LSTM)" : "n_{t} (GRU)");
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100.0 * share); }

std::vector<std::string> means(const std::vector<Saturation>& steps) {
  Saturation mean;
  for (const Saturation& step : steps) {
    mean.mean_slope += step.mean_slope / static_cast<double>(steps.size());
    mean.share += step.share / static_cast<double>(steps.size());
  }
  if (std::isnan(mean.mean_slope)) return {"not finite at some steps"};
  const std::string slope = "mean slope " + fixed(mean.mean_slope, 2);
  return {"over all steps: " + slope + ", " + percent(mean.share) + " saturated", slope};
}

void add_steps(Group& group, const std::vector<Saturation>& steps, double Saturation::*value,
               const Axes& axes, const Stroke& stroke) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < steps.size(); ++i)
    points.push_back({axes.x(static_cast<double>(i + 1)), axes.y(steps[i].*value)});
  add_line(group, points, stroke);
}

}  // namespace

Figure build_saturation(const session::Snapshot& snapshot, const View& view,
                        const FigureStyle& style, Size size) {
  const Palette& colors = palette(style.theme);
  Figure figure = blank_figure("saturation", "Slope of the activation at every step", style, size);
  AxesOptions options;
  options.title = figure.title;
  options.y_title = slope_title(snapshot.record->model.cell);
  options.x_title = "step t";
  const std::vector<Saturation> none;
  const auto& steps = snapshot.analysis ? snapshot.analysis->saturation : none;
  // The point of a single step stands in the middle.
  const auto T = static_cast<double>(steps.size());
  options.range = {{}, T > 1.0 ? 1.0 : 0.0, std::max(T, 2.0), 0.0, 1.0, false};
  // The lower curve is wider, so that it shows on both sides where the two coincide.
  const Stroke slope{colors.accent, 3.0}, share{colors.threshold, 1.6};
  options.legend = {{"mean/γ", slope},
                    {"share below " + compact(gradient::kSaturated) + "γ", share}};
  if (!steps.empty()) options.note = means(steps);
  const Axes axes = add_axes(figure, style, options);
  if (steps.empty()) {
    add_hint(figure, style, axes.area.rect, "computing the slopes …");
    return figure;
  }
  // Half a line's width more, for the curves that run along 0 or 1.
  const Rect& plot = axes.area.rect;
  Group curves{"saturation", Rect{plot.x - 2, plot.y - 2, plot.width + 4, plot.height + 4}, {}};
  if (view.cursor)
    for (const model::Index step : {view.cursor->k, view.cursor->t}) {
      const double x = axes.x(static_cast<double>(step));
      curves.marks.push_back(
          PolylineMark{{{x, plot.y}, {x, plot.bottom()}}, {colors.axis, 1.0, Dash::dotted}});
    }
  add_steps(curves, steps, &Saturation::mean_slope, axes, slope);
  add_steps(curves, steps, &Saturation::share, axes, share);
  figure.groups.push_back(std::move(curves));
  return figure;
}

void write_saturation_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("t,mean_slope,saturated_share\n");
  if (!snapshot.analysis) return;
  const auto& steps = snapshot.analysis->saturation;
  for (std::size_t i = 0; i < steps.size(); ++i)
    sink(fmt::format("{},{},{}\n", i + 1, csv_number(steps[i].mean_slope),
                     csv_number(steps[i].share)));
}

std::string saturation_tooltip(const session::Snapshot& snapshot, const View&, const Figure& figure,
                               Point at) {
  if (!snapshot.analysis || !figure.plot || !figure.plot->rect.contains(at)) return {};
  const auto& steps = snapshot.analysis->saturation;
  const long t = std::lround(x_value_at(*figure.plot, at.x));
  if (t < 1 || t > static_cast<long>(steps.size())) return {};
  const Saturation& step = steps[static_cast<std::size_t>(t - 1)];
  const bool gated = snapshot.analysis->record->model.cell != model::CellKind::rnn;
  const std::string slope = gated ? "f′" : fmt::format("f′(a_{{{}}})", t);
  return fmt::format("step t = {}\nmean of {}/γ = {}\n{} of the units below {}γ", t, slope,
                     compact(step.mean_slope),
                     std::isnan(step.share) ? compact(step.share) : percent(step.share),
                     compact(gradient::kSaturated));
}

}  // namespace backflow::figure
