// Curves over iterations, decimated to the minimum and maximum of each column of the plot, so that
// a million points cost as much as a thousand and no spike is lost.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/figure/figure.h"
#include "app/figure/plot_axes.h"
#include "app/session/snapshot.h"
#include "core/training/history.h"

namespace backflow::figure {

/// Polylines through points of the figure; NaN as y breaks the line, and a point alone between two
/// breaks becomes a dot.
void add_line(Group& group, const std::vector<Point>& points, const Stroke& stroke);

/// A straight line from x = 0 on, `start` and `slope` in the positions of Axes::y_at, as far as it
/// stays in the plot; nothing when one of them is not finite.
void add_straight(Group& group, const Axes& axes, double start, double slope, const Stroke& stroke);

/// What a point without a value means: the curve is broken there, or there was none to be had and
/// its neighbours are joined.
enum class Gaps { broken, joined };

/// Polylines through the finite points of a series. The line breaks (or not) at non-finite points
/// and, on a logarithmic axis, at points ≤ 0; a point alone between two breaks becomes a dot.
void add_curve(Group& group, const training::HistoryView& history, training::Series series,
               const Axes& axes, const Stroke& stroke, Gaps gaps = Gaps::broken);

/// A thin line for each curve of the snapshot's earlier branches, and of what lies ahead; none
/// while two networks are compared.
void add_ghosts(Group& group, const session::Snapshot& snapshot, training::Series series,
                const Axes& axes, Color color, const FigureStyle& style);

/// What add_ghosts() draws, for the end of a legend.
void add_ghosts_to_legend(std::vector<LegendItem>& legend, const session::Snapshot& snapshot,
                          Color color, const FigureStyle& style);

/// "ahead: 0.12" and "earlier branch: 0.34" of the iteration, each on a line of its own that begins
/// with '\n', as far as the present curve says something else there.
std::string ghost_values(const session::Snapshot& snapshot, training::Series series, std::size_t i);

/// Iterations of the longest of all curves, the ghosts' included.
std::size_t longest_curve(const session::Snapshot& snapshot);

/// Calls visit(view) for the present curve and all ghosts; of two networks that are compared, for
/// both present curves, which have none.
template <class Visit>
void for_each_curve(const session::Snapshot& snapshot, Visit visit) {
  visit(snapshot.history);
  if (snapshot.other) return visit(snapshot.other->history);
  for (const training::HistoryView& ghost : snapshot.ghosts) visit(ghost);
}

/// A warning triangle at the upper edge of every column with a non-finite point of the series.
void add_gap_markers(Group& group, const training::HistoryView& history, training::Series series,
                     const Axes& axes, const Palette& colors, double font_size);

/// The x range for a run of that many iterations: from 0, at least 20 wide.
double iteration_axis_end(std::size_t points);

/// The smallest positive finite value of the series, or 0 when there is none.
double smallest_positive(const training::HistoryView& history, training::Series series);

/// Includes the positive values of the series, of which the others have no place on a logarithmic
/// axis.
void include_positive(Extent& extent, const training::HistoryView& history,
                      training::Series series);

/// The last i < end with a finite value; nothing when there is none.
std::optional<std::size_t> last_finite(const training::HistoryView& history,
                                       training::Series series, std::size_t end);

/// The y range of a curve that takes values in [low, high]: with zero, room above and a round end;
/// or whole decades on a logarithmic axis (low and high > 0 there).
void set_y_range(PlotArea& area, double low, double high, bool log_y);

/// A line through the iteration under the mouse, View::cursor_iteration, if it is one of the
/// `points`.
void add_iteration_cursor(Figure& figure, const View& view, std::size_t points, const Axes& axes,
                          const Palette& colors);

/// The iteration whose point is nearest to the figure's x; nothing outside the plot.
std::optional<std::size_t> iteration_at(const Figure& figure, std::size_t points, Point at);

}  // namespace backflow::figure
