#include "app/figure/step_curves.h"

#include <cmath>

namespace backflow::figure {

void add_step_band(Group& group, const std::vector<gradient::FiveNumbers>& steps, std::size_t low,
                   std::size_t high, const Axes& axes, Color color) {
  const auto x = [&](std::size_t i) { return axes.x(static_cast<double>(i + 1)); };
  if (steps.size() == 1 && !std::isnan(steps[0][0])) {
    const double half = 0.1 * axes.area.rect.width, top = axes.y(steps[0][high]);
    group.marks.push_back(RectMark{
        {x(0) - half, top, 2.0 * half, axes.y(steps[0][low]) - top}, color, std::nullopt, 0.0});
  }
  // One convex piece from step to step.
  for (std::size_t i = 1; i < steps.size(); ++i) {
    const auto &a = steps[i - 1], &b = steps[i];
    if (std::isnan(a[0]) || std::isnan(b[0])) continue;
    // A hair wider, so that no seam shows between the pieces.
    group.marks.push_back(PolygonMark{{{x(i - 1), axes.y(a[high])},
                                       {x(i) + 0.25, axes.y(b[high])},
                                       {x(i) + 0.25, axes.y(b[low])},
                                       {x(i - 1), axes.y(a[low])}},
                                      color});
  }
}

void add_step_cursor(Group& group, const View& view, const Axes& axes, std::size_t steps,
                     const Palette& colors) {
  if (!view.cursor) return;
  const Rect& plot = axes.area.rect;
  for (const model::Index step : {view.cursor->k, view.cursor->t}) {
    if (step < 1 || step > static_cast<model::Index>(steps)) continue;
    const double x = axes.x(static_cast<double>(step));
    group.marks.push_back(
        PolylineMark{{{x, plot.y}, {x, plot.bottom()}}, {colors.text, 1.0, Dash::dotted}});
    if (view.cursor->k == view.cursor->t) break;
  }
}

std::optional<model::Index> step_under(const PlotArea& area, Point at, std::size_t steps) {
  const Rect& plot = area.rect;
  const bool inside =
      at.x >= plot.x && at.x < plot.right() && at.y >= plot.y && at.y < plot.bottom();
  if (!inside) return std::nullopt;
  const auto t = static_cast<model::Index>(std::lround(x_value_at(area, at.x)));
  if (t < 1 || t > static_cast<model::Index>(steps)) return std::nullopt;
  return t;
}

}  // namespace backflow::figure
