#include "app/figure/compared_norms.h"

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/gradient_norm_figure.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"

namespace backflow::figure {
namespace {

using training::ClipMode;
using training::ClipOptions;
using training::HistoryView;
using training::Series;

const ClipOptions& clip_of(const CurveSide& side) { return side.snapshot->config.training.clip; }

// The thresholds in force now, one line where both are the same.
void add_thresholds(Group& group, const std::vector<CurveSide>& sides, const Axes& axes,
                    const Palette& colors) {
  const auto draw = [&](double threshold, Color color, Dash dash) {
    const double y = axes.y(threshold);
    group.marks.push_back(
        PolylineMark{{{axes.area.rect.x, y}, {axes.area.rect.right(), y}}, {color, 1.4, dash}});
  };
  const ClipOptions &a = clip_of(sides[0]), &b = clip_of(sides[1]);
  if (a.mode != ClipMode::none && b.mode != ClipMode::none && a.threshold == b.threshold) {
    draw(a.threshold, colors.muted_text, Dash::dotted);
    return;
  }
  for (const CurveSide& side : sides)
    if (clip_of(side).mode != ClipMode::none)
      draw(clip_of(side).threshold, side.stroke.color,
           side.snapshot->is_b ? Dash::dash_dot : Dash::dotted);
}

// "A clipped 3 of 100", "B: clipping is off".
std::string clipping(const CurveSide& side) {
  if (clip_of(side).mode == ClipMode::none) return side.name + ": clipping is off";
  const auto [count, window] = lately_clipped(*side.snapshot);
  return fmt::format("{} clipped {} of {}", side.name, count, window);
}

// Longest form first.
std::vector<std::string> notes(const std::vector<CurveSide>& sides) {
  const bool any =
      clip_of(sides[0]).mode != ClipMode::none || clip_of(sides[1]).mode != ClipMode::none;
  const std::string both = clipping(sides[0]) + ", " + clipping(sides[1]);
  std::vector<std::string> list{both};
  const bool two = clip_of(sides[0]).threshold != clip_of(sides[1]).threshold;
  const std::string threshold = two ? "dots: threshold c" : "dotted: threshold c";
  if (any) list = {threshold + "; " + both, both, threshold};
  return list;
}

}  // namespace

Figure build_compared_norms(const session::Snapshot& snapshot, const View& view,
                            const FigureStyle& style, Size size) {
  const Palette& colors = palette(style.theme);
  const auto sides = curve_sides(snapshot, colors);
  Figure figure = blank_figure("gradient-norm", "Gradient norm and clipping", style, size);
  AxesOptions options;
  options.title = figure.title;
  options.y_title = "‖∇L‖ before clipping";
  options.x_title = "iteration";
  options.note = notes(sides);
  options.range = norm_range(snapshot, view);
  options.legend = compared_legend(sides, Series::norm_before_clip, "", &CurveSide::stroke);
  const Axes axes = add_axes(figure, style, options);
  Group group{"gradient-norm", axes.area.rect, {}};
  add_thresholds(group, sides, axes, colors);
  for (const CurveSide& side : sides)
    add_curve(group, side.snapshot->history, Series::norm_before_clip, axes, side.stroke);
  for (const CurveSide& side : sides)
    add_gap_markers(group, side.snapshot->history, Series::norm_before_clip, axes, colors,
                    style.font_size);
  figure.groups.push_back(std::move(group));
  add_iteration_cursor(figure, view, longest_curve(snapshot), axes, colors);
  if (longest_curve(snapshot) == 0) add_hint(figure, style, axes.area.rect, "no iteration yet");
  return figure;
}

std::string compared_norms_tooltip(const session::Snapshot& snapshot, const Figure& figure,
                                   Point at) {
  const auto i = iteration_at(figure, longest_curve(snapshot), at);
  if (!i) return {};
  std::string text = fmt::format("iteration {}", grouped(*i));
  for (const CurveSide& side : curve_sides(snapshot, palette(Theme::light))) {
    const HistoryView& history = side.snapshot->history;
    text += "\n" + side.name + ": ";
    if (*i >= history.size()) {
      text += "not that far";
      continue;
    }
    const double before = history.value(Series::norm_before_clip, *i);
    const double after = history.value(Series::norm_after_clip, *i);
    text += "‖∇L‖ = " + compact(before);
    if (after < before) text += ", clipped to " + compact(after);
  }
  return text;
}

}  // namespace backflow::figure
