#include "app/figure/loss_figure.h"

#include <fmt/format.h>

#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"

namespace backflow::figure {
namespace {

using training::Series;

}  // namespace

Figure build_loss(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                  Size size) {
  const Palette& colors = palette(style.theme);
  const training::HistoryView& history = snapshot.history;
  Figure figure = blank_figure("loss", "Loss over training", style, size);
  AxesOptions options;
  options.title = figure.title;
  options.y_title = "loss L";
  options.x_title = "iteration";
  options.range.x_max = iteration_axis_end(history.size());
  const training::MinMax range = history.min_max(Series::loss, 0, history.size());
  const double positive = smallest_positive(history, Series::loss);
  if (view.loss_log)
    set_y_range(options.range, positive > 0.0 ? positive : 0.1, positive > 0.0 ? range.max : 1.0,
                true);
  else
    set_y_range(options.range, 0.0, range.any ? range.max : 1.0, false);
  if (history.size() > 0)
    options.legend.push_back(
        {"L = " + compact(history.value(Series::loss, history.size() - 1)), {colors.loss, 2.2}});
  const Axes axes = add_axes(figure, style, options);
  if (history.size() == 0) {
    add_hint(figure, style, axes.area.rect, "no iteration yet");
    return figure;
  }
  Group curve{"loss", axes.area.rect, {}};
  add_curve(curve, history, Series::loss, axes, {colors.loss, 2.2});
  add_gap_markers(curve, history, Series::loss, axes, colors, style.font_size);
  figure.groups.push_back(std::move(curve));
  return figure;
}

void write_loss_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("iteration,loss\n");
  for (std::size_t i = 0; i < snapshot.history.size(); ++i)
    sink(fmt::format("{},{}\n", i, csv_number(snapshot.history.value(Series::loss, i))));
}

std::string loss_tooltip(const session::Snapshot& snapshot, const View&, const Figure& figure,
                         Point at) {
  const auto i = iteration_at(figure, snapshot.history.size(), at);
  if (!i) return {};
  return fmt::format("iteration {}\nL = {}", grouped(*i),
                     compact(snapshot.history.value(Series::loss, *i)));
}

}  // namespace backflow::figure
