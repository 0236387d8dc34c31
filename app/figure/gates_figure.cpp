#include "app/figure/gates_figure.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/place.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/step_curves.h"

namespace backflow::figure {
namespace {

using gradient::GateOpening;
using session::Analysis;
using session::GateSteps;

model::CellKind cell_of(const Analysis& analysis) { return analysis.record->model.cell; }

// "f" of an LSTM's forget gate.
std::string letter(const Analysis& analysis, const GateSteps& gate) {
  return std::string(1, gate_letter(cell_of(analysis), gate.block));
}

std::string symbol(const Analysis& analysis, const GateSteps& gate, std::string_view step) {
  return fmt::format("{}_{{{}}}", letter(analysis, gate), step);
}

std::string name_of(const Analysis& analysis, const GateSteps& gate) {
  return std::string(
      model::layout_of(analysis.record->model).gates[static_cast<std::size_t>(gate.block)].name);
}

// What it lets through where it is 1.
std::string_view purpose(const Analysis& analysis, const GateSteps& gate) {
  const model::CellLayout& layout = model::cell_of(cell_of(analysis)).layout();
  return layout.gates[static_cast<std::size_t>(gate.block)].purpose;
}

Stroke stroke_of(const Palette& colors, std::size_t gate) {
  const std::array strokes{Stroke{colors.accent, 2.5}, Stroke{colors.threshold, 2.0, Dash::dashed},
                           Stroke{colors.norm_before, 2.0, Dash::dotted}};
  return strokes[gate % strokes.size()];
}

std::string percent(double share) {
  return std::isnan(share) ? compact(share) : fmt::format("{:.0f} %", 100.0 * share);
}

double mean_over_steps(const GateSteps& gate, double GateOpening::*number) {
  double sum = 0.0;
  for (const GateOpening& step : gate.steps) sum += step.*number;
  return sum / static_cast<double>(gate.steps.size());
}

std::vector<std::string> shares(const GateSteps& gate) {
  const double mean = mean_over_steps(gate, &GateOpening::mean);
  if (std::isnan(mean)) return {"not finite at some steps"};
  const std::string short_one = "mean " + fixed(mean, 2);
  const std::string both =
      fmt::format("open (> {}) {}, closed (< {}) {}", compact(gradient::kOpen),
                  percent(mean_over_steps(gate, &GateOpening::open)), compact(gradient::kClosed),
                  percent(mean_over_steps(gate, &GateOpening::closed)));
  return {"over all steps: " + short_one + ", " + both, short_one + ", " + both, short_one};
}

AxesOptions axes_options(std::size_t steps) {
  AxesOptions options;
  options.range = {{}, 0.5, static_cast<double>(steps) + 0.5, 0.0, 1.0, false};
  return options;
}

// A group that also holds half a line's width, for curves that run along 0 or 1.
Group curves_in(const Rect& plot) {
  return {"curves", Rect{plot.x - 2, plot.y - 2, plot.width + 4, plot.height + 4}, {}};
}

void add_cursor(Figure& figure, const Analysis& analysis, const View& view, const Axes& axes,
                const FigureStyle& style) {
  Group cursor{"cursor", std::nullopt, {}};
  add_step_cursor(cursor, view, axes, analysis.saturation.size(), palette(style.theme));
  figure.groups.push_back(std::move(cursor));
}

// One gate: all units, their middle half and their mean.
Figure one_gate(const Analysis& analysis, std::size_t index, const View& view,
                const FigureStyle& style, Size size) {
  const Palette& colors = palette(style.theme);
  const GateSteps& gate = analysis.gates[index];
  Figure figure = blank_figure(letter(analysis, gate), "", style, size);
  const Stroke mean{stroke_of(colors, index).color, 2.5};
  const Color all = mix(colors.background, mean.color, 0.15);
  const Color half = mix(colors.background, mean.color, 0.38);
  AxesOptions options = axes_options(gate.steps.size());
  options.y_title = fmt::format("{} gate {}: {}", name_of(analysis, gate),
                                symbol(analysis, gate, "t"), purpose(analysis, gate));
  options.x_title = "step t";
  options.note = shares(gate);
  if (index == 0)
    options.legend = {{"mean", mean},
                      {"quartiles", {half, 0.8 * style.font_size}},
                      {"all units", {all, 0.8 * style.font_size}}};
  const Axes axes = add_axes(figure, style, options);
  Group curves = curves_in(axes.area.rect);
  std::vector<gradient::FiveNumbers> values;
  for (const GateOpening& step : gate.steps) values.push_back(step.values);
  add_step_band(curves, values, 0, 4, axes, all);
  add_step_band(curves, values, 1, 3, axes, half);
  add_step_line(curves, gate.steps, &GateOpening::mean, axes, mean);
  figure.groups.push_back(std::move(curves));
  add_cursor(figure, analysis, view, axes, style);
  return figure;
}

// The means of all gates.
void add_means(Figure& figure, const Analysis& analysis, const View& view,
               const FigureStyle& style) {
  const Palette& colors = palette(style.theme);
  AxesOptions options = axes_options(analysis.saturation.size());
  options.title = figure.title;
  options.y_title = "mean of the gate (" + short_cell_name(cell_of(analysis)) + ")";
  options.x_title = "step t";
  for (std::size_t i = 0; i < analysis.gates.size(); ++i)
    options.legend.push_back({fmt::format("{} {}", symbol(analysis, analysis.gates[i], "t"),
                                          name_of(analysis, analysis.gates[i])),
                              stroke_of(colors, i)});
  const Axes axes = add_axes(figure, style, options);
  Group curves = curves_in(axes.area.rect);
  for (std::size_t i = 0; i < analysis.gates.size(); ++i)
    add_step_line(curves, analysis.gates[i].steps, &GateOpening::mean, axes, stroke_of(colors, i));
  figure.groups.push_back(std::move(curves));
  add_cursor(figure, analysis, view, axes, style);
}

// The plot and the step under the mouse.
struct Found {
  std::size_t plot;
  model::Index t;
};

std::optional<Found> found_at(const session::Snapshot& snapshot, const Figure& figure, Point at) {
  if (!snapshot.analysis || !figure.plot) return std::nullopt;
  const std::size_t steps = snapshot.analysis->saturation.size();
  if (const auto t = step_under(*figure.plot, at, steps)) return Found{0, *t};
  for (std::size_t i = 0; i < figure.side_plots.size(); ++i)
    if (const auto t = step_under(figure.side_plots[i], at, steps)) return Found{i + 1, *t};
  return std::nullopt;
}

std::string lines_of(const Analysis& analysis, const GateSteps& gate, model::Index t) {
  const GateOpening& step = gate.steps[static_cast<std::size_t>(t) - 1];
  const std::string title =
      fmt::format("\n{} gate {}: mean {}", name_of(analysis, gate),
                  symbol(analysis, gate, std::to_string(t)), compact(step.mean));
  if (std::isnan(step.mean)) return title;
  return title + fmt::format("\nfrom {} to {}, the middle half {} to {}\n{} open, {} closed",
                             compact(step.values[0]), compact(step.values[4]),
                             compact(step.values[1]), compact(step.values[3]), percent(step.open),
                             percent(step.closed));
}

}  // namespace

Figure build_gates(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                   Size size) {
  Figure figure = blank_figure("gates", "How far the gates are open", style, size);
  if (!snapshot.analysis) {
    add_hint(figure, style, {0.0, 0.0, size.width, size.height}, "computing the gates …");
    return figure;
  }
  const Analysis& analysis = *snapshot.analysis;
  const std::size_t count = analysis.gates.size();
  if (count == 0) {
    const double top = add_header(figure, style, {}, {});
    add_hint(figure, style, {0.0, top, size.width, size.height - top},
             first_that_fits({"the vanilla cell has no gates: choose GRU or LSTM",
                              "no gates: choose GRU or LSTM", "no gates"},
                             style.font_size, size.width));
    return figure;
  }
  const double em = style.font_size, gates = static_cast<double>(count);
  constexpr double kLeast = 10.5;  // of a plot, in font sizes
  if (size.height < (kLeast * gates + 3.0) * em) {
    add_means(figure, analysis, view, style);
    return figure;
  }
  const std::string iteration = "iteration " + grouped(analysis.record->iteration);
  const double top =
      add_header(figure, style, {std::string(model::title_of(cell_of(analysis)))},
                 {sequence_name(analysis.record->trace, analysis.norms.sequence) + ", " + iteration,
                  iteration});
  const double height = (size.height - top) / gates;
  for (std::size_t i = 0; i < count; ++i)
    place(figure, one_gate(analysis, i, view, untitled(style), {size.width, height}),
          {0.0, top + static_cast<double>(i) * height});
  return figure;
}

void write_gates_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("t,gate,mean,closed_share,open_share,min,lower_quartile,median,upper_quartile,max\n");
  if (!snapshot.analysis) return;
  const Analysis& analysis = *snapshot.analysis;
  for (const GateSteps& gate : analysis.gates)
    for (std::size_t i = 0; i < gate.steps.size(); ++i) {
      const GateOpening& step = gate.steps[i];
      sink(fmt::format("{},{},{},{},{}", i + 1, letter(analysis, gate), csv_number(step.mean),
                       csv_number(step.closed), csv_number(step.open)));
      for (const double value : step.values) sink("," + csv_number(value));
      sink("\n");
    }
}

std::string gates_tooltip(const session::Snapshot& snapshot, const View&, const Figure& figure,
                          Point at) {
  const auto found = found_at(snapshot, figure, at);
  if (!found) return {};
  const Analysis& analysis = *snapshot.analysis;
  std::string text = fmt::format("step t = {}", found->t);
  if (!figure.side_plots.empty())
    return text + lines_of(analysis, analysis.gates[found->plot], found->t);
  for (const GateSteps& gate : analysis.gates) text += lines_of(analysis, gate, found->t);
  return text;
}

std::optional<Cell> gates_cell(const session::Snapshot& snapshot, const View&, const Figure& figure,
                               Point at) {
  const auto found = found_at(snapshot, figure, at);
  if (!found) return std::nullopt;
  return Cell{found->t, found->t};
}

}  // namespace backflow::figure
