#include "app/figure/saturation_figure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/place.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/step_curves.h"
#include "app/figure/text_markup.h"
#include "app/figure/ticks.h"

namespace backflow::figure {
namespace {

using gradient::Saturation;
using session::Analysis;

// "g_{t} (LSTM)".
std::string new_state_name(model::CellKind cell) {
  const char letter = gate_letter(cell, model::cell_of(cell).layout().new_state_block);
  return fmt::format("{}_{{t}} ({})", letter, short_cell_name(cell));
}

// f is the vanilla cell's activation, and that of the new state in the others.
std::string slope_title(model::CellKind cell) {
  if (cell == model::CellKind::rnn) return "slope f′(a_{t})/γ";
  return "slope f′ of the new " + new_state_name(cell);
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

Figure slopes_part(const Analysis& analysis, const View& view, const FigureStyle& style,
                   Size size) {
  const Palette& colors = palette(style.theme);
  const auto& steps = analysis.saturation;
  Figure figure = blank_figure("slopes", "Slope of the activation at every step", style, size);
  AxesOptions options;
  options.title = figure.title;
  options.y_title = slope_title(analysis.record->model.cell);
  options.x_title = "step t";
  options.range = {{}, 0.5, static_cast<double>(steps.size()) + 0.5, 0.0, 1.0, false};
  const Color most = mix(colors.background, colors.accent, 0.15);
  const Color half = mix(colors.background, colors.accent, 0.38);
  // The lower curve is wider, so that it shows on both sides where the two coincide.
  const Stroke slope{colors.accent, 3.0}, share{colors.threshold, 1.6, Dash::dashed};
  options.legend = {{"mean/γ", slope},
                    {"share below " + compact(gradient::kSaturated) + "γ", share}};
  // Of slopes that are one thing or the other, quartiles tell nothing that the mean does not.
  const model::ActivationKind f = analysis.record->model.activation.kind;
  const bool smooth = f == model::ActivationKind::tanh || f == model::ActivationKind::sigmoid;
  if (smooth) {
    options.legend.push_back({"quartiles", {half, 0.8 * style.font_size}});
    options.legend.push_back({"all", {most, 0.8 * style.font_size}});
  }
  options.note = means(steps);
  const Axes axes = add_axes(figure, style, options);
  // Half a line's width more, for the curves that run along 0 or 1.
  const Rect& plot = axes.area.rect;
  Group curves{"saturation", Rect{plot.x - 2, plot.y - 2, plot.width + 4, plot.height + 4}, {}};
  if (smooth) {
    add_step_band(curves, analysis.slopes, 0, 4, axes, most);
    add_step_band(curves, analysis.slopes, 1, 3, axes, half);
  }
  add_step_line(curves, steps, &Saturation::mean_slope, axes, slope);
  add_step_line(curves, steps, &Saturation::share, axes, share);
  figure.groups.push_back(std::move(curves));
  Group cursor{"cursor", std::nullopt, {}};
  add_step_cursor(cursor, view, axes, steps.size(), colors);
  figure.groups.push_back(std::move(cursor));
  return figure;
}

// What goes through f: a_t, or the part of it that makes a gated cell's new state.
std::string activated_symbol(model::CellKind cell) {
  if (cell == model::CellKind::rnn) return "a_{t}";
  return "a_{t} of " + new_state_name(cell);
}

std::vector<std::string> histogram_titles(const Analysis& analysis) {
  const std::string symbol = activated_symbol(analysis.record->model.cell);
  std::vector<std::string> texts{"units by " + symbol, symbol};
  if (gradient::saturation_edge(analysis.record->model.activation)) {
    const bool below = *gradient::saturation_edge(analysis.record->model.activation) == 0.0;
    const std::string edge =
        below ? "; below the dashed line saturated" : "; beyond the dashed lines saturated";
    texts.insert(texts.begin(), {"units by " + symbol + edge, symbol + edge});
  }
  return texts;
}

std::vector<std::string> owners(const Analysis& analysis) {
  const std::string iteration = "iteration " + grouped(analysis.record->iteration);
  return {sequence_name(analysis.record->trace, analysis.norms.sequence) + ", " + iteration,
          iteration};
}

// How the pre-activations of all units lie, step by step: the stronger the colour, the more units.
void add_histogram(Figure& figure, const session::Snapshot& snapshot, const View& view,
                   const FigureStyle& style, const Rect& rect) {
  const Analysis& analysis = *snapshot.analysis;
  const Palette& colors = palette(style.theme);
  const gradient::Histogram& histogram = analysis.pre_activation_histogram;
  const auto T = static_cast<model::Index>(analysis.saturation.size());
  // Each histogram has its own range; two networks are drawn on the wider one.
  double limit = 0.0;
  for (const session::Snapshot* side : sharing_scales(snapshot))
    if (side->analysis) limit = std::max(limit, side->analysis->pre_activation_histogram.limit);
  const double own = histogram.limit, size = style.font_size;
  // In units of the limit: what diverges has one whose double is beyond all numbers.
  const Axes axes{{rect, 0.5, static_cast<double>(T) + 0.5, -1.0, 1.0, false}};
  Group group{"histogram", std::nullopt, {}};
  group.marks.push_back(RectMark{rect, colors.panel, std::nullopt, 0.0});
  // Steps that are too narrow to be seen one by one share a column.
  const model::Index columns = std::min<model::Index>(T, 120);
  for (model::Index c = 0; c < columns; ++c) {
    const model::Index first = c * T / columns, last = (c + 1) * T / columns;
    for (model::Index bin = 0; bin < histogram.bins; ++bin) {
      float share = 0.0f;
      for (model::Index t = first; t < last; ++t) share += histogram.at(t, bin);
      share /= static_cast<float>(last - first);
      if (share <= 0.0f) continue;
      const double left = axes.x(static_cast<double>(first) + 0.5);
      const double bins = static_cast<double>(histogram.bins);
      const double top = axes.y(own / limit * (2.0 * static_cast<double>(bin + 1) / bins - 1.0));
      group.marks.push_back(
          RectMark{{left, top, axes.x(static_cast<double>(last) + 0.5) - left + 0.2,
                    own / limit * rect.height / bins + 0.2},
                   mix(colors.panel, colors.accent, std::sqrt(static_cast<double>(share))),
                   std::nullopt,
                   0.0});
    }
  }
  const auto level = [&](double value, const Stroke& stroke) {
    const double y = axes.y(value / limit);
    if (std::abs(value) < limit)
      group.marks.push_back(PolylineMark{{{rect.x, y}, {rect.right(), y}}, stroke});
  };
  if (const auto edge = gradient::saturation_edge(analysis.record->model.activation)) {
    level(*edge, {colors.threshold, 1.4, Dash::dashed});
    if (*edge > 0.0) level(-*edge, {colors.threshold, 1.4, Dash::dashed});
  }
  // Where there is room for few numbers only, those of the ends tell most.
  std::vector<Tick> ticks;
  if (limit < 1e300) ticks = linear_ticks({-limit, limit, rect.height, size, true, false});
  const double inset = size / rect.height * limit;
  const bool ends = ticks.size() < 3;
  if (ends) ticks = {{limit - inset, compact(limit)}, {0.0, "0"}, {inset - limit, compact(-limit)}};
  for (const Tick& tick : ticks) {
    const double value = tick.position / (limit - inset) * limit;
    const std::string rounded = ends ? fixed(value, std::abs(value) < 1.0 ? 1 : 0) : tick.label;
    const std::string label = first_that_fits({tick.label, rounded}, size, rect.x - 0.7 * size);
    group.marks.push_back(TextMark{.anchor = {rect.x - 0.5 * size, axes.y(tick.position / limit)},
                                   .markup = label,
                                   .size = size,
                                   .color = colors.text,
                                   .h_align = HAlign::right,
                                   .v_align = VAlign::middle});
  }
  add_step_cursor(group, view, axes, static_cast<std::size_t>(T), colors);
  figure.groups.push_back(std::move(group));
}

// The histogram has no axes of its own but lies above the slopes.
std::optional<Rect> histogram_of(const Figure& figure) {
  for (const Group& group : figure.groups)
    if (group.id == "histogram") return std::get<RectMark>(group.marks.front()).rect;
  return std::nullopt;
}

// The step under the mouse, in either part.
std::optional<model::Index> step_at(const session::Snapshot& snapshot, const Figure& figure,
                                    Point at) {
  if (!snapshot.analysis || !figure.plot) return std::nullopt;
  const std::optional<Rect> above = histogram_of(figure);
  PlotArea area = *figure.plot;
  if (above && above->contains(at)) area.rect = *above;
  return step_under(area, at, snapshot.analysis->saturation.size());
}

}  // namespace

Figure build_saturation(const session::Snapshot& snapshot, const View& view,
                        const FigureStyle& style, Size size) {
  Figure figure = blank_figure("saturation", "Where the units are on the activation", style, size);
  if (!snapshot.analysis) {
    add_hint(figure, style, {0.0, 0.0, size.width, size.height}, "computing the slopes …");
    return figure;
  }
  const Analysis& analysis = *snapshot.analysis;
  const double em = style.font_size;
  FigureStyle part_style = style;
  double y = 0.0;
  if (size.height >= 19.0 * em) {
    // The pre-activations above, the slopes that follow from them below, step under step.
    const double top = add_header(figure, style, histogram_titles(analysis), owners(analysis));
    y = top + std::max(6.0 * em, 0.4 * (size.height - top - 10.0 * em));
    part_style.title = false;
    Figure part = slopes_part(analysis, view, part_style, {size.width, size.height - y});
    const Rect& below = part.plot->rect;
    add_histogram(figure, snapshot, view, style, {below.x, top, below.width, y - top - 0.3 * em});
    place(figure, std::move(part), {0.0, y});
  } else {
    Figure part = slopes_part(analysis, view, style, size);
    place(figure, std::move(part), {0.0, 0.0});
  }
  return figure;
}

std::optional<Cell> saturation_cell(const session::Snapshot& snapshot, const View&,
                                    const Figure& figure, Point at) {
  const auto t = step_at(snapshot, figure, at);
  if (!t) return std::nullopt;
  return Cell{*t, *t};
}

void write_saturation_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  constexpr const char* kParts[] = {"min", "lower_quartile", "median", "upper_quartile", "max"};
  sink("t,mean_slope,saturated_share");
  for (const char* quantity : {"slope", "a"})
    for (const char* part : kParts) sink(fmt::format(",{}_{}", quantity, part));
  sink("\n");
  if (!snapshot.analysis) return;
  const Analysis& analysis = *snapshot.analysis;
  for (std::size_t i = 0; i < analysis.saturation.size(); ++i) {
    sink(fmt::format("{},{},{}", i + 1, csv_number(analysis.saturation[i].mean_slope),
                     csv_number(analysis.saturation[i].share)));
    for (const auto* numbers : {&analysis.slopes[i], &analysis.pre_activations[i]})
      for (const double value : *numbers) sink("," + csv_number(value));
    sink("\n");
  }
}

std::string saturation_tooltip(const session::Snapshot& snapshot, const View&, const Figure& figure,
                               Point at) {
  const auto t = step_at(snapshot, figure, at);
  if (!t) return {};
  const Analysis& analysis = *snapshot.analysis;
  const auto i = static_cast<std::size_t>(*t - 1);
  const Saturation& step = analysis.saturation[i];
  const bool gated = analysis.record->model.cell != model::CellKind::rnn;
  const std::string slope = gated ? "f′" : fmt::format("f′(a_{{{}}})", *t);
  std::string text = fmt::format("step t = {}\nmean of {}/γ = {}\n{} of the units below {}γ", *t,
                                 slope, compact(step.mean_slope),
                                 std::isnan(step.share) ? compact(step.share) : percent(step.share),
                                 compact(gradient::kSaturated));
  const auto range = [](const gradient::FiveNumbers& numbers) {
    return fmt::format("from {} to {}, the middle half {} to {}", compact(numbers[0]),
                       compact(numbers[4]), compact(numbers[1]), compact(numbers[3]));
  };
  if (std::isnan(step.mean_slope)) return text;
  return text + "\nslopes " + range(analysis.slopes[i]) + "\na " +
         range(analysis.pre_activations[i]);
}

}  // namespace backflow::figure
