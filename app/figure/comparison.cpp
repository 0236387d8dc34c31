#include "app/figure/comparison.h"

#include <algorithm>

#include "app/figure/catalogue.h"
#include "app/figure/curve.h"
#include "app/figure/number_format.h"

namespace backflow::figure {

bool is_overlaid(std::string_view figure) {
  const FigureInfo* info = find_figure(figure);
  return info != nullptr && info->over_iterations;
}

std::vector<const session::Snapshot*> both(const session::Snapshot& snapshot) {
  if (!snapshot.other) return {&snapshot};
  return {&snapshot, snapshot.other.get()};
}

std::vector<const session::Snapshot*> sharing_scales(const session::Snapshot& snapshot) {
  if (!snapshot.other || snapshot.divergence || snapshot.other->divergence) return {&snapshot};
  return both(snapshot);
}

std::vector<const session::Snapshot*> scaling_curves(const session::Snapshot& snapshot) {
  std::vector<const session::Snapshot*> sides = both(snapshot);
  if (sides.size() == 2 && !snapshot.divergence != !snapshot.other->divergence)
    std::erase_if(sides,
                  [](const session::Snapshot* side) { return side->divergence.has_value(); });
  return sides;
}

Color side_color(const Palette& colors, bool is_b) {
  return is_b ? colors.threshold : colors.accent;
}

std::vector<CurveSide> curve_sides(const session::Snapshot& snapshot, const Palette& colors) {
  std::vector<CurveSide> sides;
  for (const session::Snapshot* side : both(snapshot)) {
    const Color color = side_color(colors, side->is_b);
    const Dash dash = side->is_b ? Dash::dashed : Dash::solid;
    const Dash beside = side->is_b ? Dash::dash_dot : Dash::long_dash;
    sides.push_back({side,
                     side->is_b ? "B" : "A",
                     {color, 2.2, dash},
                     {mix(colors.background, color, 0.6), 1.3, beside}});
  }
  // A is drawn first: B's dashes lie upon it where the two coincide.
  std::stable_sort(sides.begin(), sides.end(), [](const CurveSide& a, const CurveSide& b) {
    return a.snapshot->is_b < b.snapshot->is_b;
  });
  return sides;
}

std::vector<LegendItem> compared_legend(const std::vector<CurveSide>& sides,
                                        training::Series series, const std::string& word,
                                        Stroke CurveSide::*stroke) {
  std::vector<LegendItem> legend;
  for (const CurveSide& side : sides) {
    const training::HistoryView& history = side.snapshot->history;
    const auto last = last_finite(history, series, history.size());
    if (!last) continue;
    const std::string when = *last + 1 < history.size() ? " at " + grouped(*last) : std::string();
    legend.push_back(
        {side.name + word + " " + compact(history.value(series, *last)) + when, side.*stroke});
  }
  return legend;
}

}  // namespace backflow::figure
