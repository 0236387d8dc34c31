#include "app/figure/accuracy_figure.h"

#include <cmath>

#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/learning_curves.h"
#include "app/figure/number_format.h"

namespace backflow::figure {
namespace {

using training::Series;

LearningCurves curves_of(const session::Snapshot& snapshot, const FigureStyle& style) {
  return {"accuracy", Series::accuracy, Series::validation_accuracy, chance_of(snapshot).accuracy,
          palette(style.theme).norm_after};
}

// Why there is no curve; empty when there is one.
std::string hint_for(const session::Snapshot& snapshot) {
  bool any = false;
  for_each_curve(snapshot, [&](const training::HistoryView& curve) {
    any = any || curve.min_max(Series::accuracy, 0, curve.size()).any;
  });
  if (any) return {};
  return std::isnan(snapshot.record->accuracy) ? "no right or wrong in this task"
                                               : "no iteration yet";
}

}  // namespace

Figure build_accuracy(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                      Size size) {
  const LearningCurves curves = curves_of(snapshot, style);
  Figure figure = blank_figure("accuracy", "Right answers over training", style, size);
  AxesOptions options;
  options.title = figure.title;
  const double tolerance = training::task_info(snapshot.config.task).tolerance;
  options.y_title = std::isnan(tolerance) ? "accuracy" : "accuracy, within ±" + compact(tolerance);
  options.x_title = "iteration";
  options.range = {{}, 0.0, iteration_axis_end(longest_curve(snapshot)), 0.0, 1.0, false};
  options.legend = legend_of(snapshot, curves, style);
  options.note = chance_note(snapshot, curves);
  const Axes axes = add_axes(figure, style, options);
  // Half a line's width more, for curves that run along 0 or 1.
  const Rect& plot = axes.area.rect;
  Group group{"accuracy", Rect{plot.x, plot.y - 2, plot.width, plot.height + 4}, {}};
  add_learning_curves(group, snapshot, curves, axes, style);
  figure.groups.push_back(std::move(group));
  add_iteration_cursor(figure, view, longest_curve(snapshot), axes, palette(style.theme));
  if (const std::string hint = hint_for(snapshot); !hint.empty())
    add_hint(figure, style, axes.area.rect, hint);
  return figure;
}

void write_accuracy_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  write_learning_csv(snapshot, curves_of(snapshot, {}),
                     "iteration,accuracy,validation_accuracy,chance\n", sink);
}

std::string accuracy_tooltip(const session::Snapshot& snapshot, const View&, const Figure& figure,
                             Point at) {
  return learning_tooltip(snapshot, curves_of(snapshot, {}), figure, at);
}

}  // namespace backflow::figure
