#include "app/figure/loss_figure.h"

#include <algorithm>

#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/learning_curves.h"

namespace backflow::figure {
namespace {

using training::Series;

LearningCurves curves_of(const session::Snapshot& snapshot, const FigureStyle& style) {
  return {"L", Series::loss, Series::validation_loss, chance_of(snapshot).loss,
          palette(style.theme).loss};
}

PlotArea range_of(const session::Snapshot& snapshot, double chance, bool log_y) {
  PlotArea area;
  area.x_max = iteration_axis_end(longest_curve(snapshot));
  Extent extent;
  const auto include_curve = [&](const training::HistoryView& curve) {
    for (const Series series : {Series::loss, Series::validation_loss})
      include_positive(extent, curve, series);
  };
  if (snapshot.other)
    for (const session::Snapshot* side : scaling_curves(snapshot)) include_curve(side->history);
  else
    for_each_curve(snapshot, include_curve);
  if (chance > 0.0) extent.include(chance);
  if (extent.empty()) extent = {0.1, 1.0};
  set_y_range(area, log_y ? extent.low : 0.0, extent.high, log_y);
  return area;
}

}  // namespace

Figure build_loss(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                  Size size) {
  const LearningCurves curves = curves_of(snapshot, style);
  Figure figure = blank_figure("loss", "Loss over training", style, size);
  AxesOptions options;
  options.title = figure.title;
  options.y_title = "loss L";
  options.x_title = "iteration";
  options.range = range_of(snapshot, curves.chance, view.loss_log);
  options.legend = legend_of(snapshot, curves, style);
  options.note = chance_note(snapshot, curves);
  const Axes axes = add_axes(figure, style, options);
  Group group{"loss", axes.area.rect, {}};
  add_learning_curves(group, snapshot, curves, axes, style);
  for (const session::Snapshot* side : both(snapshot))
    add_gap_markers(group, side->history, Series::loss, axes, palette(style.theme),
                    style.font_size);
  figure.groups.push_back(std::move(group));
  add_iteration_cursor(figure, view, longest_curve(snapshot), axes, palette(style.theme));
  if (longest_curve(snapshot) == 0) add_hint(figure, style, axes.area.rect, "no iteration yet");
  return figure;
}

void write_loss_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  write_learning_csv(snapshot, curves_of(snapshot, {}), "iteration,loss,validation_loss,chance\n",
                     sink);
}

std::string loss_tooltip(const session::Snapshot& snapshot, const View&, const Figure& figure,
                         Point at) {
  return learning_tooltip(snapshot, curves_of(snapshot, {}), figure, at);
}

}  // namespace backflow::figure
