#include "app/figure/curve.h"

#include <algorithm>
#include <cmath>

#include "app/figure/number_format.h"
#include "app/figure/ticks.h"

namespace backflow::figure {
namespace {

using training::HistoryView;
using training::MinMax;
using training::Series;

// Collects points into polylines; a gap ends the line.
class LineBuilder {
public:
  LineBuilder(Group& group, const Stroke& stroke) : group_(group), stroke_(stroke) {}
  ~LineBuilder() { gap(); }
  LineBuilder(const LineBuilder&) = delete;
  LineBuilder& operator=(const LineBuilder&) = delete;

  void add(Point point) { points_.push_back(point); }
  bool empty() const { return points_.empty(); }
  double last_y() const { return points_.back().y; }

  void gap() {
    if (points_.size() == 1)
      group_.marks.push_back(
          CircleMark{points_.front(), 1.3 * stroke_.width, stroke_.color, std::nullopt});
    else if (points_.size() > 1)
      group_.marks.push_back(PolylineMark{std::move(points_), stroke_});
    points_.clear();
  }

private:
  Group& group_;
  Stroke stroke_;
  std::vector<Point> points_;
};

std::size_t columns_of(const Axes& axes) {
  // Half a unit wide, which is one pixel on a screen of twice the density.
  return static_cast<std::size_t>(std::max(1.0, std::ceil(2.0 * axes.area.rect.width)));
}

// Calls visit(begin, end) for the points of each column of the plot, in order.
template <class Visit>
void for_each_column(const HistoryView& history, const Axes& axes, Visit visit) {
  const std::size_t columns = columns_of(axes);
  const double per_column = (axes.area.x_max - axes.area.x_min) / static_cast<double>(columns);
  std::size_t begin = 0;
  for (std::size_t c = 0; c < columns && begin < history.size(); ++c) {
    const double limit = axes.area.x_min + per_column * static_cast<double>(c + 1);
    // The last column takes what rounding has left over.
    const auto end = c + 1 == columns
                         ? history.size()
                         : std::min(history.size(), static_cast<std::size_t>(limit) + 1);
    if (end <= begin) continue;
    visit(begin, end);
    begin = end;
  }
}

bool drawable(double value, bool log_y) { return std::isfinite(value) && (!log_y || value > 0.0); }

// Far outside a plot all is the same, and no canvas takes numbers without end.
double bounded_y(const Axes& axes, double value) {
  const Rect& plot = axes.area.rect;
  return std::clamp(axes.y(value), plot.y - 20.0 * plot.height, plot.bottom() + 20.0 * plot.height);
}

void add_column(LineBuilder& line, const MinMax& range, double x, const Axes& axes, Gaps gaps) {
  if (!range.any || (axes.area.log_y && range.max <= 0.0)) {
    if (gaps == Gaps::broken) line.gap();
    return;
  }
  const double bottom = axes.area.rect.bottom();
  const double top_y = bounded_y(axes, range.max);
  // A logarithm of zero lies below everything: the stroke runs out of the plot.
  const double low_y =
      axes.area.log_y && range.min <= 0.0 ? bottom + 10.0 : bounded_y(axes, range.min);
  const bool from_top =
      line.empty() || std::abs(line.last_y() - top_y) < std::abs(line.last_y() - low_y);
  line.add({x, from_top ? top_y : low_y});
  if (top_y != low_y) line.add({x, from_top ? low_y : top_y});
  if (range.non_finite && gaps == Gaps::broken) line.gap();
}

}  // namespace

void add_line(Group& group, const std::vector<Point>& points, const Stroke& stroke) {
  LineBuilder line(group, stroke);
  for (const Point& point : points) {
    if (std::isnan(point.y))
      line.gap();
    else
      line.add(point);
  }
}

void add_straight(Group& group, const Axes& axes, double start, double slope,
                  const Stroke& stroke) {
  if (!std::isfinite(start) || !std::isfinite(slope)) return;
  double end = axes.area.x_max;
  if (slope > 0.0) end = std::min(end, (axes.area.y_max - start) / slope);
  if (slope < 0.0) end = std::min(end, (axes.area.y_min - start) / slope);
  if (end <= 0.0) return;
  group.marks.push_back(PolylineMark{
      {{axes.x(0.0), axes.y_at(start)}, {axes.x(end), axes.y_at(start + end * slope)}}, stroke});
}

void add_curve(Group& group, const HistoryView& history, Series series, const Axes& axes,
               const Stroke& stroke, Gaps gaps) {
  LineBuilder line(group, stroke);
  if (history.size() <= 2 * columns_of(axes)) {
    for (std::size_t i = 0; i < history.size(); ++i) {
      const double value = history.value(series, i);
      if (drawable(value, axes.area.log_y))
        line.add({axes.x(static_cast<double>(i)), bounded_y(axes, value)});
      else if (gaps == Gaps::broken)
        line.gap();
    }
    return;
  }
  for_each_column(history, axes, [&](std::size_t begin, std::size_t end) {
    const double middle = 0.5 * static_cast<double>(begin + end - 1);
    add_column(line, history.min_max(series, begin, end), axes.x(middle), axes, gaps);
  });
}

namespace {

// The last ghost is what lies ahead, where the session does not stand at the end of its run.
bool has_ahead(const session::Snapshot& snapshot) {
  return !snapshot.ghosts.empty() && snapshot.timeline.end > snapshot.iteration;
}

Stroke ahead_stroke(Color color, const FigureStyle& style) {
  return {mix(palette(style.theme).background, color, 0.5), 1.2, Dash::dash_dot_dot};
}
Stroke branch_stroke(const FigureStyle& style) {
  const Palette& colors = palette(style.theme);
  return {mix(colors.background, colors.muted_text, 0.55), 1.0, Dash::long_dash};
}

}  // namespace

void add_ghosts(Group& group, const session::Snapshot& snapshot, Series series, const Axes& axes,
                Color color, const FigureStyle& style) {
  if (snapshot.other) return;
  for (const HistoryView& ghost : snapshot.ghosts) {
    const bool ahead = has_ahead(snapshot) && &ghost == &snapshot.ghosts.back();
    add_curve(group, ghost, series, axes, ahead ? ahead_stroke(color, style) : branch_stroke(style),
              Gaps::joined);
  }
}

void add_ghosts_to_legend(std::vector<LegendItem>& legend, const session::Snapshot& snapshot,
                          Color color, const FigureStyle& style) {
  if (snapshot.other) return;
  const std::size_t ahead = has_ahead(snapshot) ? 1 : 0;
  if (ahead > 0) legend.push_back({"ahead", ahead_stroke(color, style)});
  if (snapshot.ghosts.size() > ahead)
    legend.push_back({snapshot.ghosts.size() > ahead + 1 ? "earlier branches" : "earlier branch",
                      branch_stroke(style)});
}

std::string ghost_values(const session::Snapshot& snapshot, Series series, std::size_t i) {
  std::string text;
  const std::size_t count = snapshot.ghosts.size();
  for (std::size_t g = count; g-- > 0;) {
    const HistoryView& ghost = snapshot.ghosts[g];
    const bool ahead = has_ahead(snapshot) && g + 1 == count;
    if (i >= ghost.size() || i < snapshot.timeline.forks[g]) continue;
    if (const double value = ghost.value(series, i); !std::isnan(value))
      text += (ahead ? "\nahead: " : "\nearlier branch: ") + compact(value);
  }
  return text;
}

std::size_t longest_curve(const session::Snapshot& snapshot) {
  std::size_t longest = 0;
  for_each_curve(snapshot,
                 [&](const HistoryView& view) { longest = std::max(longest, view.size()); });
  return longest;
}

void add_gap_markers(Group& group, const HistoryView& history, Series series, const Axes& axes,
                     const Palette& colors, double font_size) {
  const double half = 0.4 * font_size, top = axes.area.rect.y;
  for_each_column(history, axes, [&](std::size_t begin, std::size_t end) {
    if (!history.min_max(series, begin, end).non_finite) return;
    const double x = axes.x(0.5 * static_cast<double>(begin + end - 1));
    group.marks.push_back(PolylineMark{{{x, top}, {x, axes.area.rect.bottom()}},
                                       {colors.warning, 1.0, Dash::dotted}});
    group.marks.push_back(
        PolygonMark{{{x - half, top}, {x + half, top}, {x, top + 1.7 * half}}, colors.warning});
  });
}

double iteration_axis_end(std::size_t points) {
  return std::max(20.0, static_cast<double>(points) - 1.0);
}

std::optional<std::size_t> last_finite(const HistoryView& history, Series series, std::size_t end) {
  const auto any = [&](std::size_t from, std::size_t to) {
    return history.min_max(series, from, to).any;
  };
  // Ever longer ends of the curve until one has a value, then halves of that one.
  std::size_t begin = end;
  for (std::size_t length = 32;; length *= 2) {
    if (begin == 0) return std::nullopt;
    end = begin;
    begin -= std::min(begin, length);
    if (any(begin, end)) break;
  }
  while (end - begin > 1) {
    const std::size_t middle = begin + (end - begin) / 2;
    (any(middle, end) ? begin : end) = middle;
  }
  return begin;
}

double smallest_positive(const HistoryView& history, Series series) {
  const MinMax all = history.min_max(series, 0, history.size());
  if (!all.any || all.max <= 0.0) return 0.0;
  if (all.min > 0.0) return all.min;
  double smallest = all.max;
  constexpr std::size_t kBlock = 32;
  for (std::size_t begin = 0; begin < history.size(); begin += kBlock) {
    const MinMax block = history.min_max(series, begin, std::min(begin + kBlock, history.size()));
    if (!block.any || block.max <= 0.0) continue;
    if (block.min > 0.0) {
      smallest = std::min(smallest, block.min);
      continue;
    }
    for (std::size_t i = begin; i < std::min(begin + kBlock, history.size()); ++i)
      if (const double value = history.value(series, i); value > 0.0)
        smallest = std::min(smallest, value);
  }
  return smallest;
}

void include_positive(Extent& extent, const HistoryView& history, Series series) {
  const double smallest = smallest_positive(history, series);
  if (!(smallest > 0.0)) return;
  extent.include(smallest);
  extent.include(history.min_max(series, 0, history.size()).max);
}

void set_y_range(PlotArea& area, double low, double high, bool log_y) {
  area.log_y = log_y;
  if (log_y) {
    area.y_min = std::floor(std::log10(low) - 0.02);
    area.y_max = std::ceil(std::log10(high) + 0.02);
    if (area.y_max <= area.y_min) area.y_max = area.y_min + 1.0;
    return;
  }
  area.y_min = low < 0.0 ? -nice_ceiling(-1.05 * low) : 0.0;
  area.y_max = high > 0.0 ? nice_ceiling(std::min(1.05 * high, 1e308)) : 1.0;
}

void add_iteration_cursor(Figure& figure, const View& view, std::size_t points, const Axes& axes,
                          const Palette& colors) {
  if (!view.cursor_iteration || *view.cursor_iteration >= points) return;
  const double x = axes.x(static_cast<double>(*view.cursor_iteration));
  const Rect& plot = axes.area.rect;
  figure.groups.push_back({"cursor",
                           std::nullopt,
                           {PolylineMark{{{x, plot.y}, {x, plot.bottom()}}, {colors.axis, 1.0}}}});
}

std::optional<std::size_t> iteration_at(const Figure& figure, std::size_t points, Point at) {
  if (!figure.plot || points == 0 || !figure.plot->rect.contains(at)) return std::nullopt;
  const double iteration = std::round(x_value_at(*figure.plot, at.x));
  if (iteration < 0.0 || iteration > static_cast<double>(points - 1)) return std::nullopt;
  return static_cast<std::size_t>(iteration);
}

}  // namespace backflow::figure
