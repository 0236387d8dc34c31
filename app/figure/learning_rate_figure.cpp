#include "app/figure/learning_rate_figure.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"

namespace backflow::figure {
namespace {

using training::ScheduleKind;
using training::Series;

bool multiplies(ScheduleKind kind) {
  return kind == ScheduleKind::step || kind == ScheduleKind::exponential;
}

std::string value_text(const training::HistoryView& history, std::size_t i) {
  return i < history.size() ? "η = " + compact(history.value(Series::learning_rate, i))
                            : std::string("not that far");
}

// The schedule in force now, longest form first.
std::vector<std::string> notes(const training::ScheduleOptions& schedule) {
  const std::string kind = "schedule: " + std::string(model::title_of(schedule.kind));
  if (schedule.warmup == 0) return {kind};
  return {kind + fmt::format(", warm-up of {}", grouped(schedule.warmup)), kind};
}

}  // namespace

Figure build_learning_rate(const session::Snapshot& snapshot, const View& view,
                           const FigureStyle& style, Size size) {
  const training::HistoryView& history = snapshot.history;
  const training::TrainingOptions& training = snapshot.config.training;
  Figure figure = blank_figure("learning-rate", "Learning rate over training", style, size);
  AxesOptions options;
  options.title = figure.title;
  options.y_title = "learning rate η";
  options.x_title = "iteration";
  if (!snapshot.other) options.note = notes(training.schedule);
  Extent extent;
  for_each_curve(snapshot, [&](const training::HistoryView& curve) {
    include_positive(extent, curve, Series::learning_rate);
  });
  const auto [low, high] = extent.empty() ? Extent{0.0, 1.0} : extent;
  bool log_y = false;
  for (const session::Snapshot* side : both(snapshot))
    log_y = log_y || (multiplies(side->config.training.schedule.kind) && low > 0.0);
  set_y_range(options.range, log_y ? low : 0.0, high, log_y);
  options.range.x_max = iteration_axis_end(longest_curve(snapshot));
  const Stroke stroke{palette(style.theme).accent, 2.0};
  const auto sides =
      snapshot.other ? curve_sides(snapshot, palette(style.theme)) : std::vector<CurveSide>();
  if (snapshot.other)
    options.legend = compared_legend(sides, Series::learning_rate, ": η =", &CurveSide::stroke);
  else if (history.size() > 0)
    options.legend = {
        {"η = " + compact(history.value(Series::learning_rate, history.size() - 1)), stroke}};
  add_ghosts_to_legend(options.legend, snapshot, stroke.color, style);
  const Axes axes = add_axes(figure, style, options);
  Group group{"learning-rate", axes.area.rect, {}};
  add_ghosts(group, snapshot, Series::learning_rate, axes, stroke.color, style);
  for (const CurveSide& side : sides)
    add_curve(group, side.snapshot->history, Series::learning_rate, axes, side.stroke);
  if (sides.empty()) add_curve(group, history, Series::learning_rate, axes, stroke);
  figure.groups.push_back(std::move(group));
  add_iteration_cursor(figure, view, longest_curve(snapshot), axes, palette(style.theme));
  if (longest_curve(snapshot) == 0) add_hint(figure, style, axes.area.rect, "no iteration yet");
  return figure;
}

void write_learning_rate_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("iteration,learning_rate\n");
  for (std::size_t i = 0; i < snapshot.history.size(); ++i)
    sink(fmt::format("{},{}\n", i, csv_number(snapshot.history.value(Series::learning_rate, i))));
}

std::string learning_rate_tooltip(const session::Snapshot& snapshot, const View&,
                                  const Figure& figure, Point at) {
  const auto i = iteration_at(figure, longest_curve(snapshot), at);
  if (!i) return {};
  std::string text = fmt::format("iteration {}", grouped(*i));
  if (snapshot.other) {
    for (const CurveSide& side : curve_sides(snapshot, palette(Theme::light)))
      text += "\n" + side.name + ": " + value_text(side.snapshot->history, *i);
    return text;
  }
  if (*i < snapshot.history.size())
    text += "\nη = " + compact(snapshot.history.value(Series::learning_rate, *i));
  return text + ghost_values(snapshot, Series::learning_rate, *i);
}

}  // namespace backflow::figure
