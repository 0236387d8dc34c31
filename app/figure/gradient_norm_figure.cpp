#include "app/figure/gradient_norm_figure.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include <fmt/format.h>

#include "app/figure/compared_norms.h"
#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

using training::ClipMode;
using training::ClipOptions;
using training::HistoryView;
using training::Series;

constexpr Series kAll[] = {Series::norm_before_clip, Series::norm_after_clip, Series::threshold};

const ClipOptions& clip_options(const session::Snapshot& snapshot) {
  return snapshot.config.training.clip;
}

// "c = 0.5 per entry".
std::string limit_text(const ClipOptions& clip) {
  const char* whose = clip.mode == ClipMode::value        ? " per entry"
                      : clip.mode == ClipMode::per_tensor ? " per tensor"
                                                          : "";
  return "c = " + compact(clip.threshold) + whose;
}

// True when no curve passes through that part of the plot.
bool is_free(const session::Snapshot& snapshot, const Axes& axes, const Rect& box) {
  const double c = clip_options(snapshot).threshold;
  if (axes.y(c) > box.y && axes.y(c) < box.bottom()) return false;
  const std::size_t size = snapshot.history.size();
  const auto index = [&](double x) {
    return static_cast<std::size_t>(
        std::clamp(x_value_at(axes.area, x), 0.0, static_cast<double>(size)));
  };
  const std::size_t begin = index(box.x), end = std::min(size, index(box.right()) + 1);
  if (begin >= end) return true;
  for (const Series series : kAll) {
    const auto range = snapshot.history.min_max(series, begin, end);
    if (!range.any || (axes.area.log_y && range.max <= 0.0)) continue;
    const bool to_the_bottom = axes.area.log_y && range.min <= 0.0;
    const double low = to_the_bottom ? axes.area.rect.bottom() : axes.y(range.min);
    if (axes.y(range.max) < box.bottom() && low > box.y) return false;
  }
  return true;
}

// The name of the suggested range, in a corner of it where nothing is in the way.
void add_suggestion_name(Group& group, const session::Snapshot& snapshot, const Axes& axes,
                         const FigureStyle& style, const Rect& band) {
  const double font = 0.92 * style.font_size, pad = 0.5 * font;
  const Palette& colors = palette(style.theme);
  for (const char* name :
       {"suggested c: 0.5 to 10 × mean norm", "suggested c: 0.5 to 10 × mean", "suggested c"}) {
    const double width = text_width(name, font) + 2.0 * pad, height = 1.5 * font;
    if (width > band.width || height > band.height) continue;
    for (const double y : {band.y, band.bottom() - height})
      for (const double x : {band.right() - width, band.x}) {
        if (!is_free(snapshot, axes, {x, y, width, height})) continue;
        group.marks.push_back(TextMark{.anchor = {x + pad, y + height / 2.0},
                                       .markup = name,
                                       .size = font,
                                       .color = mix(colors.threshold, colors.text, 0.35),
                                       .v_align = VAlign::middle});
        return;
      }
  }
}

// The part of the suggested range that is in sight.
void add_suggestion(Group& group, const session::Snapshot& snapshot, const Axes& axes,
                    const FigureStyle& style) {
  const auto range = suggested_threshold(snapshot);
  if (!range) return;
  const Rect& plot = axes.area.rect;
  const double top = std::max(axes.y(range->high), plot.y);
  const double bottom = std::min(axes.y(range->low), plot.bottom());
  if (top >= bottom) return;
  const Rect band{plot.x, top, plot.width, bottom - top};
  Color color = palette(style.theme).threshold;
  color.a = 38;
  group.marks.push_back(RectMark{band, color, std::nullopt, 0.0});
  add_suggestion_name(group, snapshot, axes, style, band);
}

// The thresholds that past iterations had, and the present one from the last of them on.
void add_threshold(Group& group, const session::Snapshot& snapshot, const Axes& axes,
                   const FigureStyle& style) {
  const Palette& colors = palette(style.theme);
  const Stroke stroke{colors.threshold, 1.6, Dash::dashed};
  add_curve(group, snapshot.history, Series::threshold, axes, stroke);
  const ClipOptions& clip = clip_options(snapshot);
  if (clip.mode == ClipMode::none) return;
  const Rect& plot = axes.area.rect;
  const double y = axes.y(clip.threshold);
  const double last = snapshot.history.size() == 0
                          ? axes.area.x_min
                          : static_cast<double>(snapshot.history.size() - 1);
  if (axes.x(last) < plot.right())
    group.marks.push_back(PolylineMark{{{axes.x(last), y}, {plot.right(), y}}, stroke});
  // A tab at the right edge marks what the control sets now.
  const double tab = 0.45 * style.font_size;
  group.marks.push_back(
      PolygonMark{{{plot.right(), y - tab}, {plot.right(), y + tab}, {plot.right() - 1.5 * tab, y}},
                  colors.threshold});
}

// What the truncated gradient of the latest record is worth, with the full gradient's norm where
// there is room; longest form first. Empty without truncation.
std::vector<std::string> truncation_notes(const session::Snapshot& snapshot) {
  const auto& report = snapshot.record->truncation;
  if (!report) return {};
  const std::string angle =
      fmt::format("truncated: angle {:.0f}°", report->angle * 180.0 / std::numbers::pi);
  std::string error = angle;
  if (std::isfinite(report->relative_error))
    error += ", relative error " + compact(100.0 * report->relative_error) + " %";
  return {error + ", full ‖∇L‖ = " + compact(report->full_norm), error, angle};
}

// Longest form first. The summary of clipping is the last to go: it stands nowhere else.
std::vector<std::string> notes(const session::Snapshot& snapshot) {
  const std::string summary = clipping_summary(snapshot);
  std::vector<std::string> list = truncation_notes(snapshot);
  for (std::string& truncation : list) truncation += "; " + summary;
  list.push_back(summary);
  return list;
}

}  // namespace

Clipped lately_clipped(const session::Snapshot& snapshot) {
  const HistoryView& history = snapshot.history;
  Clipped clipped{0, std::min<std::size_t>(100, history.size())};
  for (std::size_t i = history.size() - clipped.window; i < history.size(); ++i)
    if (history.value(Series::norm_after_clip, i) < history.value(Series::norm_before_clip, i))
      ++clipped.count;
  return clipped;
}

std::string clipping_summary(const session::Snapshot& snapshot) {
  if (clip_options(snapshot).mode == ClipMode::none) return "clipping is off";
  const auto [count, window] = lately_clipped(snapshot);
  if (window == 0) return "no iteration yet";
  return fmt::format("clipped {} of the last {} {}", count, window,
                     window == 1 ? "iteration" : "iterations");
}

PlotArea norm_range(const session::Snapshot& snapshot, const View& view) {
  PlotArea area;
  area.x_max = iteration_axis_end(longest_curve(snapshot));
  Extent extent;
  for (const session::Snapshot* side : scaling_curves(snapshot)) {
    include_positive(extent, side->history, Series::norm_before_clip);
    if (clip_options(*side).mode != ClipMode::none) extent.include(clip_options(*side).threshold);
  }
  if (!snapshot.other) {
    for (const Series series : kAll) include_positive(extent, snapshot.history, series);
    for (const HistoryView& ghost : snapshot.ghosts)
      include_positive(extent, ghost, Series::norm_before_clip);
  }
  if (extent.empty()) extent = {0.1, 1.0};
  set_y_range(area, view.gradient_log ? extent.low : 0.0, extent.high, view.gradient_log);
  if (view.gradient_range) std::tie(area.y_min, area.y_max) = *view.gradient_range;
  return area;
}

std::optional<SuggestedRange> suggested_threshold(const session::Snapshot& snapshot) {
  const HistoryView& history = snapshot.history;
  if (clip_options(snapshot).mode != ClipMode::norm) return std::nullopt;
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t i = history.size() - std::min<std::size_t>(100, history.size());
       i < history.size(); ++i)
    if (const double norm = history.value(Series::norm_before_clip, i); std::isfinite(norm))
      sum += norm, ++count;
  const double mean = sum / static_cast<double>(count);
  if (count == 0 || !(mean > 0.0) || !std::isfinite(10.0 * mean)) return std::nullopt;
  return SuggestedRange{0.5 * mean, 10.0 * mean};
}

Figure build_gradient_norm(const session::Snapshot& snapshot, const View& view,
                           const FigureStyle& style, Size size) {
  if (snapshot.other) return build_compared_norms(snapshot, view, style, size);
  const Palette& colors = palette(style.theme);
  const ClipOptions& clip = clip_options(snapshot);
  Figure figure = blank_figure("gradient-norm", "Gradient norm and clipping", style, size);
  AxesOptions options;
  options.title = figure.title;
  options.y_title = "‖∇L‖";
  options.x_title = "iteration";
  options.note = notes(snapshot);
  options.range = norm_range(snapshot, view);
  // The lower curve is wider, so that it shows on both sides where the two coincide.
  const Stroke before{colors.norm_before, 4.0}, after{colors.norm_after, 1.6, Dash::dash_dot};
  options.legend = {{"before", before}};
  if (clip.mode != ClipMode::none) {
    options.legend.push_back({"after clipping", after});
    options.legend.push_back({limit_text(clip), {colors.threshold, 1.6, Dash::dashed}});
  }
  add_ghosts_to_legend(options.legend, snapshot, colors.norm_before, style);
  const Axes axes = add_axes(figure, style, options);
  Group curves{"gradient-norm", axes.area.rect, {}};
  add_suggestion(curves, snapshot, axes, style);
  add_ghosts(curves, snapshot, Series::norm_before_clip, axes, colors.norm_before, style);
  add_curve(curves, snapshot.history, Series::norm_before_clip, axes, before);
  add_curve(curves, snapshot.history, Series::norm_after_clip, axes, after);
  add_threshold(curves, snapshot, axes, style);
  add_gap_markers(curves, snapshot.history, Series::norm_before_clip, axes, colors,
                  style.font_size);
  figure.groups.push_back(std::move(curves));
  add_iteration_cursor(figure, view, longest_curve(snapshot), axes, colors);
  return figure;
}

void write_gradient_norm_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("iteration,before_clip,after_clip,threshold\n");
  for (std::size_t i = 0; i < snapshot.history.size(); ++i)
    sink(fmt::format("{},{},{},{}\n", i,
                     csv_number(snapshot.history.value(Series::norm_before_clip, i)),
                     csv_number(snapshot.history.value(Series::norm_after_clip, i)),
                     csv_number(snapshot.history.value(Series::threshold, i))));
}

std::string gradient_norm_tooltip(const session::Snapshot& snapshot, const View&,
                                  const Figure& figure, Point at) {
  if (snapshot.other) return compared_norms_tooltip(snapshot, figure, at);
  const auto i = iteration_at(figure, longest_curve(snapshot), at);
  if (!i) return {};
  const HistoryView& history = snapshot.history;
  const std::string others = ghost_values(snapshot, Series::norm_before_clip, *i);
  if (*i >= history.size()) return fmt::format("iteration {}", grouped(*i)) + others;
  const bool off = clip_options(snapshot).mode == ClipMode::none;
  const double before = history.value(Series::norm_before_clip, *i);
  const double after = history.value(Series::norm_after_clip, *i);
  const double threshold = history.value(Series::threshold, *i);
  std::string text = fmt::format("iteration {}\n‖∇L‖ = {}", grouped(*i), compact(before));
  if (after < before) text += ", clipped to " + compact(after);
  if (!std::isnan(threshold)) text += "\nthreshold c = " + compact(threshold);
  if (off) text += "\nclipping is off: with a mode chosen, the threshold can be dragged here";
  return text + others;
}

}  // namespace backflow::figure
